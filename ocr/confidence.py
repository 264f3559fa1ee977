"""From what the models say of themselves to how probably a whole field is right.

The constants of digits were fitted by `python -m bench.training.fit_confidence` on
4,482 fields in typefaces that no weight was fitted on; dates, amounts and numbers asked
for the same ones.
"""

from dataclasses import dataclass

import numpy as np

from forms.definition import Field, FieldType
from kamizero.model import FieldState
from ocr.boxes.combs import Shares
from ocr.calibration import kind_of
from ocr.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Trust:
    """How much the models' answers for one cell mean.

    Attributes:
        line, cells: what their logarithms count; below 1 a model is too sure.
        wrong_ever: how often any character may stand there all the same.
    """

    line: float
    cells: float
    wrong_ever: float

    def joined(self, line: Shares, cells: Shares | None) -> Shares:
        """How probably each character stands in each cell."""
        logs = self.line * np.log(line)
        if cells is not None:
            logs = logs + self.cells * np.log(cells)
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        even = self.wrong_ever / shares.shape[1]
        return np.asarray((1 - self.wrong_ever) * shares + even, np.float64)


_BOTH = Trust(line=0.3, cells=0.9, wrong_ever=1e-4)
_LINE_ALONE = Trust(line=0.814, cells=0.0, wrong_ever=1e-4)

# Of the fields fitted on, most of them harder than those of pages, this accepts 1,180
# with 2 of them wrong, and 0.995 accepts 1,500 with 4.
_DIGITS_TARGET = 0.998
_TARGETS = {
    FieldType.DIGITS: _DIGITS_TARGET,
    FieldType.AMOUNT: _DIGITS_TARGET,
    FieldType.DATE: _DIGITS_TARGET,
    FieldType.CHOICE: 0.999,
    FieldType.CHECK: 0.999,
    FieldType.SEAL: 0.98,
    FieldType.KANA: 0.98,
    FieldType.TEXT: 0.98,
    FieldType.ADDRESS: 0.98,
}
# What no list knows and nothing else on the page repeats.
_LONE_TEXT_TARGET, _SYMBOL_TARGET = 0.997, 0.995
_CRITICAL_GROUNDS = 2
_DIGITS = (FieldType.DIGITS, FieldType.AMOUNT, FieldType.DATE)
# Where line and cells differ, the surer one is not believed: it is sure by habit.
_LONE_TARGET = 0.9998
_BLANK_TARGET = 0.995

NOT_PLAIN, NOT_SURE, ONE_GROUND = "not plainly read", "not sure", "one ground"
"""The doubts that follow from state, probability and grounds."""

_PLAIN = (FieldState.READ, FieldState.BLANK, FieldState.STRUCK)


def joined(line: Shares, cells: Shares | None) -> Shares:
    """How probably each character stands in each cell, by all that was read."""
    trust = _LINE_ALONE if cells is None else _BOTH
    return trust.joined(line, cells)


def doubts_about(field: Field, outcome: Outcome) -> tuple[str, ...]:
    """Why a reading needs an eye; it speaks of the reading alone.

    Nothing where it is accepted. What stands there plainly but is not sure, or has too
    few grounds, is named as such.
    """
    read = outcome.state is FieldState.READ
    too_few = field.critical and read and len(outcome.grounds) < _CRITICAL_GROUNDS
    named = (
        (NOT_PLAIN, outcome.state not in _PLAIN),
        (NOT_SURE, outcome.confidence < _target(field, outcome)),
        (ONE_GROUND, too_few),
    )
    return (*outcome.doubts, *(name for name, holds in named if holds))


def _target(field: Field, outcome: Outcome) -> float:
    """What a reading must reach; what nothing else speaks for, a little more."""
    if field.type in _DIGITS and len(outcome.grounds) < _CRITICAL_GROUNDS:
        return _LONE_TARGET if outcome.state is FieldState.READ else _BLANK_TARGET
    if outcome.state is FieldState.READ:
        if field.format == "office_symbol":
            return _SYMBOL_TARGET
        if kind_of(field) == "text":
            return _LONE_TEXT_TARGET
    return _TARGETS[field.type]
