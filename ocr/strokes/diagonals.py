"""Takes the long diagonal lines off a page with which unused rows are crossed out."""

import math
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from kamizero.model import Box
from ocr.placing.template import PX_PER_MM, Grey
from ocr.strokes.crops import STROKE_SHARE
from ocr.strokes.ink import Ink, without_lines
from ocr.strokes.straight import Straight, straight_strokes

_SHORTEST_MM = 30.0
_LARGEST_BREAK_MM = 3.0
_SCALE = 0.25
# Strike-outs lie flat, and are shorter than a fold across the page.
_FLATTEST = 6.0
_FOLD_MM = 110.0
_WIDTH_PX = 11
_INKED = 0.8
_CLEAR_MM = 1.5
_END_MM = 2.0
_WHOLE = 0.8
# Arrows and folds stand upright, folds lie flat as well; what crosses rows out slants.
_UPRIGHT_DEGREES = 60.0
# Writing on a fold is darker than the fold, within so much on each side, for so long.
_BESIDE_MM, _HELD_MM = 1.4, 1.0
_DARKER, _STROKE_PX = 1.25, 1.0


class Diagonal(NamedTuple):
    """A straight line from one point to another, in mm."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def length(self) -> float:
        return math.hypot(self.x2 - self.x1, self.y2 - self.y1)

    def longer(self) -> "Diagonal":
        """The same with its ends, where the pen came down and left."""
        dx = (self.x2 - self.x1) / self.length * _END_MM
        dy = (self.y2 - self.y1) / self.length * _END_MM
        return Diagonal(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    @property
    def steepness(self) -> float:
        """Degrees from the horizontal, 0 to 90."""
        return Straight(*self).steepness

    def crosses(self, box: Box) -> bool:
        return self.span_within(box) is not None

    def span_within(self, box: Box) -> tuple[float, float] | None:
        """From where to where along x it runs inside a box; None where it does not."""
        left, top = round(box.x * 10), round(box.y * 10)
        inside, one, other = cv2.clipLine(
            (left, top, max(round(box.w * 10), 1), max(round(box.h * 10), 1)),
            (round(self.x1 * 10), round(self.y1 * 10)),
            (round(self.x2 * 10), round(self.y2 * 10)),
        )
        if not inside:
            return None
        return min(one[0], other[0]) / 10, max(one[0], other[0]) / 10

    def spans(self, box: Box) -> bool:
        """Tell whether it runs through a box from its left to its right."""
        span = self.span_within(box)
        return span is not None and span[1] - span[0] > _WHOLE * box.w

    @property
    def is_fold(self) -> bool:
        return self.length > _FOLD_MM

    @property
    def is_upright(self) -> bool:
        return self.steepness > _UPRIGHT_DEGREES

    def height_at(self, x: float) -> float:
        return self.y1 + (x - self.x1) / (self.x2 - self.x1) * (self.y2 - self.y1)


def without_diagonals(ink: Ink) -> tuple[Ink, list[Diagonal]]:
    """The ink without long diagonal lines, and where they ran.

    What was found is remembered as long as the ink is: fields and title both ask.
    """
    if ink not in _KNOWN:
        _KNOWN[ink] = _parted(ink)
    clean, lines = _KNOWN[ink]
    return clean or ink, lines


def _parted(ink: Ink) -> tuple[Ink | None, list[Diagonal]]:
    """The ink without its diagonals, None where it has none, and where they ran."""
    floor = max(STROKE_SHARE * ink.strength, 4 * ink.noise)
    small = cv2.resize(
        ink.black, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_AREA
    )
    _, marked = cv2.threshold(small, 0.35 * floor, 255, cv2.THRESH_BINARY)
    px_per_mm = PX_PER_MM * _SCALE
    found = straight_strokes(
        np.asarray(marked, np.uint8),
        shortest=_SHORTEST_MM * px_per_mm,
        largest_break=_LARGEST_BREAK_MM * px_per_mm,
        inked=_INKED,
        clear_beside=_CLEAR_MM * px_per_mm,
    )
    kept = [
        Diagonal(*(value / px_per_mm for value in line))
        for line in found
        if line.steepness > _FLATTEST or line.length > _FOLD_MM * px_per_mm
    ]
    if not kept:
        return None, []
    return replace(ink, black=_erased(ink.black, kept)), kept


# Ink that is clean is not kept here: nothing that leads to it would ever be let go.
_KNOWN: WeakKeyDictionary[Ink, tuple[Ink | None, list[Diagonal]]] = WeakKeyDictionary()


def may_hold_writing(ink: Ink, box: Box, line: Diagonal) -> bool:
    """Tell whether something was written where a line ran that was taken off.

    `ink` still has the line. An upright line that is no fold may be an arrow.
    """
    if line.is_upright and not line.is_fold:
        return True
    if not line.is_fold:
        return False
    along, places = _profile(ink.black, line)
    inside = (
        (places[:, 0] >= box.x)
        & (places[:, 0] <= box.right)
        & (places[:, 1] >= box.y)
        & (places[:, 1] <= box.bottom)
    )
    dark = inside & (
        along > _DARKER * float(np.median(along)) + _STROKE_PX * ink.strength
    )
    return int(dark.sum()) >= _HELD_MM * PX_PER_MM


def _profile(
    black: Grey, line: Diagonal
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much ink lies across a line at each pixel of its length, and where, in mm."""
    shares = np.linspace(0, 1, max(round(line.length * PX_PER_MM), 2))[:, None]
    start, end = np.array([line.x1, line.y1]), np.array([line.x2, line.y2])
    places = start + shares * (end - start)
    across = np.array([line.y1 - line.y2, line.x2 - line.x1]) / line.length
    reach = round(_BESIDE_MM * PX_PER_MM)
    beside = np.arange(-reach, reach + 1)[:, None, None] * across
    xs, ys = np.moveaxis(np.rint(places * PX_PER_MM + beside).astype(int), 2, 0)
    height, width = black.shape
    seen = black[np.clip(ys, 0, height - 1), np.clip(xs, 0, width - 1)]
    return seen.sum(axis=0, dtype=np.float64), places


def _erased(black: Grey, lines: list[Diagonal]) -> Grey:
    mask = np.zeros_like(black)
    for line in lines:
        x1, y1, x2, y2 = (round(value * PX_PER_MM) for value in line.longer())
        cv2.line(mask, (x1, y1), (x2, y2), (1,), _WIDTH_PX)
    return without_lines(black, mask, reach_px=_WIDTH_PX + 4)
