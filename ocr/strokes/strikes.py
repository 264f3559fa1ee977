"""Sees writing that was struck out with lines through it, and what stands beside."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.engine import GreyImage
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import runs, trim
from ocr.strokes.long_runs import may_hold_line
from ocr.strokes.straight import Straight, straight_strokes

# One line alone is a strike-out where it covers this much of the writing's width.
_COVERED = 0.75
# Or where two lines run beside each other for this long.
_LONG_MM = 12.0
# A line and its double are no higher than this, seen for this share of its length.
_ALONE_MM = 1.7
_ALONE_SHARE = 0.25
_CLEARLY_ALONE = 0.5
_LARGEST_SLANT_DEGREES = 12.0
_LARGEST_BREAK_PX = 4
_INKED = 0.95
# Looking for lines is dear; where no ink runs far enough, up to this, there is none.
_ROUNDING_PX = 2
# Ink is followed from one strip of columns to the next; no line has a break as wide as
# a strip, or climbs more within it.
_STRIP_PX, _CLIMB_PX = 6, 2
# Two lines this far apart that run side by side for most of their length belong
# together; one pen stroke gives several lines closer than that.
_PITCH_MM = (0.4, 2.6)
_SIDE_BY_SIDE = 0.6
_PAPER_BETWEEN = 0.15
# Two lines that ran into each other are thicker than this nearly everywhere.
_THICK_MM, _THICK_SHARE = 1.1, 0.85
# What is left of the writing beside its lines; of a lone dash nothing is.
_LEFT_SHARE = 0.08
_BAND_PX = 5
_UNEVEN, _UNEVEN_MM = 1.5, 0.8
# What is struck ends this far above where it would end if it were even.
_CLEAR_MM = 0.2
# Writing left that is smaller is a dot or an end of what was struck.
_LEAST_LEFT_MM = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Strike:
    """Writing struck out.

    Attributes:
        lines: how many lines run through it; two are a strike-out by the book. None
            where a thin line over part of the writing may also be its flat strokes.
        left: the strokes that are not struck: a correction beside or above.
        is_even: what is struck reaches about as far above the lines as below; else
            a correction ran into it, and what is above counts as `left`.
    """

    lines: int
    left: GreyImage
    is_even: bool

    @property
    def is_corrected(self) -> bool:
        return bool(self.left.any())


def find_strike(
    mask: GreyImage, *, shortest_mm: float, darker: Iterable[GreyImage] = ()
) -> Strike | None:
    """The strike-out among the strokes of a field; None where there is none.

    `shortest_mm` is longer than any flat stroke of the characters written there.
    Two lines that ran into each other may part where only darker ink counts: each of
    `darker` is the mask with less of it.
    """
    window = trim(mask)
    if window is None:
        return None
    width = window[1].stop - window[1].start
    least = _least_length(shortest_mm, width)
    if not _runs_on(mask, least) or not may_hold_line(
        mask, least=least, steepest=_LARGEST_SLANT_DEGREES
    ):
        return None
    lines = _through(mask, shortest_mm * PX_PER_MM)
    long = [line for line in lines if _is_long(line, width)]
    if not long:
        return None
    ends = [line for line in long if _width(line) >= _COVERED * width]
    thin = [line for line in long if _is_drawn(mask, line, width)]
    pair = _double(darker, shortest_mm, width) or _pair(mask, thin)
    drawn = pair or ends or [line for line in thin if _is_thick(mask, line)]
    if not drawn:
        alone = any(_alone_share(mask, line) >= _CLEARLY_ALONE for line in thin)
        # Close to the strokes of kanji a double line nowhere stands alone.
        perhaps = alone or _pair(mask, long)
        return Strike(0, mask, is_even=True) if perhaps else None
    struck = _struck(mask, drawn)
    if _left_share(np.where(struck, mask, 0).astype(np.uint8), drawn) < _LEFT_SHARE:
        return None
    run_in = _run_in(struck, drawn)
    return Strike(
        2 if pair else 1,
        _large_enough(np.where(struck & ~run_in, 0, mask).astype(np.uint8)),
        is_even=not run_in.any(),
    )


def _double(
    masks: Iterable[GreyImage], shortest_mm: float, width: int
) -> list[Straight] | None:
    """The double line in the first mask that shows one."""
    least = _least_length(shortest_mm, width)
    for mask in masks:
        if not _runs_on(mask, least):
            continue
        lines = _through(mask, shortest_mm * PX_PER_MM)
        pair = _pair(mask, [line for line in lines if _is_drawn(mask, line, width)])
        if pair:
            return pair
    return None


def _least_length(shortest_mm: float, width: int) -> float:
    """How far ink must run, in pixels, where a line through this width is to be."""
    least = max(shortest_mm, min(_COVERED * width / PX_PER_MM, _LONG_MM))
    return least * PX_PER_MM - _ROUNDING_PX


def _runs_on(mask: GreyImage, least: float) -> bool:
    """Tell whether ink can be followed so far to the right, climbing as lines may."""
    strips = math.ceil(max(least, 1.0) / _STRIP_PX)
    padded = np.pad(mask, ((0, 0), (0, -mask.shape[1] % _STRIP_PX)))
    inked = np.asarray(padded.any(axis=0).reshape(-1, _STRIP_PX).any(axis=1))
    # Between most characters there is paper: no run is longer than what it parts.
    return any(
        _climbs_along(padded[:, run.start * _STRIP_PX : run.stop * _STRIP_PX], strips)
        for run in runs(inked)
        if run.stop - run.start >= strips
    )


def _climbs_along(mask: GreyImage, strips: int) -> bool:
    """Tell whether ink can be followed through so many strips of columns."""
    whole = np.pad(mask, ((_CLIMB_PX, _CLIMB_PX), (0, 0)))
    marked = np.asarray(whole.reshape(len(whole), -1, _STRIP_PX).any(axis=2))
    climbs = np.ones((2 * _CLIMB_PX + 1, 1), np.uint8)
    run = np.zeros(len(whole), np.int16)
    for inked in marked.T.astype(np.int16):
        run = (cv2.dilate(run[:, None], climbs)[:, 0] + 1) * inked
        if run.max() >= strips:
            return True
    return False


def _through(mask: GreyImage, shortest: float) -> list[Straight]:
    found = straight_strokes(
        mask,
        shortest=shortest,
        largest_break=_LARGEST_BREAK_PX,
        inked=_INKED,
        steepest=_LARGEST_SLANT_DEGREES,
    )
    return list(found)


def _is_drawn(mask: GreyImage, line: Straight, width: int) -> bool:
    """Tell a line that was drawn through writing from a flat row of thick strokes.

    It is long, and between the upright strokes of the writing it stands alone.
    """
    return _is_long(line, width) and _alone_share(mask, line) >= _ALONE_SHARE


def _is_long(line: Straight, width: int) -> bool:
    return _width(line) >= min(_COVERED * width, _LONG_MM * PX_PER_MM)


def _alone_share(mask: GreyImage, line: Straight) -> float:
    """For how much of its length there is paper above and below a line."""
    xs = np.arange(int(_left(line)), int(_right(line)))
    ys = _heights(line, xs)
    reach = round(_ALONE_MM * PX_PER_MM)
    height = mask.shape[0]
    above, below = np.maximum(ys - reach, 0), np.minimum(ys + reach, height - 1)
    alone = (mask[above, xs] == 0) & (mask[below, xs] == 0)
    return float(alone.mean())


def _is_thick(mask: GreyImage, line: Straight) -> bool:
    """Tell two lines that ran into each other from a row of flat strokes."""
    xs = np.arange(int(_left(line)), int(_right(line)))
    ys = _heights(line, xs)
    # The height of the ink around the line, in each column that it runs through.
    reach = round(_THICK_MM * PX_PER_MM)
    filled = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((reach, 1), np.uint8))
    return float((filled[ys, xs] > 0).mean()) >= _THICK_SHARE


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


def _run_in(struck: NDArray[np.bool_], lines: Sequence[Straight]) -> NDArray[np.bool_]:
    """The part of what is struck that reaches further above the lines than below.

    Lines run through the middle: what stands so high is a correction that ran into
    the strike. Nothing where it is about even.
    """
    longest = max(lines, key=_width)
    slope = (longest.y2 - longest.y1) / (longest.x2 - longest.x1)
    middles = [(one.y1 + one.y2) / 2 - slope * (one.x1 + one.x2) / 2 for one in lines]
    ys, xs = np.nonzero(struck)
    # Heights as if the lines lay flat.
    heights = ys - slope * xs
    above = min(middles) - float(heights.min())
    below = max(float(heights.max()) - max(middles), 0.0)
    run_in = np.zeros_like(struck)
    if above > _UNEVEN * below + _UNEVEN_MM * PX_PER_MM:
        high = heights < min(middles) - below - _CLEAR_MM * PX_PER_MM
        run_in[ys[high], xs[high]] = True
    return run_in


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
