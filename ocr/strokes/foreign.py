"""Ink that reaches into a box from elsewhere: the circle around a choice beside it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kamizero.model import Box
from ocr.engine import GreyImage
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import STROKE_SHARE, stroke_mask
from ocr.strokes.ink import Ink, window

# How far around the box a stroke is followed to see where most of it lies.
_FOLLOWED_MM = 6.0
# Writing leaves its box on one side; what leaves it by so much on two runs through.
_OUT_MM = 2.0
_WITHIN_MM = 0.6
# Every character has a stroke longer than this; a drop of ink and a fibre have not.
_SPECK_MM = 1.7
# A pen leaves as much ink on each pixel of its way as this many full dark ones.
_HAIR_PX = 2.0
# A stroke with a smaller share of its ink inside belongs to what stands beside.
_LEAST_INSIDE = 0.3
# What reaches in further than this may all the same be writing of the box.
_REACHING_MM = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class OwnStrokes:
    """The stroke mask of a box without strokes that only reach into it.

    Attributes:
        left_out: some of what reaches in may have been written for this box.
    """

    mask: GreyImage
    left_out: bool = False


def own_strokes(ink: Ink, box: Box, *, margin_mm: float) -> OwnStrokes:
    """Part what is written in a box from what only reaches into it.

    Writing that leaves its box stays whole: most of it stands inside.
    """
    mask = stroke_mask(ink, box, margin_mm=margin_mm)
    if not mask.any() or not _is_left(ink, box, margin_mm):
        return OwnStrokes(mask)
    wide = stroke_mask(ink, box, margin_mm=margin_mm + _FOLLOWED_MM)
    rows, columns = window(ink.black, box, margin_mm)
    wide_rows, wide_columns = window(ink.black, box, margin_mm + _FOLLOWED_MM)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(wide, ltype=cv2.CV_16U)
    inside = labels[
        rows.start - wide_rows.start : rows.stop - wide_rows.start,
        columns.start - wide_columns.start : columns.stop - wide_columns.start,
    ]
    share = np.bincount(inside.ravel(), minlength=len(stats))
    share = share / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    foreign = share < _LEAST_INSIDE
    # What the wide look took for dust is nobody's stroke: it stays as it was.
    foreign[0] = False
    out = foreign[inside]
    own = np.asarray(np.where(out, 0, mask), np.uint8)
    return OwnStrokes(own, left_out=_reach_in(np.where(out, inside, 0), margin_mm))


def _reach_in(labels: NDArray[np.integer], margin_mm: float) -> bool:
    """Tell whether any of these strokes goes deep into the box they are seen in."""
    edge = round((margin_mm + _REACHING_MM) * PX_PER_MM)
    return bool(labels[edge:-edge, edge:-edge].any())


def runs_through(ink: Ink, box: Box) -> bool:
    """Tell whether a stroke runs through a box and on: a stamp, a row crossed out.

    Writing may leave its box on one side, where somebody wrote too large or too low.
    """
    if not _is_left(ink, box, 0.0):
        return False
    mask = stroke_mask(ink, box, margin_mm=_FOLLOWED_MM)
    rows, columns = window(ink.black, box, 0.0)
    around_rows, around_columns = window(ink.black, box, _FOLLOWED_MM)
    top, left = rows.start - around_rows.start, columns.start - around_columns.start
    bottom, right = top + rows.stop - rows.start, left + columns.stop - columns.start
    # Of a stroke that only grazes the box there is next to nothing inside.
    least = (_WITHIN_MM * PX_PER_MM) ** 2
    if np.count_nonzero(mask[top:bottom, left:right]) <= least:
        return False
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, ltype=cv2.CV_16U)
    out = _OUT_MM * PX_PER_MM
    ends_right = stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH]
    ends_bottom = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT]
    sides = (
        (stats[:, cv2.CC_STAT_LEFT] < left - out).astype(int)
        + (stats[:, cv2.CC_STAT_TOP] < top - out)
        + (ends_right > right + out)
        + (ends_bottom > bottom + out)
    )
    through = sides >= 2
    through[0] = False
    if not through.any():
        return False
    inside = labels[top:bottom, left:right]
    counts = np.bincount(inside.ravel(), minlength=len(stats))
    return bool((counts[through] > least).any())


def _is_left(ink: Ink, box: Box, margin_mm: float) -> bool:
    """Tell whether ink may run out of a box or into it: most writing stays inside."""
    rows, columns = window(ink.black, box, margin_mm)
    traces = ink.traces(STROKE_SHARE).all
    top, left = max(rows.start - 1, 0), max(columns.start - 1, 0)
    framed = traces[top : rows.stop + 1, left : columns.stop + 1]
    return bool(
        framed[0].any() or framed[-1].any() or framed[:, 0].any() or framed[:, -1].any()
    )


def is_hair(ink: Ink, box: Box) -> bool:
    """Tell whether the longest stroke in a box is thinner than any pen draws."""
    mask = stroke_mask(ink, box)
    if not mask.any():
        return False
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    extents = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    extents[0] = 0
    longest = int(extents.argmax())
    amount = float(ink.amount(box)[labels == longest].sum()) / ink.strength
    return amount < _HAIR_PX * float(extents[longest])


def is_dirt(ink: Ink, box: Box) -> bool:
    """Tell whether a box holds specks alone, each smaller than any character."""
    mask = stroke_mask(ink, box)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, ltype=cv2.CV_16U)
    extents = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return bool(len(extents)) and int(extents.max()) < _SPECK_MM * PX_PER_MM
