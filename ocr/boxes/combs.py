"""Reads comb fields: each box holds one character, seen in the line and alone."""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from math import prod

import numpy as np
from numpy.typing import NDArray

from ocr.boxes.cells import DIGITS, NO_DIGIT, CellShares
from ocr.strokes.crops import LINE_HEIGHT, SetLine, Shape
from ocr.words.alphabets import Steps

Shares = NDArray[np.float64]
"""Probability of each character of an alphabet (no blank) in each cell."""

_STEP_PX = 8
# No character is ever quite ruled out.
_FLOOR = 1e-7
_MOST_SEQUENCES = 4000
# By what a 7 is less likely than a 1 where strokes are narrower than a share of their
# height and have no roof; and where they are wide, but begin lower at the left, as a
# flag does. In the hands and typefaces of `bench.training.sheets`, half of them scanned
# badly, of 3,634 7s and 3,465 1s 14 and 528 were narrower than the first, 52 and 468
# stood between both, and 80 and 312 had a flag; without a roof were of 66 such narrow
# 7s 6, and of 996 such 1s 694. The model of cells by itself takes every upright 1 for
# one that may be a leaning 7, and a 1 with a broad flag for a 7.
_NARROW, _ROOF = ((0.4, 0.03), (0.5, 0.1)), 1.6
_WITH_FLAG, _WIDEST, _FLAG = 0.25, 0.7, (0.2, 0.6)
_SEVEN = 7


def from_line(steps: Steps, line: SetLine) -> Shares:
    """What stands in each cell, by the recogniser's answer for the closed-up line."""
    height, width = line.picture.shape
    # A line of flat strokes is so wide that the recogniser squeezes it.
    scale = min(LINE_HEIGHT / height, len(steps) * _STEP_PX / width)
    shares = [_within(steps, left * scale, right * scale) for left, right in line.spans]
    return _shared_out(np.array(shares))


def from_cells(found: CellShares) -> Shares:
    """What stands in each cell, by the model that sees each cell by itself.

    What it takes for no digit may be any: it has no say there.
    """
    return _shared_out(found[:, :DIGITS] + found[:, [NO_DIGIT]] / DIGITS)


def with_shapes(shares: Shares, shapes: Sequence[Shape]) -> Shares:
    """The same, a 7 being less likely where strokes have the shape of a 1."""
    weighed = shares.copy()
    weighed[:, _SEVEN] *= [_for_seven(shape) for shape in shapes]
    return np.asarray(weighed / weighed.sum(axis=1, keepdims=True))


def _for_seven(shape: Shape) -> float:
    for widest, less in _NARROW:
        if shape.width < widest and shape.roof < _ROOF:
            return less
    low, high = _FLAG
    return _WITH_FLAG if shape.width < _WIDEST and low <= shape.flag < high else 1.0


def sequences(shares: Shares) -> Iterator[tuple[tuple[int, ...], float]]:
    """Readings of all cells with their probability, the most probable first."""
    order = np.argsort(-shares, axis=1)
    ranked = (-np.sort(-shares, axis=1)).tolist()
    numbers = order.tolist()
    queue = [(-prod(row[0] for row in ranked), (0,) * len(shares), 0)]
    for _ in range(_MOST_SEQUENCES):
        if not queue:
            return
        negative, ranks, changed = heappop(queue)
        yield tuple(row[at] for row, at in zip(numbers, ranks, strict=True)), -negative
        # Each is reached in one way: its cells are changed from left to right.
        for at in range(changed, len(ranked)):
            row, rank = ranked[at], ranks[at] + 1
            if rank < len(row):
                following = (*ranks[:at], rank, *ranks[at + 1 :])
                less = negative * row[rank] / row[rank - 1]
                heappush(queue, (less, following, at))


def _within(steps: Steps, left: float, right: float) -> NDArray[np.float64]:
    """The largest share of each character at the steps over one cell."""
    first = max(int(left / _STEP_PX - 0.5), 0)
    last = min(int(np.ceil(right / _STEP_PX + 0.5)), len(steps))
    middles = (np.arange(first, last) + 0.5) * _STEP_PX
    outside = np.maximum(np.maximum(left - middles, middles - right), 0)
    weights = np.clip(1 - outside / _STEP_PX, 0, 1)
    return np.asarray((steps[first:last, 1:] * weights[:, None]).max(axis=0))


def _shared_out(shares: NDArray[np.float64]) -> Shares:
    floored = shares + _FLOOR
    return np.asarray(floored / floored.sum(axis=1, keepdims=True), np.float64)
