"""Finds straight pen strokes, longer than any character."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from ocr.engine import GreyImage

_CLEAR = 0.25


class Straight(NamedTuple):
    """A straight stroke from one point to another, in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def length(self) -> float:
        return math.hypot(self.x2 - self.x1, self.y2 - self.y1)

    def moved(self, across: float, down: float) -> "Straight":
        return Straight(
            self.x1 + across, self.y1 + down, self.x2 + across, self.y2 + down
        )

    @property
    def steepness(self) -> float:
        """Degrees from the horizontal, 0 to 90."""
        degrees = math.degrees(math.atan2(self.y2 - self.y1, self.x2 - self.x1))
        return abs((degrees + 90) % 180 - 90)


def straight_strokes(
    mask: GreyImage,
    *,
    shortest: float,
    largest_break: float,
    inked: float,
    clear_beside: float = 0.0,
    steepest: float = 90.0,
) -> Iterator[Straight]:
    """Strokes of at least this length, of which this share is ink.

    Characters in a row or a column lie along a line too, but with gaps; and with
    `clear_beside`, a stroke has paper on both sides at that distance, as they have
    not. Those that rise by more than `steepest` degrees are left out.
    """
    found = cv2.HoughLinesP(
        mask,
        1,
        math.pi / 360,
        threshold=max(round(0.5 * shortest), 1),
        minLineLength=shortest,
        maxLineGap=largest_break,
    )
    for points in [] if found is None else found[:, 0]:
        line = Straight(*(float(value) for value in points))
        if line.steepness > steepest or _inked_share(mask, line) < inked:
            continue
        if not clear_beside or _is_clear(mask, line, clear_beside):
            yield line


def _is_clear(mask: GreyImage, line: Straight, distance: float) -> bool:
    across = -(line.y2 - line.y1) / line.length * distance
    down = (line.x2 - line.x1) / line.length * distance
    return all(
        _inked_share(mask, line.moved(side * across, side * down)) < _CLEAR
        for side in (-1, 1)
    )


def _inked_share(mask: GreyImage, line: Straight) -> float:
    steps = np.linspace(0, 1, max(round(line.length), 2))
    xs = np.rint(line.x1 + steps * (line.x2 - line.x1)).astype(int)
    ys = np.rint(line.y1 + steps * (line.y2 - line.y1)).astype(int)
    height, width = mask.shape
    inside = (xs >= 0) & (xs < width) & (ys >= 0) & (ys < height)
    return float((mask[ys[inside], xs[inside]] > 0).sum()) / len(steps)
