"""Knows the signs for "as above", and takes over what stands above."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import Field, FieldType, FormDefinition
from kamizero.model import Box, Candidate, FieldState
from ocr.engine import GreyImage
from ocr.outcome import Outcome
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import stroke_mask
from ocr.strokes.ink import Ink, darker_than

DITTO_TEXTS = frozenset({"同上", "仝上", "同じ", "上に同じ", "〃", "仝"})
# In boxes for digits 〃 looks like this, and so does half of it.
_LIKE_DITTO, _LONG_ROW = frozenset({"1", "11"}), 5
# 〃 is not among the recogniser's characters: two short strokes side by side.
_HEIGHTS_MM = (0.8, 3.8)
_WIDEST_MM = 1.9
_LARGEST_GAP_MM = 2.2
_UNLIKE = 0.5
# The halves of a poor 0 are bent, and lean against each other.
_BENT_MM = 0.22
_LEAN_APART_DEGREES = 25.0
# Strokes that ran into each other part where only the darkest ink counts.
_DARKER = (0.0, 0.55, 0.75)
_DUST_MM2 = 0.12
# More ink is more than two such strokes with dust among them: it need not be parted.
_MOST_MM2 = 2.5 * _HEIGHTS_MM[1] * _WIDEST_MM
# An arrow down: a shaft as long as most of the box, and a point at its end.
_ARROW_SHARE = 0.55
_POINT_MM = (1.2, 4.5)
_SHAFT_MM = 1.3
_TIP_SHARE = 0.65
_MARGIN_MM = 0.4


def has_entry_above(field: Field) -> bool:
    """Tell whether "as above" can be said in a field: not in the first entry."""
    return (field.entry or 0) > 1


def may_be_ditto(field: Field, digits: str) -> bool:
    """Tell whether these may be 〃: an amount is larger, and a long number longer."""
    is_long = field.type is FieldType.AMOUNT or len(field.cells or ()) >= _LONG_ROW
    return is_long and has_entry_above(field) and digits in _LIKE_DITTO


def is_ditto_mark(ink: Ink, box: Box) -> bool:
    """Tell whether a box holds two short strokes side by side, or an arrow, only."""
    mask = stroke_mask(ink, box, margin_mm=_MARGIN_MM)
    if is_arrow_down(mask, box.h):
        return True
    amount = cv2.min(mask, ink.amount(box, margin_mm=_MARGIN_MM))
    darker = (darker_than(share * ink.strength, amount) for share in _DARKER)
    return any(map(_are_two_strokes, darker))


def is_arrow_down(mask: GreyImage, box_height_mm: float) -> bool:
    """Tell whether a mask shows one arrow downwards: the value above goes on."""
    least = _ARROW_SHARE * box_height_mm * PX_PER_MM
    # What is written is seldom so high, and parting it is dear.
    if cv2.boundingRect(mask)[3] < least:
        return False
    parts = _parts(mask)
    if len(parts) != 1:
        return False
    height = parts[0].height
    if height < least:
        return False
    xs, ys = parts[0].points
    lower = ys > ys.max() - 0.45 * height
    upper = ys < ys.min() + 0.5 * height
    tip = ys > ys.max() - 0.08 * height
    shaft = _across(xs[upper])
    point = _across(xs[lower])
    middle = (float(np.median(xs[upper])) + float(np.median(xs[tip]))) / 2
    sides = (middle - xs[lower].min(), xs[lower].max() - middle)
    return (
        shaft <= _SHAFT_MM
        and _POINT_MM[0] <= point <= _POINT_MM[1]
        and _across(xs[tip]) <= _TIP_SHARE * point
        and min(sides) > 0.25 * max(sides)
    )


def _are_two_strokes(mask: GreyImage) -> bool:
    if cv2.countNonZero(mask) > _MOST_MM2 * PX_PER_MM**2:
        return False
    parts = sorted(_parts(mask), key=lambda part: part.left)
    if len(parts) != 2:
        return False
    one, other = parts
    heights = [part.height / PX_PER_MM for part in parts]
    widths = [part.width / PX_PER_MM for part in parts]
    apart = (other.left - one.left - one.width) / PX_PER_MM
    beside = min(one.top + one.height, other.top + other.height) - max(
        one.top, other.top
    )
    return (
        all(_HEIGHTS_MM[0] <= height <= _HEIGHTS_MM[1] for height in heights)
        and max(widths) <= _WIDEST_MM
        and min(heights) > (1 - _UNLIKE) * max(heights)
        and -_WIDEST_MM / 2 <= apart <= _LARGEST_GAP_MM
        and beside / PX_PER_MM > 0.5 * min(heights)
        and _are_straight_alike(parts)
    )


def _are_straight_alike(parts: Sequence["_Part"]) -> bool:
    leans = []
    for part in parts:
        points = np.stack(part.points, axis=1).astype(np.float32)
        _, axes, spread = cv2.PCACompute2(points, np.empty(0))
        if float(spread[1, 0]) ** 0.5 > _BENT_MM * PX_PER_MM:
            return False
        leans.append(math.degrees(math.atan2(axes[0, 1], axes[0, 0])) % 180)
    apart = abs(leans[0] - leans[1])
    return min(apart, 180 - apart) <= _LEAN_APART_DEGREES


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One connected stroke: where it stands among all of them, in pixels."""

    labels: NDArray[np.uint16]
    label: int
    left: int
    top: int
    width: int
    height: int

    @property
    def points(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Across and down, row by row."""
        ys, xs = np.nonzero(self.labels == self.label)
        return xs, ys


def _parts(mask: GreyImage) -> list[_Part]:
    """The connected strokes of a mask; dust is left out."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, ltype=cv2.CV_16U)
    least = _DUST_MM2 * PX_PER_MM**2
    return [
        _Part(np.asarray(labels, np.uint16), n, *(int(side) for side in stats[n, :4]))
        for n in np.flatnonzero(stats[:, cv2.CC_STAT_AREA] > least)
        if n
    ]


def _across(xs: NDArray[np.integer]) -> float:
    return float(xs.max() - xs.min() + 1) / PX_PER_MM


def with_dittos(
    definition: FormDefinition, outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """Give each field that says "as above" the value of the entry above."""
    settled = dict(outcomes)
    for field in definition.fields:
        outcome = settled[field.name]
        if outcome.state is not FieldState.DITTO:
            continue
        above = settled.get(_above(field))
        settled[field.name] = _taken_over(outcome, above)
    return settled


def _above(field: Field) -> str:
    prefix, _, rest = field.name.partition(".")
    number, _, item = rest.partition(".")
    return f"{prefix}.{int(number) - 1}.{item}" if number.isdigit() else ""


def _taken_over(outcome: Outcome, above: Outcome | None) -> Outcome:
    if above is None or above.state not in (FieldState.READ, FieldState.DITTO):
        return replace(
            outcome, state=FieldState.UNREADABLE, doubts=("nothing stands above",)
        )
    value = Candidate(above.best.value, outcome.best.text or "〃", 0.9)
    return replace(outcome, candidates=(value,), doubts=("ditto",))
