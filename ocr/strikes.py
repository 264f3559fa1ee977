"""Sees writing that was struck out with a line through it."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.crops import trim
from ocr.engine import GreyImage

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
    found = cv2.HoughLinesP(
        writing,
        1,
        math.pi / 360,
        threshold=round(0.5 * _COVERED * width),
        minLineLength=_COVERED * width,
        maxLineGap=_LARGEST_BREAK_PX,
    )
    lines = [] if found is None else [line[0] for line in found]
    through = [
        line
        for line in lines
        if _slant(line) < _LARGEST_SLANT_DEGREES
        and _inked_share(writing, line) >= _INKED
    ]
    if not through or _left_share(writing, through) < _LEFT_SHARE:
        return 0
    return _apart(sorted(float(line[1] + line[3]) / 2 for line in through))


def _slant(line: NDArray[np.int32]) -> float:
    x1, y1, x2, y2 = (float(value) for value in line)
    return abs(math.degrees(math.atan2(y2 - y1, x2 - x1)))


def _inked_share(writing: GreyImage, line: NDArray[np.int32]) -> float:
    """Share of a line's length that is ink: characters in a row have gaps."""
    x1, y1, x2, y2 = (float(value) for value in line)
    steps = np.linspace(0, 1, max(int(abs(x2 - x1)), 2))
    xs = np.rint(x1 + steps * (x2 - x1)).astype(int)
    ys = np.rint(y1 + steps * (y2 - y1)).astype(int)
    return float((writing[ys, xs] > 0).mean())


def _left_share(writing: GreyImage, lines: Sequence[NDArray[np.int32]]) -> float:
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
