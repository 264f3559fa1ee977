"""Glyphs as a hand makes them: a typeface bent, thinned, broken and run together."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from bench.making.cast import Chance
from forms.hand import RGB, Hand

RED = (190, 36, 40)
PENCIL = (128, 128, 132)


@dataclass(frozen=True, slots=True)
class Looseness:
    """How far the strokes of a hand leave its typeface.

    Attributes:
        elastic: how far they bend, as a share of the glyph's size.
        broken: share of the ink that is missing in small gaps.
        joined: how often a glyph runs into the next one of a line.
        drift: how far a line of writing rises to its end, as a share of its height.
    """

    elastic: float = 0.0
    broken: float = 0.0
    joined: float = 0.0
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class Writer:
    """One person: a hand for text, one for digits in boxes, and their looseness."""

    text: Hand
    digits: Hand
    loose: Looseness

    def in_ink(self, ink: RGB, *, pressure: float | None = None) -> "Writer":
        """The same person with another pen."""
        text, digits = (
            replace(hand, ink=ink, pressure=pressure or hand.pressure)
            for hand in (self.text, self.digits)
        )
        return replace(self, text=text, digits=digits)

    def name(self) -> str:
        """The typefaces, as `truth.json` names them."""
        text, digits = (hand.font for hand in (self.text, self.digits))
        return f"{text.stem if text else ''} + {digits.stem if digits else ''}"


def loosened(mask: Image.Image, loose: Looseness, rng: Chance) -> Image.Image:
    """Bend the strokes of a glyph smoothly and leave gaps in them."""
    ink = np.asarray(mask, np.float32)
    height, width = ink.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    # A glyph fills about half of its mask.
    reach = loose.elastic * width / 2
    ink = cv2.remap(
        ink,
        x + reach * _smooth(rng, ink.shape, width * 0.11),
        y + reach * _smooth(rng, ink.shape, width * 0.11),
        cv2.INTER_LINEAR,
    ).astype(np.float32)
    if loose.broken > 0:
        grain = _smooth(rng, ink.shape, 1.6)
        ink *= grain > np.quantile(grain, loose.broken)
    bent = Image.fromarray(ink.astype(np.uint8))
    return bent.filter(ImageFilter.GaussianBlur(0.35)) if loose.broken else bent


def _smooth(rng: Chance, shape: tuple[int, ...], reach: float) -> NDArray[np.float32]:
    """Noise without steps, of deviation 1."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), reach)
    return np.asarray(noise / max(float(noise.std()), 1e-6), np.float32)
