"""How somebody writes: typeface, pen and the little differences between glyphs."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from forms import typeface

RGB = tuple[int, int, int]

# Glyphs are drawn larger and shrunk, so that a turned edge stays smooth.
_OVERSAMPLING = 3


@dataclass(frozen=True, slots=True)
class Hand:
    """A way of writing; the same hand and seed write the same picture.

    Lengths are shares of the size of what is written, angles degrees; those named
    after a deviation are standard deviations from glyph to glyph.

    Attributes:
        font: typeface file; None is the one forms are printed in.
        size: height of a digit in its cell, of a line in its box.
        slant: all glyphs lean to the right by this angle.
        pen_mm: width of the strokes drawn by hand, circles and ticks.
        weight_mm: added around the strokes of the typeface.
        wobble: how far points of a glyph stray from where they belong.
        pressure: least share of the ink that reaches the paper.
        circles: what is circled of a choice: all its text, or the code alone.
    """

    font: Path | None = None
    ink: RGB = (28, 28, 40)
    seed: int = 0
    size: float = 0.66
    slant: float = 0.0
    rotation_deviation: float = 1.5
    scale_deviation: float = 0.03
    offset_deviation: float = 0.03
    pen_mm: float = 0.4
    weight_mm: float = 0.0
    weight_deviation_mm: float = 0.006
    wobble: float = 0.008
    pressure: float = 0.9
    spacing: float = 0.04
    circles: Literal["choice", "code"] = "choice"

    def font_for(self, char: str) -> Path | None:
        """The typeface that has this character; None where none has it."""
        for path in (self.font or typeface.path(), typeface.path()):
            if ord(char) in _characters(path):
                return path
        return None


@cache
def sized(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def digit_height(path: Path) -> float:
    """How high a digit stands, as a share of the typeface's size."""
    _, top, _, bottom = sized(path, 200).getbbox("0")
    return (bottom - top) / 200


@cache
def _below_middle(path: Path, like: str) -> float:
    """How far below the typeface's own middle the ink of such glyphs is centred."""
    _, top, _, bottom = sized(path, 200).getbbox(like, anchor="mm")
    return (top + bottom) / 2 / 200


def glyph(
    char: str,
    *,
    path: Path,
    size_px: float,
    px_per_mm: float,
    like: str,
    hand: Hand,
    rng: np.random.Generator,
) -> Image.Image:
    """One written character as a mask, set so that `like` would be in its middle.

    Digits are centred as "0" is, text as "国": so small kana stay low.
    """
    size = size_px * (1 + rng.normal(0, hand.scale_deviation)) * _OVERSAMPLING
    weight = hand.weight_mm + rng.normal(0, hand.weight_deviation_mm)
    stroke = max(0.0, weight * px_per_mm * _OVERSAMPLING)
    side = int(size * 2) + 4
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).text(
        (side / 2, side / 2 - _below_middle(path, like) * size),
        char,
        font=sized(path, max(4, round(size))),
        fill=round(255 * rng.uniform(hand.pressure, 1.0)),
        anchor="mm",
        stroke_width=stroke,
    )
    mask = _leaning(mask, hand.slant, rng.normal(0, hand.rotation_deviation))
    mask = _strayed(mask, hand.wobble * size, rng)
    small = max(1, side // _OVERSAMPLING)
    return mask.resize((small, small), Image.Resampling.LANCZOS)


def _leaning(mask: Image.Image, slant: float, rotation: float) -> Image.Image:
    shear = float(np.tan(np.radians(slant)))
    middle = mask.height / 2
    sheared = mask.transform(
        mask.size,
        Image.Transform.AFFINE,
        (1, shear, -shear * middle, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    return sheared.rotate(rotation, Image.Resampling.BILINEAR)


def _strayed(mask: Image.Image, by: float, rng: np.random.Generator) -> Image.Image:
    """Move the points of a coarse grid, and what lies between them with them."""
    if by <= 0:
        return mask
    steps = 6
    grid = np.linspace(0, mask.width, steps + 1)
    moves = rng.normal(0, by, (steps + 1, steps + 1, 2))
    mesh = []
    for i in range(steps):
        for j in range(steps):
            target = (int(grid[j]), int(grid[i]), int(grid[j + 1]), int(grid[i + 1]))
            # The corners in the order PIL wants: NW, SW, SE, NE.
            corners = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
            source = tuple(
                float(value)
                for a, b in corners
                for value in (grid[b] + moves[a, b, 0], grid[a] + moves[a, b, 1])
            )
            mesh.append((target, source))
    return mask.transform(
        mask.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR
    )
