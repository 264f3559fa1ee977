"""Ink that reaches into a box from elsewhere: the circle around a choice beside it."""

import cv2
import numpy as np

from kamizero.model import Box
from ocr.crops import stroke_mask
from ocr.engine import GreyImage
from ocr.ink import Ink, window

# How far around the box a stroke is followed to see where most of it lies.
_FOLLOWED_MM = 6.0
# A stroke with a smaller share of its ink inside belongs to what stands beside.
_LEAST_INSIDE = 0.3


def own_strokes(ink: Ink, box: Box, *, margin_mm: float) -> GreyImage:
    """The stroke mask of a box without strokes that only reach into it.

    Writing that leaves its box stays whole: most of it stands inside.
    """
    mask = stroke_mask(ink, box, margin_mm=margin_mm)
    if not mask.any():
        return mask
    wide = stroke_mask(ink, box, margin_mm=margin_mm + _FOLLOWED_MM)
    rows, columns = window(ink.black, box, margin_mm)
    wide_rows, wide_columns = window(ink.black, box, margin_mm + _FOLLOWED_MM)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(wide)
    inside = labels[
        rows.start - wide_rows.start : rows.stop - wide_rows.start,
        columns.start - wide_columns.start : columns.stop - wide_columns.start,
    ]
    share = np.bincount(inside.ravel(), minlength=len(stats))
    share = share / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    foreign = share < _LEAST_INSIDE
    # What the wide look took for dust is nobody's stroke: it stays as it was.
    foreign[0] = False
    return np.asarray(np.where(foreign[inside], 0, mask), np.uint8)
