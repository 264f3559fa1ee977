"""Writes values into a blank: the picture of a form as somebody filled it in."""

import zlib
from collections.abc import Mapping

import numpy as np
from PIL import Image

from forms.definition import Choice, Field, FieldType, FormDefinition
from forms.hand import Hand
from forms.places import (
    blank_images,
    choice_of,
    circled_area,
    placed,
    written_date,
)
from forms.sheet import Sheet
from kamizero.errors import WrongCallError


def fill(
    definition: FormDefinition,
    values: Mapping[str, str],
    *,
    hand: Hand | None = None,
    dpi: float = 200,
) -> list[Image.Image]:
    """Give one RGB picture a page, with every value that is not "" written in.

    Values are canonical; a date may also be given as it is written ("7 020230").

    Raises:
        WrongCallError: A value does not fit its field, or the form has no such field.
    """
    known = {field.name: field for field in definition.fields}
    for name, value in values.items():
        if name not in known:
            raise WrongCallError(f"Form {definition.name} has no field {name}.")
        if not isinstance(value, str):
            raise WrongCallError(f'{name}: a value is text, put it in quotes ("12").')
    writer = _Writer(definition, hand or Hand(), dpi)
    for name, value in values.items():
        if value:
            writer.fill_in(known[name], value)
    return [sheet.image for sheet in writer.sheets]


class _Writer:
    """Fills the fields of one form in one hand."""

    def __init__(self, definition: FormDefinition, hand: Hand, dpi: float) -> None:
        self._definition = definition
        self._hand = hand
        self.sheets = [
            Sheet(image.copy(), width_mm=definition.page_size_mm[0], hand=hand)
            for image in blank_images(definition, dpi)
        ]

    def fill_in(self, field: Field, value: str) -> None:
        # Each field has its own chance, so that values do not change each other's ink.
        rng = np.random.default_rng([self._hand.seed, zlib.crc32(field.name.encode())])
        match field.type:
            case FieldType.CHECK | FieldType.SEAL:
                self._mark(field, value, rng)
            case FieldType.CHOICE:
                self._circle(field, choice_of(field, value), rng)
            case FieldType.DATE:
                written = written_date(field, value)
                era = choice_of(field, written.era)
                if len(field.choices) > 1:
                    self._circle(field, era, rng)
                self._write(field, written.digits, rng)
            case _:
                self._write(field, value, rng)

    def _mark(self, field: Field, value: str, rng: np.random.Generator) -> None:
        if value != "1":
            raise WrongCallError(
                f'{field.name} is "1" or "", not {_shown(field, value)}.'
            )
        sheet = self.sheets[field.page - 1]
        draw = sheet.tick if field.type is FieldType.CHECK else sheet.seal
        draw(field.box_mm, rng)

    def _circle(self, field: Field, choice: Choice, rng: np.random.Generator) -> None:
        area = circled_area(self._definition, field, choice, self._hand)
        self.sheets[field.page - 1].circle(area, rng)

    def _write(self, field: Field, value: str, rng: np.random.Generator) -> None:
        sheet = self.sheets[field.page - 1]
        for glyph in placed(field, value, self._hand):
            if not sheet.write(glyph, rng):
                raise WrongCallError(
                    f"{field.name}: no typeface has the character "
                    f"{glyph.char!r} (U+{ord(glyph.char):04X}). Give the hand one."
                )


def _shown(field: Field, value: str) -> str:
    return "this value" if field.sensitive else repr(value)
