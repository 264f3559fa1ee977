"""The scanners, copiers and fax machines that the sample sheets went through."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.making.paper_damage import Damage, Pixels

Light = NDArray[np.float32]

_PAPER = np.array([250, 249, 244], np.float32)


@dataclass(frozen=True, slots=True)
class Scanner:
    """How a sheet becomes a picture.

    Attributes:
        skew: degrees the sheet lies turned, beside the little of every feeder.
        quarter_turns: how often the sheet was laid in turned by 90 degrees.
        grey: the picture has no colours.
        noise: standard deviation of the sensor's noise.
        blur: how far the optics smear, in pixels.
        contrast: share of the darkness that arrives; faint below 0.6.
        white: all that is lighter than this becomes white, as clean-up does.
        shadow: how much darker one edge is, as beside a book or under a lifted lid.
        cut_mm: strip that is missing at the left edge.
        after: further damage done by the machine, in order.
    """

    skew: float = 0.0
    quarter_turns: int = 0
    grey: bool = False
    noise: float = 1.5
    blur: float = 0.5
    contrast: float = 1.0
    white: int | None = 232
    shadow: float = 0.0
    cut_mm: float = 0.0
    after: Sequence[Damage] = ()

    def scan(self, sheet: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
        """Scan one sheet, given at `scale` pixels a mm."""
        light: Light = np.multiply(sheet, _PAPER / 255, dtype=np.float32)
        light = _PAPER - (_PAPER - light) * self.contrast
        light = cv2.GaussianBlur(light, (0, 0), self.blur).astype(np.float32)
        light = _laid(light, self.skew + rng.normal(0, 0.15), scale, rng)
        light *= _shading(light.shape[:2], self.shadow)
        light += _noise(rng, self.noise, (*light.shape[:2], 1))
        light += _noise(rng, self.noise / 2, light.shape)
        pixels = np.clip(light, 0, 255).astype(np.uint8)
        pixels = np.ascontiguousarray(pixels[:, round(self.cut_mm * scale) :])
        for damage in self.after:
            pixels = damage(pixels, scale, rng)
        if self.grey:
            grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
            pixels = np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
        if self.white is not None:
            pixels[pixels.min(axis=2) >= self.white] = 255
        return np.ascontiguousarray(np.rot90(pixels, self.quarter_turns))


def copied(pixels: Pixels, scale: float, rng: np.random.Generator) -> Pixels:
    """Photocopied before: harder, with streaks of the drum and specks of the glass."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), 0.7)
    copy = 255 / (1 + np.exp(-(soft - 158) / 21))
    copy += rng.normal(0, 5, copy.shape)
    for _ in range(4):
        centre, width = rng.uniform(0, copy.shape[1]), rng.uniform(0.3, 1.2) * scale
        streak = np.exp(-(((np.arange(copy.shape[1]) - centre) / width) ** 2))
        copy -= rng.uniform(8, 26) * streak
    return _specked(np.clip(copy, 0, 255).astype(np.uint8), scale, rng, count=160)


def faxed(pixels: Pixels, _: float, rng: np.random.Generator) -> Pixels:
    """Sent by fax: one bit, ragged edges, a few lines lost."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = cv2.GaussianBlur(grey, (0, 0), 0.6) + rng.normal(0, 9, grey.shape)
    bits = np.where(rough < 150, 0, 255).astype(np.uint8)
    for row in rng.integers(0, bits.shape[0] - 1, 5):
        bits[row] = bits[row + 1]
    return cv2.cvtColor(bits, cv2.COLOR_GRAY2RGB).astype(np.uint8)


def _specked(
    grey: NDArray[np.uint8], scale: float, rng: np.random.Generator, *, count: int
) -> Pixels:
    for _ in range(count):
        x, y = (int(rng.integers(0, side)) for side in grey.shape[::-1])
        radius = max(1, round(abs(rng.normal(0, 0.09)) * scale))
        cv2.circle(grey, (x, y), radius, (float(rng.integers(20, 120)),), -1)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB).astype(np.uint8)


def _laid(
    light: Light,
    degrees: float,
    scale: float,
    rng: np.random.Generator,
) -> Light:
    """Turn, shift and slightly stretch the sheet, as feeders do."""
    height, width = light.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    stretch = 1 + rng.normal(0, 0.0015, (2, 1))
    shift = np.zeros((2, 3))
    shift[:, 2] = rng.normal(0, 0.6, 2) * scale
    matrix = np.asarray(matrix) * stretch + shift
    laid = cv2.warpAffine(
        light,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        # The lid behind the sheet is a little darker than paper.
        borderValue=(236.0, 236.0, 234.0),
    )
    return laid.astype(np.float32)


def _noise(rng: np.random.Generator, deviation: float, shape: tuple[int, ...]) -> Light:
    return (rng.standard_normal(shape, np.float32) * deviation).astype(np.float32)


def _shading(shape: tuple[int, ...], depth: float) -> Light:
    """A lamp that fades to one side, most near the edge."""
    across = np.linspace(0, 1, shape[1], dtype=np.float32)
    down = np.linspace(0.75, 1, shape[0], dtype=np.float32)
    shade = 1 - depth * np.outer(down, 0.35 * across + 0.65 * across**6)
    return shade[..., None].astype(np.float32)
