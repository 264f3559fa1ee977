"""Tells where no straight line can run, before lines are sought, which is dear.

Rows are bits: each pair of columns is a number or a few, and lines of all slopes are
followed through all places at once, twice as far at each step.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ocr.engine import GreyImage

# Bits of a number, and how many rows further down the next one begins: a line that
# climbs no more than the rest lies whole in one of them.
_ROWS, _STEP = 64, 40
# Two columns are one, and two of those may be empty between inked ones: lines with
# breaks of four pixels are sought too.
_PAIR, _ROOM = 2, 2

Columns = NDArray[np.uint64]


def may_hold_line(mask: GreyImage, *, least: float, steepest: float) -> bool:
    """Tell whether ink can be followed straight on for `least` pixels to the right.

    What rises or falls by more than `steepest` degrees is not looked for. Short breaks
    are passed over.
    """
    columns = _banded(mask)
    wanted = max(math.floor(least / _PAIR), 1)
    if columns.shape[1] < wanted:
        return False
    # Each column with those to its left: such breaks are gone, and runs longer.
    width = columns.shape[1]
    padded = np.pad(columns, ((0, 0), (_ROOM, _ROOM)))
    shifted = [padded[:, at : at + width + _ROOM] for at in range(_ROOM + 1)]
    columns = np.bitwise_or.reduce(shifted)
    slope = _PAIR * math.tan(math.radians(steepest))
    return _run_straight(columns[:, None], wanted, slope)


def _banded(mask: GreyImage) -> Columns:
    """The rows of a mask as bits: bands x pairs of columns."""
    height, width = mask.shape
    bands = max(math.ceil((height - _ROWS + _STEP) / _STEP), 1)
    inked = np.zeros((bands * _STEP + _ROWS, width + width % _PAIR), np.bool_)
    inked[:height, :width] = mask > 0
    pairs = inked[:, ::_PAIR] | inked[:, 1::_PAIR]
    packed = (
        np.packbits(pairs[at * _STEP : at * _STEP + _ROWS], axis=0, bitorder="little")
        for at in range(bands)
    )
    return np.stack(
        [np.ascontiguousarray(one.T).view(np.uint64)[:, 0] for one in packed]
    )


def _run_straight(columns: Columns, wanted: int, slope: float) -> bool:
    """Tell whether some bit can be followed through so many columns.

    `columns` is bands x 1 x columns; the middle becomes all rises from the first
    column of a run to its last.
    """
    rises, length = np.zeros(1, np.int64), 1
    while 2 * length <= wanted:
        steepest = math.ceil(2 * length * slope)
        doubled = np.arange(-steepest, steepest + 1)
        first = doubled // 2
        halves = columns[:, np.clip(first - rises[0], 0, len(rises) - 1)]
        columns = _moved(halves[..., length:], doubled - first)
        columns &= halves[..., :-length]
        if not columns.any():
            return False
        rises, length = doubled, 2 * length
    # The rest of the way is gone with a second run that overlaps the first.
    rest = wanted - length
    onward = np.rint(rises * rest / length).astype(np.int64)
    later = _moved(columns[..., rest:], onward)
    return bool((later & columns[..., : later.shape[-1]]).any())


def _moved(columns: Columns, rows: NDArray[np.int64]) -> Columns:
    """Each rise's columns with their bits as many rows up, or down where negative."""
    up, down = (np.maximum(way, 0).astype(np.uint64)[:, None] for way in (rows, -rows))
    return np.asarray((columns >> up) << down, np.uint64)
