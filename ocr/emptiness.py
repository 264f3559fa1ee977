"""Whether a side of paper is empty: dust, shadows, holes and streaks are no writing.

In doubt it is not: a written page that is taken for blank is never looked at again,
while an empty one that is not costs a person one key.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.placing.template import Grey

_LONG_SIDE = 1600
_LONG_SIDE_MM = 297
# Shadows of the lid and of torn corners lie there.
_EDGE = 0.04
# Ink is darker than the paper around it by so much, and by more than grain is.
_LEAST_DARKER = 14.0
_GRAINS = 4.5
# Strokes of a faint hand break into pieces this close to each other.
_GAP_MM = 1.0
_LARGEST_DUST_MM = 1.4
# Specks may lie beside each other: so few and small groups of them are no writing,
# where none holds a stroke, which is longer by itself.
_MOST_GROUPS, _LARGEST_GROUP_MM, _LEAST_STROKE_MM = 8, 3.2, 2.4
_HOLE_MM = (4.0, 9.5)
_HOLE_MARGIN_MM = 26.0
# So little of one may be left where the edge was cut off.
_SLIVER_MM = 1.5
# Of its box; a seal of that size is mostly paper.
_HOLE_SOLID = 0.6

_Box = tuple[int, int, int, int]


def is_empty(grey: Grey) -> bool:
    """Tell whether there is no writing or print on the page."""
    small = _small(grey)
    px_per_mm = max(small.shape) / _LONG_SIDE_MM
    darker = _darker(small)
    grain = 1.4826 * float(np.median(np.abs(darker)))
    ink = (darker > max(_LEAST_DARKER, _GRAINS * grain)).astype(np.uint8)
    marks = list(_marks(ink, px_per_mm))
    return len(marks) <= _MOST_GROUPS and all(
        max(box[2:]) < _LARGEST_GROUP_MM * px_per_mm
        and _longest(ink, box) < _LEAST_STROKE_MM * px_per_mm
        for box in marks
    )


def _small(grey: Grey) -> Grey:
    factor = min(_LONG_SIDE / max(grey.shape), 1.0)
    return np.asarray(
        cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA),
        np.uint8,
    )


def _darker(small: Grey) -> NDArray[np.float32]:
    """By how much each point is darker than the paper around it, edges cut off."""
    edge = round(_EDGE * max(small.shape))
    inner = np.ascontiguousarray(small[edge:-edge, edge:-edge])
    half = cv2.resize(inner, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(half, 31), inner.shape[::-1])
    soft = cv2.GaussianBlur(inner, (0, 0), 0.8).astype(np.float32)
    darker = paper.astype(np.float32) - soft
    # Streaks of a drum or of dirt on the glass run along the whole page.
    darker -= np.clip(np.median(darker, axis=0, keepdims=True), 0, None)
    darker -= np.clip(np.median(darker, axis=1, keepdims=True), 0, None)
    return darker


def _marks(ink: Grey, px_per_mm: float) -> Iterator[_Box]:
    """What is there beside dust and punched holes."""
    gap = max(1, round(_GAP_MM * px_per_mm))
    joined = cv2.dilate(ink, np.ones((gap, gap), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(joined)
    for left, top, width, height, _ in found[1:].tolist():
        # The joining made it wider, by half of the gap on each side.
        box = (left + gap // 2, top + gap // 2, width - gap + 1, height - gap + 1)
        is_dust = max(box[2:]) <= _LARGEST_DUST_MM * px_per_mm
        if not is_dust and not _is_hole(box, ink, px_per_mm):
            yield box


def _longest(ink: Grey, box: _Box) -> int:
    """The longest piece of ink there, in pixels."""
    _, _, found, _ = cv2.connectedComponentsWithStats(_cut(ink, box))
    return int(found[1:, 2:4].max(initial=0))


def _cut(ink: Grey, box: _Box) -> Grey:
    left, top, width, height = box
    return ink[max(top, 0) : top + height, max(left, 0) : left + width]


def _is_hole(box: _Box, ink: Grey, px_per_mm: float) -> bool:
    """A spot of one darkness near an edge, where files are punched, or part of one."""
    left, top, width, height = box
    beside = min(left, top, ink.shape[1] - left - width, ink.shape[0] - top - height)
    least, most = (side * px_per_mm for side in _HOLE_MM)
    narrow, wide = sorted((width, height))
    if beside >= (_HOLE_MARGIN_MM - _EDGE * _LONG_SIDE_MM) * px_per_mm or wide > most:
        return False
    if beside <= 2 and narrow <= _SLIVER_MM * px_per_mm:
        return True
    is_spot = float(_cut(ink, box).mean()) >= _HOLE_SOLID
    return is_spot and (narrow >= least or beside <= 2)
