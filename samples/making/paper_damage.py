"""What happens to a sheet before it is scanned: stamps, stains and folds."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from samples.making.hands import MINCHO

Pixels = NDArray[np.uint8]
Damage = Callable[[Pixels, float, np.random.Generator], Pixels]
"""Changes a picture; gets the picture, its pixels per mm and a source of chance."""

_RED = (200, 40, 38)
_COFFEE = (150, 104, 58)
_OVERSAMPLING = 3


def seal(name: str, at_mm: tuple[float, float], *, size_mm: float = 11) -> Damage:
    """A round seal with a name in columns, pressed a little unevenly."""

    def damage(pixels: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
        side = round(size_mm * scale * _OVERSAMPLING)
        face = Image.new("L", (side, side))
        draw = ImageDraw.Draw(face)
        border = side // 18
        draw.ellipse((border, border, side - border, side - border), 0, 255, border)
        _columns(draw, name, side)
        return _pressed(pixels, face, at_mm, scale, rng)

    return damage


def receipt_stamp(office: str, day: str, at_mm: tuple[float, float]) -> Damage:
    """The stamp of the office that received the paper, with the day in its middle."""

    def damage(pixels: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
        side = round(17 * scale * _OVERSAMPLING)
        face = Image.new("L", (side, side))
        draw = ImageDraw.Draw(face)
        border = max(2, side // 50)
        draw.ellipse((border, border, side - border, side - border), 0, 255, border)
        for height in (0.37, 0.63):
            half = (0.25 - (height - 0.5) ** 2) ** 0.5
            ends = ((0.5 - half) * side, height * side, (0.5 + half) * side)
            draw.line((ends[0], ends[1], ends[2], ends[1]), 255, border)
        for text, height in (("受付", 0.23), (day, 0.5), (office, 0.74)):
            size = round(side * min(0.17, 0.8 / len(text)))
            font = ImageFont.truetype(str(MINCHO), size)
            draw.text((side / 2, side * height), text, 255, font, anchor="mm")
        return _pressed(pixels, face, at_mm, scale, rng)

    return damage


def coffee_ring(at_mm: tuple[float, float], *, radius_mm: float) -> Damage:
    """The ring a cup left, its rim darker than the puddle inside."""

    def damage(pixels: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
        y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
        dx, dy = x - at_mm[0] * scale, y - at_mm[1] * scale
        angle = np.arctan2(dy, dx)
        waves = 1 + sum(
            rng.uniform(0.004, 0.012) * np.sin(n * angle + rng.uniform(0, 6))
            for n in (2, 3, 5, 7)
        )
        distance = np.hypot(dx, dy) / scale / (radius_mm * waves)
        rim = np.exp(-(((distance - 1) / 0.035) ** 2))
        uneven = 0.75 + 0.25 * np.sin(angle + rng.uniform(0, 6))
        puddle = 0.28 * (distance < 1)
        return _stained(pixels, _COFFEE, 0.62 * rim * uneven + puddle)

    return damage


def fold(at_mm: float) -> Damage:
    """A fold across the page: a light ridge beside a shadow."""

    def damage(pixels: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
        slope = rng.normal(0, 0.006)
        y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
        distance = y / scale - at_mm - slope * x / scale
        shade = -46 * np.exp(-((distance / 0.35) ** 2))
        shade -= 20 * np.exp(-np.abs(distance) / 9) * (distance > 0)
        return _clipped(pixels + shade[..., None])

    return damage


def _columns(draw: ImageDraw.ImageDraw, name: str, side: int) -> None:
    """Write a name from top to bottom, columns from right to left, as seals do."""
    rows = -(-len(name) // 2) if len(name) > 3 else len(name)
    columns = -(-len(name) // rows)
    size = round(side * 0.7 / max(rows, columns * 1.1))
    font = ImageFont.truetype(str(MINCHO), size)
    for i, char in enumerate(name):
        column, row = divmod(i, rows)
        x = side / 2 + (columns / 2 - column - 0.5) * size * 1.05
        y = side / 2 + (row - rows / 2 + 0.5) * size
        draw.text((x, y), char, 255, font, anchor="mm", stroke_width=1)


def _pressed(
    pixels: Pixels,
    face: Image.Image,
    at_mm: tuple[float, float],
    scale: float,
    rng: np.random.Generator,
) -> Pixels:
    turned = face.rotate(rng.normal(0, 6), Image.Resampling.BICUBIC)
    small = turned.resize((face.width // _OVERSAMPLING,) * 2, Image.Resampling.LANCZOS)
    ink = np.asarray(small, np.float32) / 255
    spots = cv2.GaussianBlur(rng.normal(0, 1, ink.shape), (0, 0), scale * 0.25)
    ink *= np.clip(0.82 + spots * 1.6, 0.25, 1)
    whole = np.zeros(pixels.shape[:2], np.float32)
    left, top = (round(side * scale) for side in at_mm)
    whole[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return _stained(pixels, _RED, whole * 0.92)


def _stained(
    pixels: Pixels, colour: tuple[int, int, int], amount: NDArray[np.float32]
) -> Pixels:
    """Let a transparent colour soak in: what is dark stays dark."""
    kept = 1 - amount[..., None] * (1 - np.array(colour, np.float32) / 255)
    return _clipped(pixels * kept)


def _clipped(pixels: NDArray[np.floating]) -> Pixels:
    return np.clip(pixels, 0, 255).astype(np.uint8)
