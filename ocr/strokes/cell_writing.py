"""What of the ink in and around a comb box was written for that box.

Hasty digits reach over the lines of their boxes: they are taken whole, and what a
neighbour's digit leaves in a box is no writing of that box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import eq

import cv2
import numpy as np
from numpy.typing import NDArray

from kamizero.model import Box
from ocr.engine import GreyImage
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import Window, stroke_mask, trim
from ocr.strokes.ink import Ink, window

# A digit is taken whole where it ends this close to its box; where most of a stroke
# lies is looked for further out.
_REACH_MM, _FOLLOWED_MM = 1.5, 4.0
# A stroke is of the box that holds so much of its ink; with less than the lesser it
# is not, and between them nobody can say.
_OWN, _FOREIGN = 0.55, 0.3
# Strokes that end this close to the middle of a printed line end at it; the long one of
# a 7 leans by this share of its height, or more.
_LINE_MM, _LEAN = 0.5, 0.22
# The roof of a digit covers so much of its width.
_ROOF = 0.6
# A printed line that was taken out may part what runs over it by so much.
_PARTED_MM, _LEAST_PART_MM2 = 1.2, 0.12
# Less of a stroke in a box is the end of a neighbour's; so much of it holds a digit,
# whatever runs through it.
_GRAZING_MM, _DIGIT_MM = 1.1, 2.2


@dataclass(frozen=True, slots=True, eq=False)
class CellWriting:
    """The strokes of one box.

    Attributes:
        mask: what is written, in the box and this margin around it.
        unclear: whether the box is empty only if strokes that reach deep into it,
            from no other box of its field, are none of its own.
        unroofed: the digits that this may seem to be for want of a roof, which may lie
            hidden under the upper line of the box.
        at_top: whether the strokes begin at the upper line of the box.
        parted: whether ink goes on beyond a line of the box at which strokes end.
    """

    box: Box
    margin_mm: float
    mask: GreyImage
    unclear: bool = False
    unroofed: str = ""
    at_top: bool = False
    parted: bool = False


def written_in(ink: Ink, box: Box, boxes: Sequence[Box]) -> CellWriting:
    """The strokes of one of the boxes of a field."""
    mask = stroke_mask(ink, box)
    place = trim(mask)
    if place is None or not _touches_edge(mask, place):
        unroofed, at_top = _unroofed(mask, place), _begins_at(place, 0)
        return CellWriting(box, 0.0, mask, unroofed=unroofed, at_top=at_top)
    around = stroke_mask(ink, box, margin_mm=_FOLLOWED_MM)
    rows, columns = window(ink.black, box, 0.0)
    top, left = (part.start for part in window(ink.black, box, _FOLLOWED_MM))
    inner = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    _, found, sides, centres = cv2.connectedComponentsWithStats(around)
    labels, stats = np.asarray(found, np.int32), np.asarray(sides, np.int32)
    counts = np.bincount(labels[inner].ravel(), minlength=len(stats))
    share = counts / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    share[0] = 0.0
    own = (share >= _OWN) & _end_near(stats, inner)
    extent = _extents(labels[inner], len(stats)) / PX_PER_MM
    cut = ((share >= _FOREIGN) | (extent >= _DIGIT_MM)) & ~own
    kept = np.where(own[labels], around, 0).astype(np.uint8)
    kept[inner] = np.where(cut[labels[inner]], mask, kept[inner])
    lost = np.flatnonzero(~own & ~cut & (extent > _GRAZING_MM))
    places = (centres + np.array([left, top])) / PX_PER_MM
    astray = any(not any(_holds(one, places[at]) for one in boxes) for at in lost)
    beyond = [
        at
        for at in np.unique(labels[_close_to(kept)])
        if at
        and not share[at]
        and stats[at, cv2.CC_STAT_AREA] >= _LEAST_PART_MM2 * PX_PER_MM**2
        and not any(_holds(one, places[at]) for one in boxes)
    ]
    below = kept[inner[0].start :]
    return CellWriting(
        box,
        _FOLLOWED_MM,
        kept,
        unclear=astray and not kept.any(),
        unroofed=_unroofed(below, trim(below)),
        at_top=_begins_at(trim(kept), inner[0].start),
        parted=bool(beyond),
    )


def _close_to(mask: GreyImage) -> NDArray[np.bool_]:
    """Where something is marked, and as far around it as a printed line is wide."""
    reach = 2 * round(_PARTED_MM * PX_PER_MM) + 1
    return np.asarray(cv2.dilate(mask, np.ones((reach, reach), np.uint8)) > 0)


def _touches_edge(mask: GreyImage, place: Window) -> bool:
    rows, columns = place
    starts, ends = (rows.start, columns.start), (rows.stop, columns.stop)
    return 0 in starts or any(map(eq, ends, mask.shape))


def _unroofed(mask: GreyImage, place: Window | None) -> str:
    """What is written seems to be one of these only if no roof is hidden.

    A 7 without it leans like a 1, and a 3 is a 5 as well. `place` is the window of
    the mask that holds all strokes.
    """
    if place is None or not _begins_at(place, 0):
        return ""
    writing = mask[place]
    quarter = max(len(writing) // 4, 1)
    upper, lower = (
        np.nonzero(part)[1] for part in (writing[:quarter], writing[-quarter:])
    )
    leans = float(upper.mean()) - float(lower.mean()) > _LEAN * len(writing)
    roofed = np.ptp(upper) >= _ROOF * writing.shape[1]
    return ("1" if leans else "") + ("" if roofed else "35")


def _begins_at(place: Window | None, top: int) -> bool:
    """Tell whether strokes begin at a printed line in this row, or above it.

    `place` is the window that holds all of them.
    """
    return place is not None and place[0].start <= top + _LINE_MM * PX_PER_MM


def _end_near(
    stats: NDArray[np.int32], inner: tuple[slice, slice]
) -> NDArray[np.bool_]:
    """Which strokes end close to the box on all sides."""
    reach = _REACH_MM * PX_PER_MM
    left, top, width, height = (stats[:, at] for at in range(4))
    rows, columns = inner
    return np.asarray(
        (left >= columns.start - reach)
        & (top >= rows.start - reach)
        & (left + width <= columns.stop + reach)
        & (top + height <= rows.stop + reach)
    )


def _extents(labels: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """The larger side of what lies in the box of each stroke, in pixels."""
    found = np.zeros(count)
    for label in np.unique(labels[labels > 0]):
        rows, columns = np.nonzero(labels == label)
        found[label] = max(np.ptp(rows), np.ptp(columns)) + 1
    return found


def _holds(box: Box, place: NDArray[np.float64]) -> bool:
    x, y = place
    return bool(box.x <= x <= box.right and box.y <= y <= box.bottom)
