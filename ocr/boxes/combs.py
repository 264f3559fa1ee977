"""Reads comb fields: each box holds one character, seen in the line and alone."""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import prod

import numpy as np
from numpy.typing import NDArray

from ocr.boxes.cells import DIGITS, NO_DIGIT, CellShares
from ocr.strokes.crops import LINE_HEIGHT, SetLine
from ocr.words.alphabets import Steps

Shares = NDArray[np.float64]
"""Probability of each character of an alphabet (no blank) in each cell."""

_STEP_PX = 8
# No character is ever quite ruled out.
_FLOOR = 1e-7
_MOST_SEQUENCES = 4000


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
