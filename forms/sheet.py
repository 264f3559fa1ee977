"""One page that a hand writes on; places come in mm, ink goes on in pixels."""

import numpy as np
from PIL import Image

from forms import strokes
from forms.hand import RGB, Hand, glyph
from forms.lettering import Placed
from kamizero.model import Box

_SEAL_RED = (196, 44, 36)


class Sheet:
    """The picture of one page with the hand that fills it in."""

    def __init__(self, image: Image.Image, *, width_mm: float, hand: Hand) -> None:
        self.image = image
        self._hand = hand
        self._scale = image.width / width_mm

    def write(self, placed: Placed, rng: np.random.Generator) -> bool:
        """Write one character; False where no typeface at hand has it."""
        path = self._hand.font_for(placed.char)
        if path is None:
            return False
        mask = glyph(
            placed.char,
            path=path,
            size_px=placed.em * self._scale,
            px_per_mm=self._scale,
            like=placed.like,
            hand=self._hand,
            rng=rng,
        )
        stray = rng.normal(0, self._hand.offset_deviation * placed.em, 2)
        x = round((placed.x + stray[0]) * self._scale - mask.width / 2)
        y = round((placed.y + stray[1]) * self._scale - mask.height / 2)
        self.image.paste(self._hand.ink, (x, y), mask)
        return True

    def circle(self, box: Box, rng: np.random.Generator) -> None:
        self._draw(strokes.circle(box, rng), self._hand.ink)

    def tick(self, box: Box, rng: np.random.Generator) -> None:
        self._draw(strokes.tick(box, rng), self._hand.ink)

    def seal(self, box: Box, rng: np.random.Generator) -> None:
        side = min(box.w, box.h) * 0.9
        x, y = box.centre
        ring = Box(x - side / 2, y - side / 2, side, side)
        self._draw(strokes.circle(ring, rng), _SEAL_RED)

    def _draw(self, points_mm: strokes.Points, ink: RGB) -> None:
        mask, place = strokes.mask_of(
            points_mm * self._scale, width_px=self._hand.pen_mm * self._scale
        )
        self.image.paste(ink, place, mask)
