"""Writes the values of a filing on its page, each field by the person who fills it."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bench.making.cast import Chance
from bench.making.digits import RealDigits
from bench.making.paper import Paper
from bench.making.pen import Writer
from forms import strokes
from forms.definition import Choice, Field, FieldType, FormDefinition
from forms.hand import Hand
from forms.lettering import Placed, in_lines
from forms.places import choice_of, circled_area, placed, written_date
from kamizero.model import Box

_IN_DIGITS = frozenset({FieldType.DIGITS, FieldType.AMOUNT, FieldType.DATE})

People = Mapping[str, Writer]
"""Who fills which field, by field name."""


class Scribe:
    """Fills one field after the other on one page."""

    def __init__(
        self, paper: Paper, people: People, *, seed: int, real: RealDigits | None
    ) -> None:
        self.paper = paper
        self._people = people
        self._seed = seed
        self._real = real

    @property
    def definition(self) -> FormDefinition:
        return self.paper.definition

    def chance(self, field: Field) -> Chance:
        # Each field has its own chance, so that values do not change each other's ink.
        return np.random.default_rng([self._seed, zlib.crc32(field.name.encode())])

    def person(self, field: Field) -> Writer:
        return self._people[field.name]

    def ordinary(
        self, field: Field, value: str, *, writer: Writer | None = None
    ) -> None:
        """Write a value as forms ask for it."""
        writer, rng = writer or self.person(field), self.chance(field)
        match field.type:
            case FieldType.CHECK:
                points = strokes.tick(field.box_mm, rng)
                self.paper.line(points, writer.text.ink, pen_mm=writer.text.pen_mm)
            case FieldType.CHOICE:
                self.circle(field, choice_of(field, value), writer, rng)
            case FieldType.DATE:
                written = written_date(field, value)
                if len(field.choices) > 1:
                    self.circle(field, choice_of(field, written.era), writer, rng)
                self.glyphs(field, written.digits, writer, rng)
            case _:
                self.glyphs(field, value, writer, rng)

    def circle(self, field: Field, choice: Choice, writer: Writer, rng: Chance) -> None:
        area = self.area(field, choice, writer)
        points = strokes.circle(area, rng)
        self.paper.line(points, writer.text.ink, pen_mm=writer.text.pen_mm)

    def area(self, field: Field, choice: Choice, writer: Writer) -> Box:
        return circled_area(self.definition, field, choice, writer.text)

    def glyphs(self, field: Field, text: str, writer: Writer, rng: Chance) -> None:
        """Write characters into the cells or the free box of a field."""
        hand = hand_for(field, writer)
        glyphs = list(placed(field, text, hand))
        if self.is_real(field):
            self._real_digits(field, glyphs, hand, rng)
        else:
            self.paper.write(glyphs, hand, _calm_in_cells(field, writer), rng)

    def is_real(self, field: Field) -> bool:
        """Tell whether real people's digits stand in this field."""
        return (
            self._real is not None
            and field.type in _IN_DIGITS
            and field.cells is not None
        )

    def line(
        self,
        text: str,
        box: Box,
        writer: Writer,
        rng: Chance,
        *,
        hand: Hand | None = None,
    ) -> bool:
        """Write a free line into a box; False where it does not fit legibly."""
        hand = hand or writer.text
        glyphs = in_lines(text, box, hand)
        if glyphs is None:
            return False
        self.paper.write(glyphs, hand, writer, rng)
        return True

    def _real_digits(
        self, field: Field, glyphs: Sequence[Placed], hand: Hand, rng: Chance
    ) -> None:
        if self._real is None or field.cells is None:
            return
        height = field.cells[0].h * self.paper.scale * rng.uniform(0.58, 0.78)
        for glyph in glyphs:
            mask = self._real.draw(glyph.char, height, rng)
            stray = rng.normal(0, 0.25, 2)
            self.paper.put(mask, (glyph.x + stray[0], glyph.y + stray[1]), hand.ink)


def hand_for(field: Field, writer: Writer) -> Hand:
    """Digits in boxes are written in a hand of their own."""
    return writer.digits if field.type in _IN_DIGITS else writer.text


def _calm_in_cells(field: Field, writer: Writer) -> Writer:
    """In comb boxes glyphs stand apart."""
    if field.cells is None:
        return writer
    return replace(writer, loose=replace(writer.loose, joined=0.0, drift=0.0))


Drawing = Callable[[Scribe, Field, str], None]
"""How a value is written in another way than the ordinary one."""
