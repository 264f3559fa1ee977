"""One page under the pen: places come in mm, ink goes on in pixels."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from bench.making.cast import Chance
from bench.making.pen import Writer, loosened
from forms import strokes
from forms.definition import FormDefinition
from forms.hand import RGB, Hand, glyph
from forms.lettering import Placed
from forms.places import blank_images
from kamizero.model import Box

Point = tuple[float, float]


class Paper:
    """The picture of a form's page while it is filled in."""

    def __init__(self, definition: FormDefinition, dpi: float, page: int = 1) -> None:
        self.definition = definition
        self.image = blank_images(definition, dpi)[page - 1].copy()
        self.scale = dpi / 25.4

    def write(
        self, glyphs: Sequence[Placed], hand: Hand, writer: Writer, rng: Chance
    ) -> None:
        """Write a line; each glyph may run into the next."""
        loose = writer.loose
        rise = rng.normal(0, loose.drift)
        for n, placed in enumerate(glyphs):
            path = hand.font_for(placed.char)
            if path is None:
                raise ValueError(f"No typeface has {placed.char!r}.")
            mask = glyph(
                placed.char,
                path=path,
                size_px=placed.em * self.scale,
                px_per_mm=self.scale,
                like=placed.like,
                hand=hand,
                rng=rng,
            )
            stray = rng.normal(0, hand.offset_deviation * placed.em, 2)
            climb = rise * placed.em * n / max(len(glyphs) - 1, 1)
            at = (placed.x + stray[0], placed.y + stray[1] - climb)
            self.put(loosened(mask, loose, rng), at, hand.ink)
            if n and rng.random() < loose.joined:
                self._join(glyphs[n - 1], placed, hand, rng)

    def put(self, mask: Image.Image, at: Point, ink: RGB) -> None:
        """Lay a mask with its middle at a place."""
        x = round(at[0] * self.scale - mask.width / 2)
        y = round(at[1] * self.scale - mask.height / 2)
        self.image.paste(ink, (x, y), mask)

    def line(
        self, points: strokes.Points, ink: RGB, *, pen_mm: float, pressure: float = 1.0
    ) -> None:
        """Draw through points in mm."""
        mask, place = strokes.mask_of(points * self.scale, width_px=pen_mm * self.scale)
        if pressure < 1:
            mask = mask.point(lambda value: round(value * pressure))
        self.image.paste(ink, place, mask)

    def stroke(self, start: Point, end: Point, hand: Hand, rng: Chance) -> None:
        """A line drawn freehand: it sways a little on its way."""
        steps = np.linspace(0, 1, 24)[:, None]
        points = np.array(start) + steps * (np.array(end) - np.array(start))
        sway = rng.normal(0, 0.25) * np.sin(np.pi * steps)
        sway += rng.normal(0, 0.12) * np.sin(2 * np.pi * steps)
        along = np.array(end) - np.array(start)
        across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6)
        self.line(
            points + sway * across, hand.ink, pen_mm=hand.pen_mm, pressure=hand.pressure
        )

    def _join(self, one: Placed, two: Placed, hand: Hand, rng: Chance) -> None:
        # Not across a space, nor back to the next line.
        if not 0 < two.x - one.x < 1.25 * one.em:
            return
        start = (one.x + one.em * 0.25, one.y + one.em * rng.uniform(0.15, 0.35))
        end = (two.x - two.em * 0.25, two.y - two.em * rng.uniform(-0.1, 0.25))
        thin = max(0.16, hand.pen_mm * 0.45)
        middle = ((start[0] + end[0]) / 2, max(start[1], end[1]) + 0.15)
        self.line(np.array([start, middle, end]), hand.ink, pen_mm=thin, pressure=0.8)


def inner(
    box: Box, *, left: float = 0, top: float = 0, w: float = 1, h: float = 1
) -> Box:
    """A part of a box, all given as shares of it."""
    return Box(box.x + left * box.w, box.y + top * box.h, w * box.w, h * box.h)
