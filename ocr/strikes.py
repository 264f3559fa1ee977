"""Sees writing that was struck out with lines through it, and what stands beside."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.crops import trim
from ocr.engine import GreyImage
from ocr.straight import Straight, straight_strokes
from ocr.template import PX_PER_MM

# One line alone is a strike-out where it covers this much of the writing's width.
_COVERED = 0.75
# Or where two lines run beside each other for this long.
_LONG_MM = 12.0
# A line and its double are no higher than this, seen for this share of its length.
_ALONE_MM = 1.7
_ALONE_SHARE = 0.25
_LARGEST_SLANT_DEGREES = 12.0
_LARGEST_BREAK_PX = 4
_INKED = 0.95
# Two lines this far apart that run side by side for most of their length belong
# together; one pen stroke gives several lines closer than that.
_PITCH_MM = (0.4, 2.6)
_SIDE_BY_SIDE = 0.6
_PAPER_BETWEEN = 0.15
# What is left of the writing beside its lines; of a lone dash nothing is.
_LEFT_SHARE = 0.12
_BAND_PX = 5
_UNEVEN, _UNEVEN_MM = 1.5, 0.8
# Writing left that is smaller is a dot or an end of what was struck.
_LEAST_LEFT_MM = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Strike:
    """Writing struck out.

    Attributes:
        lines: how many lines run through it; two are a strike-out by the book.
        left: the strokes that are not struck: a correction beside or above.
        is_even: what is struck reaches about as far above the lines as below, so
            that no correction ran into it.
    """

    lines: int
    left: GreyImage
    is_even: bool

    @property
    def is_corrected(self) -> bool:
        return bool(self.left.any())


def find_strike(mask: GreyImage, *, shortest_mm: float) -> Strike | None:
    """The strike-out among the strokes of a field; None where there is none.

    `shortest_mm` is longer than any flat stroke of the characters written there.
    """
    window = trim(mask)
    if window is None:
        return None
    width = window[1].stop - window[1].start
    lines = _through(mask, shortest_mm * PX_PER_MM)
    pair = _pair(mask, [line for line in lines if _is_drawn(mask, line, width)])
    if pair is None:
        lines = [line for line in lines if _width(line) >= _COVERED * width]
        if not lines or _left_share(mask, lines) < _LEFT_SHARE:
            return None
        return Strike(1, np.zeros_like(mask), is_even=False)
    struck = _struck(mask, pair)
    if _left_share(np.where(struck, mask, 0).astype(np.uint8), pair) < _LEFT_SHARE:
        return None
    return Strike(
        2,
        _large_enough(np.where(struck, 0, mask).astype(np.uint8)),
        is_even=_is_even(struck, pair),
    )


def _through(mask: GreyImage, shortest: float) -> list[Straight]:
    found = straight_strokes(
        mask, shortest=shortest, largest_break=_LARGEST_BREAK_PX, inked=_INKED
    )
    return [line for line in found if line.steepness < _LARGEST_SLANT_DEGREES]


def _is_drawn(mask: GreyImage, line: Straight, width: int) -> bool:
    """Tell a line that was drawn through writing from a flat row of thick strokes.

    It is long, and between the upright strokes of the writing it stands alone.
    """
    if _width(line) < min(_COVERED * width, _LONG_MM * PX_PER_MM):
        return False
    xs = np.arange(int(_left(line)), int(_right(line)))
    ys = _heights(line, xs)
    reach = round(_ALONE_MM * PX_PER_MM)
    height = mask.shape[0]
    above, below = np.maximum(ys - reach, 0), np.minimum(ys + reach, height - 1)
    alone = (mask[above, xs] == 0) & (mask[below, xs] == 0)
    return float(alone.mean()) >= _ALONE_SHARE


def _pair(mask: GreyImage, lines: Sequence[Straight]) -> list[Straight] | None:
    """All lines that run beside another at the distance of a double line."""
    beside = [
        line for line in lines if any(_are_double(mask, line, other) for other in lines)
    ]
    return beside or None


def _are_double(mask: GreyImage, one: Straight, other: Straight) -> bool:
    left = max(_left(one), _left(other))
    right = min(_right(one), _right(other))
    if right - left < _SIDE_BY_SIDE * min(_width(one), _width(other)):
        return False
    xs = np.arange(int(left), int(right))
    ys, others = _heights(one, xs), _heights(other, xs)
    apart = float(np.abs(ys - others).mean()) / PX_PER_MM
    if not _PITCH_MM[0] <= apart <= _PITCH_MM[1]:
        return False
    # One thick line has no paper in its middle.
    between = mask[(ys + others) // 2, xs] == 0
    return float(between.mean()) >= _PAPER_BETWEEN


def _struck(mask: GreyImage, lines: Sequence[Straight]) -> NDArray[np.bool_]:
    """The strokes that the lines touch, and their parts that they do not touch."""
    _, labels, stats, centres = cv2.connectedComponentsWithStats(mask)
    band = np.zeros_like(mask)
    for x1, y1, x2, y2 in lines:
        cv2.line(band, (int(x1), int(y1)), (int(x2), int(y2)), (1,), _BAND_PX)
    touched = np.zeros(len(stats), np.bool_)
    touched[np.unique(labels[(band > 0) & (mask > 0)])] = True
    parts = stats[touched]
    left = parts[:, cv2.CC_STAT_LEFT].min()
    right = (parts[:, cv2.CC_STAT_LEFT] + parts[:, cv2.CC_STAT_WIDTH]).max()
    top = parts[:, cv2.CC_STAT_TOP].min()
    bottom = (parts[:, cv2.CC_STAT_TOP] + parts[:, cv2.CC_STAT_HEIGHT]).max()
    within = (
        (centres[:, 0] > left)
        & (centres[:, 0] < right)
        & (centres[:, 1] > top)
        & (centres[:, 1] < bottom)
    )
    gone = touched | within
    gone[0] = False
    return np.asarray(gone[labels], np.bool_)


def _is_even(struck: NDArray[np.bool_], lines: Sequence[Straight]) -> bool:
    heights = [(line.y1 + line.y2) / 2 for line in lines]
    rows = np.flatnonzero(struck.any(axis=1))
    above = (min(heights) - float(rows[0])) / PX_PER_MM
    below = (float(rows[-1]) - max(heights)) / PX_PER_MM
    return above <= _UNEVEN * max(below, 0.0) + _UNEVEN_MM


def _large_enough(left: GreyImage) -> GreyImage:
    """What is left of the writing; nothing where that is a dot or the end of a line."""
    window = trim(left)
    if window is None:
        return left
    rows = window[0]
    if rows.stop - rows.start < _LEAST_LEFT_MM * PX_PER_MM:
        return np.zeros_like(left)
    return left


def _left_share(writing: GreyImage, lines: Sequence[Straight]) -> float:
    """How much of the writing is no part of the lines."""
    beside = writing.copy()
    for x1, y1, x2, y2 in lines:
        cv2.line(beside, (int(x1), int(y1)), (int(x2), int(y2)), (0,), _BAND_PX)
    left, whole = np.count_nonzero(beside), np.count_nonzero(writing)
    return float(left) / max(float(whole), 1.0)


def _left(line: Straight) -> float:
    return min(line.x1, line.x2)


def _right(line: Straight) -> float:
    return max(line.x1, line.x2)


def _width(line: Straight) -> float:
    return abs(line.x2 - line.x1)


def _heights(line: Straight, xs: NDArray[np.integer]) -> NDArray[np.intp]:
    slope = (line.y2 - line.y1) / (line.x2 - line.x1)
    return np.asarray(np.rint(line.y1 + (xs - line.x1) * slope), np.intp)
