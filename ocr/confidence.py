"""From what the model says of itself to how probably a whole field is right.

The model is far too sure of hasty hands. How sure it is of all the digits of a page
tells a hasty hand from a neat one, and with that its answers can be weighed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forms.definition import Field, FieldType
from kamizero.model import FieldState
from ocr.combs import Shares
from ocr.outcome import Outcome

# Errors of real hands against the share the model leaves to other digits:
# 1e-4 -> 0.1 %, 1e-3 -> 0.5 %, 1e-2 -> 3 %, 1e-1 -> 16 %.
_ERROR_FACTOR, _ERROR_POWER = 0.9, 0.75
_HASTY_MEAN = 0.012
_NEATEST, _HASTIEST = 0.02, 1.5
_LEAST_DIGITS = 12
_ERROR_EVER = 2e-6
_SURE_DECADES = 3.0
# Every other character gets a little of what may be wrong.
_FLOOR = 1e-7

_TARGETS = {
    FieldType.DIGITS: 0.995,
    FieldType.AMOUNT: 0.995,
    FieldType.DATE: 0.995,
    FieldType.CHOICE: 0.999,
    FieldType.CHECK: 0.999,
    FieldType.SEAL: 0.98,
    FieldType.KANA: 0.94,
    FieldType.TEXT: 0.94,
    FieldType.ADDRESS: 0.94,
}
_CRITICAL_GROUNDS = 2
_DIGITS = (FieldType.DIGITS, FieldType.AMOUNT, FieldType.DATE)
_LONE_TARGET = 0.999
_BLANK_TARGET = 0.995


@dataclass(frozen=True, slots=True)
class HandQuality:
    """How neatly somebody writes digits; `scale` 1 is a hasty hand."""

    scale: float

    @classmethod
    def of(cls, shares: Sequence[float]) -> "HandQuality":
        """Judge by the largest share of each written cell of the page."""
        if not shares:
            return cls(1.0)
        errors = [_error(share) for share in shares]
        # Few digits say little: a hasty hand is assumed until neat ones outweigh it.
        missing = max(_LEAST_DIGITS - len(errors), 0)
        mean = (sum(errors) + missing * _HASTY_MEAN) / (len(errors) + missing)
        return cls(min(max(mean / _HASTY_MEAN, _NEATEST), _HASTIEST))

    def weighed(self, shares: Shares) -> Shares:
        """The model's shares as probabilities: how often it is wrong in this hand."""
        best = shares.argmax(axis=1)
        rows = np.arange(len(shares))
        top = shares[rows, best]
        errors = np.array([_error(share) for share in top])
        # A neat hand makes sure answers surer; what the model finds unclear stays so.
        sureness = np.clip(-np.log10(1 - top + 1e-12) / _SURE_DECADES, 0, 1)
        wrong = errors * self.scale**sureness + _ERROR_EVER
        wrong = np.minimum(wrong, 0.9)
        spread = shares + _FLOOR
        spread[rows, best] = 0.0
        spread *= (wrong / spread.sum(axis=1))[:, None]
        spread[rows, best] = 1 - wrong
        return np.asarray(spread, np.float64)


def is_accepted(field: Field, outcome: Outcome) -> bool:
    """Tell whether a reading needs no eye; it speaks of the reading alone."""
    if outcome.doubts or outcome.state not in (
        FieldState.READ,
        FieldState.BLANK,
        FieldState.STRUCK,
    ):
        return False
    if outcome.confidence < _target(field, outcome):
        return False
    if field.critical and outcome.state is FieldState.READ:
        return len(outcome.grounds) >= _CRITICAL_GROUNDS
    return True


def _target(field: Field, outcome: Outcome) -> float:
    """What a reading must reach; digits that nothing else speaks for, a little more."""
    if field.type in _DIGITS and len(outcome.grounds) < _CRITICAL_GROUNDS:
        return _LONE_TARGET if outcome.state is FieldState.READ else _BLANK_TARGET
    return _TARGETS[field.type]


def _error(share: float) -> float:
    return float(_ERROR_FACTOR * max(1 - share, 0.0) ** _ERROR_POWER)
