"""Sees writing that was struck out with a line through it."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from ocr.crops import trim
from ocr.engine import GreyImage
from ocr.straight import Straight, straight_strokes

# A line through writing covers this much of its width.
_COVERED = 0.75
_LARGEST_SLANT_DEGREES = 12.0
_SHORTEST_PX = 40
_LARGEST_BREAK_PX = 4
_INKED = 0.95
_LINE_PITCH_PX = 5.0
# What is left of the writing beside its lines; of a lone dash nothing is.
_LEFT_SHARE = 0.12
_BAND_PX = 5


def struck_lines(mask: GreyImage) -> int:
    """How many lines run through the writing of a stroke mask from end to end."""
    window = trim(mask)
    if window is None:
        return 0
    writing = mask[window]
    width = writing.shape[1]
    if width < _SHORTEST_PX:
        return 0
    found = straight_strokes(
        writing,
        shortest=_COVERED * width,
        largest_break=_LARGEST_BREAK_PX,
        inked=_INKED,
    )
    through = [line for line in found if line.steepness < _LARGEST_SLANT_DEGREES]
    if not through or _left_share(writing, through) < _LEFT_SHARE:
        return 0
    return _apart(sorted((line.y1 + line.y2) / 2 for line in through))


def _left_share(writing: GreyImage, lines: Sequence[Straight]) -> float:
    beside = writing.copy()
    for x1, y1, x2, y2 in lines:
        cv2.line(beside, (int(x1), int(y1)), (int(x2), int(y2)), (0,), _BAND_PX)
    left, whole = np.count_nonzero(beside), np.count_nonzero(writing)
    return float(left) / max(float(whole), 1.0)


def _apart(heights: list[float]) -> int:
    """How many groups the heights of lines form: one pen stroke gives several."""
    count, last = 0, -math.inf
    for height in heights:
        if height - last > _LINE_PITCH_PX:
            count += 1
        last = height
    return count
