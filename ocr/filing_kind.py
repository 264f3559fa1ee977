"""Sees whether a form is a new notice, a correction (訂正) or a cancellation (取消).

The mark stands by the title, as a rule in red. A new notice has nothing there, so
ink that cannot be read as either, or is too pale to be read, leaves the kind open: it
is never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from forms.definition import FormDefinition
from kamizero.model import Box, FilingKind
from ocr.engine import GreyImage, Recogniser
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import stroke_mask, trim
from ocr.strokes.diagonals import without_diagonals
from ocr.strokes.ink import Ink, print_mask, window

# Two characters of a mark leave far more ink than this; dust and a staple less.
_LEAST_MM2 = 3.0
_LEAST_HEIGHT_MM = 2.5
# What is left of bold print where the paper was stretched lies this close to it.
_BESIDE_PRINT_MM = 0.5
# A mark too pale to be read still leaves a trace of some size: of faint ink, as wide as
# two characters, or a little redder than the paper around it. Grain is shorter.
_INK_TRACE_MM2, _RED_TRACE_MM2 = 4.0, 1.0
_INK_TRACE_MM, _RED_TRACE_MM = 5.0, 2.5
_TRACE_HEIGHT_MM, _GRAIN_MM = 1.2, 0.8
_TRACE_JOIN_MM = 1.6
_FAINT_SHARE, _PALE_RED = 0.16, 24
_TINT_SCALE, _TINT_WINDOW_PX = 0.25, 31
_LINE_HEIGHT, _EDGE = 40, 4
_MARKS = {
    FilingKind.CORRECTION: "訂正",
    FilingKind.CANCELLATION: "取消",
}
# Both characters of a mark are seen, or one of them beyond doubt.
_LEAST_SEEN = 0.8


@dataclass(frozen=True, slots=True)
class KindSeen:
    """What the title says of the kind; a kind that is not `plain` needs an eye."""

    kind: FilingKind
    plain: bool


def see_kind(
    definition: FormDefinition, ink: Mapping[int, Ink], *, engine: Recogniser
) -> KindSeen:
    """The kind of a filing, from the ink by the title of its first page."""
    area = definition.title_area
    first = ink.get(1)
    if area is None or first is None:
        return KindSeen(FilingKind.NEW, plain=True)
    lines = [
        line
        for colour in (first.in_red(stamps=True), first)
        if (line := _written(definition, colour, area)) is not None
    ]
    if not lines:
        plain = not _may_be_marked(definition, first, area)
        return KindSeen(FilingKind.NEW, plain=plain)
    for line in lines:
        kind = _named(line, engine)
        if kind is not None:
            return KindSeen(kind, plain=False)
    return KindSeen(FilingKind.NEW, plain=False)


def _written(definition: FormDefinition, ink: Ink, area: Box) -> GreyImage | None:
    """What stands by the title as a line for the recogniser; None for dust."""
    off_print = _off_print(definition, area, stroke_mask(ink, area))
    found = trim(off_print)
    if found is None or np.count_nonzero(off_print) < _LEAST_MM2 * PX_PER_MM**2:
        return None
    rows, columns = found
    if rows.stop - rows.start < _LEAST_HEIGHT_MM * PX_PER_MM:
        return None
    around = cv2.dilate(off_print, np.ones((7, 7), np.uint8))
    line = np.where(around > 0, ink.cut(area), 255)[rows, columns].astype(np.uint8)
    return _set(line)


def _off_print(definition: FormDefinition, area: Box, mask: GreyImage) -> GreyImage:
    """What is marked in the area where nothing is printed close by."""
    reach = 2 * round(_BESIDE_PRINT_MM * PX_PER_MM) + 1
    printed = print_mask(definition, 1)
    near = cv2.dilate(
        printed[window(printed, area, 0.0)], np.ones((reach, reach), np.uint8)
    )
    return np.where(near > 0, 0, mask).astype(np.uint8)


def _may_be_marked(definition: FormDefinition, ink: Ink, area: Box) -> bool:
    """Tell whether something stands by the title that is too pale to be read."""
    # A fold through the title is no mark.
    unfolded, _ = without_diagonals(ink)
    faint = stroke_mask(unfolded, area, least=_FAINT_SHARE)
    off_print = _off_print(definition, area, faint)
    if _is_trace(off_print, mm2=_INK_TRACE_MM2, wide_mm=_INK_TRACE_MM):
        return True
    if ink.lead is None:
        return False
    red = _redder_than_around(ink.lead[window(ink.lead, area, 0.0)])
    off_print = _off_print(definition, area, red)
    return _is_trace(off_print, mm2=_RED_TRACE_MM2, wide_mm=_RED_TRACE_MM)


def _redder_than_around(lead: GreyImage) -> GreyImage:
    """Where there is a little more red than in the paper around: 255."""
    small = cv2.resize(
        lead, None, fx=_TINT_SCALE, fy=_TINT_SCALE, interpolation=cv2.INTER_AREA
    )
    # Coffee and old paper are red over large parts: only what stands out counts.
    tint = cv2.resize(cv2.medianBlur(small, _TINT_WINDOW_PX), lead.shape[::-1])
    beyond = cv2.GaussianBlur(cv2.subtract(lead, tint), (0, 0), 0.7)
    _, found = cv2.threshold(beyond, _PALE_RED, 255, cv2.THRESH_BINARY)
    return np.asarray(found, np.uint8)


def _is_trace(mask: GreyImage, *, mm2: float, wide_mm: float) -> bool:
    """Tell whether marks close to each other are as large as writing."""
    reach = round(_TRACE_JOIN_MM * PX_PER_MM)
    marks = _without_grain(mask)
    joined = cv2.dilate(marks, np.ones((reach, reach), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    marked = np.bincount(labels[marks > 0], minlength=count) / PX_PER_MM**2
    sides = (stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] - reach + 1) / PX_PER_MM
    large = (sides.min(axis=1) > _TRACE_HEIGHT_MM) & (sides.max(axis=1) > wide_mm)
    return bool((large & (marked > mm2))[1:].any())


def _without_grain(mask: GreyImage) -> GreyImage:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    kept = sides >= _GRAIN_MM * PX_PER_MM
    kept[0] = False
    return np.where(kept[labels], 255, 0).astype(np.uint8)


def _set(line: GreyImage) -> GreyImage:
    """The line at the recogniser's height, with paper around it."""
    factor = _LINE_HEIGHT / line.shape[0]
    size = (max(round(line.shape[1] * factor), 8), _LINE_HEIGHT)
    scaled = cv2.resize(line, size, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.copyMakeBorder(
            scaled,
            _EDGE,
            _EDGE,
            3 * _EDGE,
            3 * _EDGE,
            cv2.BORDER_CONSTANT,
            value=(255,),
        ),
        np.uint8,
    )


def _named(line: GreyImage, engine: Recogniser) -> FilingKind | None:
    """The kind whose mark the line shows, where it shows one only."""
    best = engine.posteriors([line])[0].max(axis=0)
    seen = {
        kind: sum(float(best[engine.alphabet.index(char)]) for char in mark)
        for kind, mark in _MARKS.items()
    }
    named = [kind for kind, score in seen.items() if score >= _LEAST_SEEN]
    return named[0] if len(named) == 1 else None
