"""Made-up writers of digits: each with a way, a pen and a typeface or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bench.training.pen_digits import draw, scribble

Mask = NDArray[np.uint8]

PX_PER_MM = 16.0
"""Scale that writing is drawn at."""

NO_DIGIT = 10
"""The class of what is no digit."""

_GLYPH_PX = 110
_PATCH_PX = 144
# Letters and kana that no hand's digit resembles: 日 is some 8, ア some 7, e some 2.
_LETTERS = "HKMNRWXkmwx年様"
_KANA = "オキサネホモあなはまや"
# Of two digits over each other, each must show so much that the other does not hide.
_LEAST_SHOWN, _HIDING_PX, _TRIES = 0.3, 7, 4


@dataclass(frozen=True, slots=True)
class Writer:
    """How one person writes; lengths are shares of the height of a cell.

    Attributes:
        typeface: file of the typeface; None draws with the pen.
        ways: where in 0..1 this person's way of writing each digit lies.
        stray: how far points of a stroke stray, as a share of the digit.
        weight_mm: width of the pen's strokes, or what is added to the typeface's.
    """

    typeface: Path | None
    ways: tuple[float, ...]
    size: float
    aspect: float
    slant: float
    lean: float
    stray: float
    unsteady: float
    weight_mm: float
    darkness: float

    @classmethod
    def random(
        cls, rng: np.random.Generator, typefaces: Sequence[Path], *, drawn: float
    ) -> "Writer":
        """Somebody; with the chance `drawn` a pen, else one of the typefaces."""
        by_pen = rng.random() < drawn
        face = None if by_pen else typefaces[int(rng.integers(len(typefaces)))]
        weight = rng.uniform(0.18, 0.72) if by_pen else rng.uniform(-0.08, 0.28)
        return cls(
            typeface=face,
            ways=tuple(rng.random(10)),
            size=float(np.clip(rng.normal(0.66, 0.12), 0.4, 1.0)),
            aspect=float(rng.uniform(0.38, 1.0)),
            slant=float(rng.normal(0.1, 0.22)),
            lean=float(rng.normal(0, 4.0)),
            stray=float(rng.uniform(0.008, 0.06)),
            unsteady=float(rng.uniform(0.4, 2.2)),
            weight_mm=float(weight),
            darkness=float(rng.uniform(0.55, 1.0)),
        )


def written(
    label: int,
    writer: Writer,
    rng: np.random.Generator,
    *,
    cell_mm: tuple[float, float],
) -> Mask:
    """The patch with one glyph around its middle, 255 where there is ink."""
    height = writer.size * cell_mm[1] * PX_PER_MM
    if label == NO_DIGIT:
        patch = _no_digit(writer, rng, height)
    elif writer.typeface is None:
        way = writer.ways[label] if rng.random() < 0.8 else rng.random()
        strokes = draw(label, rng, way=way, stray=writer.stray)
        patch = _drawn(strokes, writer, rng, height)
    else:
        patch = _set(str(label), writer.typeface, writer, rng, height)
    return patch


def _no_digit(writer: Writer, rng: np.random.Generator, height: float) -> Mask:
    kind = rng.random()
    if kind < 0.2:
        return _drawn(scribble(rng), writer, rng, height)
    if kind < 0.3:
        return _blot(rng, height)
    if kind < 0.6 and writer.typeface is not None:
        chars = [c for c in _LETTERS + _KANA if _has(writer.typeface, c)]
        char = chars[int(rng.integers(len(chars)))]
        return _set(char, writer.typeface, writer, rng, height)
    if kind < 0.8:
        over = _overwritten(writer, rng, height)
        if over is not None:
            return over
    strokes = draw(int(rng.integers(10)), rng, way=rng.random(), stray=0.03)
    tilt = rng.uniform(-0.15, 0.15)
    for y in (0.38, 0.62):
        strokes.append(np.array([[-0.5, y + tilt], [1.5, y - tilt]]))
    return _drawn(strokes, writer, rng, height)


def _blot(rng: np.random.Generator, height: float) -> Mask:
    """What is blackened out: an uneven patch."""
    patch = np.zeros((_PATCH_PX, _PATCH_PX), np.uint8)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 14))
    reach = height * rng.uniform(0.35, 0.6) * rng.uniform(0.75, 1.15, 14)
    across = reach * rng.uniform(0.7, 1.1)
    points = np.stack([across * np.cos(angles), reach * np.sin(angles)], axis=1)
    cv2.fillPoly(patch, [np.rint(points + _PATCH_PX / 2).astype(np.int32)], (255,))
    return patch


def _overwritten(
    writer: Writer, rng: np.random.Generator, height: float
) -> Mask | None:
    """Corrected by writing over it: two digits in one cell, both plain to see.

    None for a pen so thick that hardly any two digits stay so.
    """
    for _ in range(_TRIES):
        one, other = (
            _drawn(draw(int(n), rng, way=rng.random(), stray=0.03), writer, rng, height)
            for n in rng.choice(10, 2, replace=False)
        )
        if min(_shown(one, other), _shown(other, one)) > _LEAST_SHOWN:
            return np.asarray(np.maximum(one, other))
    return None


def _shown(one: Mask, other: Mask) -> float:
    """The share of one's ink that is not close to the other's."""
    near = cv2.dilate(other, np.ones((_HIDING_PX, _HIDING_PX), np.uint8))
    ink = one > 0
    return float((ink & (np.asarray(near) == 0)).sum() / max(ink.sum(), 1))


def _drawn(
    strokes: Sequence[NDArray[np.float64]],
    writer: Writer,
    rng: np.random.Generator,
    height: float,
) -> Mask:
    """Strokes of a digit about 1 x 1, bent, laid and drawn with the writer's pen."""
    patch = np.zeros((_PATCH_PX, _PATCH_PX), np.uint8)
    width = height * writer.aspect * float(np.exp(rng.normal(0, 0.08)))
    tall = height * float(np.exp(rng.normal(0, 0.06)))
    matrix = _leaning(writer, rng)
    bend = rng.normal(0, 0.03 * writer.unsteady, 4)
    pen = max(writer.weight_mm * PX_PER_MM * float(np.exp(rng.normal(0, 0.1))), 1.8)
    swell = rng.uniform(0, 0.35)
    for stroke in strokes:
        xy = stroke - 0.5
        # The whole digit is bent a little, as no two of one hand are alike.
        bent_x = xy[:, 0] + bend[0] * np.sin(3 * xy[:, 1]) + bend[1] * xy[:, 1] ** 2
        bent_y = xy[:, 1] + bend[2] * np.sin(3 * xy[:, 0]) + bend[3] * xy[:, 0] ** 2
        placed = np.stack([bent_x * width, bent_y * tall], axis=1) @ matrix.T
        points = np.rint((placed + _PATCH_PX / 2) * 16).astype(np.int32)
        waves = np.sin(rng.uniform(0, 6) + np.arange(len(points) - 1) / 9)
        thick = np.maximum(np.rint(pen * (1 + swell * waves)), 1).astype(int)
        changes = [0, *(np.flatnonzero(np.diff(thick)) + 1).tolist(), len(thick)]
        for start, end in pairwise(changes):
            run = points[start : end + 1]
            cv2.polylines(
                patch, [run], False, (255,), int(thick[start]), cv2.LINE_AA, 4
            )
    return patch


