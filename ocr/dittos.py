"""Knows the signs for "as above", and takes over what stands above."""

from collections.abc import Mapping
from dataclasses import replace

import cv2

from forms.definition import Field, FormDefinition
from kamizero.model import Candidate, FieldState
from ocr.engine import GreyImage
from ocr.outcome import Outcome
from ocr.template import PX_PER_MM

DITTO_TEXTS = frozenset({"同上", "仝上", "同じ", "上に同じ", "〃", "仝"})
# Two short strokes side by side: 〃 is not among the recogniser's characters.
_HEIGHTS_MM = (0.8, 3.8)
_WIDEST_MM = 1.9
_LARGEST_GAP_MM = 1.8
_UNLIKE = 0.5


def is_ditto_mark(mask: GreyImage) -> bool:
    """Tell whether a stroke mask holds two short strokes side by side, only."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count != 3:
        return False
    first, second = sorted(
        (stats[n] for n in (1, 2)), key=lambda part: int(part[cv2.CC_STAT_LEFT])
    )
    heights = [float(part[cv2.CC_STAT_HEIGHT]) / PX_PER_MM for part in (first, second)]
    widths = [float(part[cv2.CC_STAT_WIDTH]) / PX_PER_MM for part in (first, second)]
    apart = (
        int(second[cv2.CC_STAT_LEFT])
        - int(first[cv2.CC_STAT_LEFT])
        - int(first[cv2.CC_STAT_WIDTH])
    ) / PX_PER_MM
    return (
        all(_HEIGHTS_MM[0] <= height <= _HEIGHTS_MM[1] for height in heights)
        and max(widths) <= _WIDEST_MM
        and min(heights) > (1 - _UNLIKE) * max(heights)
        and -_WIDEST_MM / 2 <= apart <= _LARGEST_GAP_MM
    )


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