def _leaning(writer: Writer, rng: np.random.Generator) -> NDArray[np.float64]:
    turn = np.radians(writer.lean + rng.normal(0, 3.0 * writer.unsteady))
    shear = writer.slant + rng.normal(0, 0.04 * writer.unsteady)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(rotation @ np.array([[1.0, -shear], [0.0, 1.0]]))


def _set(
    char: str, face: Path, writer: Writer, rng: np.random.Generator, height: float
) -> Mask:
    """A glyph of a typeface, its points astray and its strokes thinned or thickened."""
    glyph = _glyph(face, char)
    scale = height / _digit_height(face) * float(np.exp(rng.normal(0, 0.06)))
    matrix = _leaning(writer, rng) * scale
    matrix[:, 0] *= 0.7 + 0.5 * writer.aspect
    inverse = np.linalg.inv(matrix)
    grid = (np.mgrid[:_PATCH_PX, :_PATCH_PX][::-1] - _PATCH_PX / 2).astype(np.float32)
    source = np.tensordot(inverse.astype(np.float32), grid, 1) + glyph.shape[0] / 2
    moves = rng.normal(0, 1.6 * writer.unsteady, (2, 5, 5)).astype(np.float32)
    for axis in range(2):
        source[axis] += cv2.resize(
            moves[axis], (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_CUBIC
        )
    patch = cv2.remap(glyph, source[0], source[1], cv2.INTER_LINEAR)
    change = round(abs(writer.weight_mm) * PX_PER_MM)
    if change:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (change + 1, change + 1))
        change_it = cv2.dilate if writer.weight_mm > 0 else cv2.erode
        changed = np.asarray(change_it(patch, kernel), np.uint8)
        # A thin typeface is not thinned until nothing is left of it.
        if np.count_nonzero(changed) > 0.4 * np.count_nonzero(patch):
            patch = changed
    return np.asarray(patch, np.uint8)


@cache
def _sized(face: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(face), _GLYPH_PX)


@cache
def _digit_height(face: Path) -> float:
    _, top, _, bottom = _sized(face).getbbox("0")
    return max(bottom - top, 1)


@cache
def _has(face: Path, char: str) -> bool:
    """Whether the typeface draws the character, and not a box in its place."""
    missing = bytes(_sized(face).getmask("\uffff"))
    found = bytes(_sized(face).getmask(char))
    return len(found) > 0 and found != missing


@cache
def _glyph(face: Path, char: str) -> Mask:
    """The glyph in the middle of a square, as a digit would stand."""
    side = 2 * _GLYPH_PX
    picture = Image.new("L", (side, side))
    left, top, right, bottom = _sized(face).getbbox(char)
    place = (side / 2 - (left + right) / 2, side / 2 - (top + bottom) / 2)
    ImageDraw.Draw(picture).text(place, char, font=_sized(face), fill=255)
    return np.array(picture)
