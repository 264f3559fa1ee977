"""Writes values into a blank: the picture of a form as somebody filled it in."""

import zlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import numpy as np
import pypdfium2
from PIL import Image

from forms.blank import blank_pdf
from forms.definition import Choice, Field, FieldType, FormDefinition
from forms.grammar import WrittenDate, parse_written, to_written
from forms.hand import Hand
from forms.lettering import Placed, in_cell, in_lines
from forms.placing import groups
from forms.sheet import Sheet
from forms.typesetting import code_area, taken_area
from kamizero.errors import WrongCallError
from kamizero.model import Box

# What a hand leaves free between a choice and the circle around it.
_ROOM_MM = 0.9


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
            for image in _blank_images(definition, dpi)
        ]

    def fill_in(self, field: Field, value: str) -> None:
        # Each field has its own chance, so that values do not change each other's ink.
        rng = np.random.default_rng([self._hand.seed, zlib.crc32(field.name.encode())])
        match field.type:
            case FieldType.CHECK | FieldType.SEAL:
                self._mark(field, value, rng)
            case FieldType.CHOICE:
                self._circle(field, _choice(field, value), rng)
            case FieldType.DATE:
                written = _written(field, value)
                era = _choice(field, written.era)
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
        area = self._circled_area(field, choice)
        self.sheets[field.page - 1].circle(area, rng)

    def _circled_area(self, field: Field, choice: Choice) -> Box:
        for text in self._definition.printed.texts:
            if text.page == field.page and choice.box_mm.contains(text.box_mm):
                code_only = self._hand.circles == "code"
                return _widened(code_area(text) if code_only else taken_area(text))
        return choice.box_mm

    def _write(self, field: Field, value: str, rng: np.random.Generator) -> None:
        sheet = self.sheets[field.page - 1]
        for placed in _placed(field, value, self._hand):
            if not sheet.write(placed, rng):
                raise WrongCallError(
                    f"{field.name}: no typeface has the character "
                    f"{placed.char!r} (U+{ord(placed.char):04X}). Give the hand one."
                )


def _placed(field: Field, value: str, hand: Hand) -> Iterable[Placed]:
    if field.cells is not None:
        cells = _cells_for(field, value)
        return [in_cell(char, cell, hand) for char, cell in cells]
    placed = in_lines(value, field.box_mm, hand)
    if placed is None:
        raise WrongCallError(
            f"{field.name}: {len(value)} characters do not fit the box legibly."
        )
    return placed


def _cells_for(field: Field, value: str) -> list[tuple[str, Box]]:
    """Which character stands in which cell; a hyphen leads to the next group."""
    cells = field.cells or ()
    if field.format == "office_symbol" and "-" in value:
        return [
            pair
            for part, group in zip(value.split("-", 1), groups(cells), strict=True)
            for pair in _filled(field, part, [c for c in cells if group.contains(c)])
        ]
    return _filled(field, value, list(cells))


def _filled(field: Field, text: str, cells: list[Box]) -> list[tuple[str, Box]]:
    if len(text) > len(cells):
        raise WrongCallError(
            f"{field.name}: {len(text)} characters do not fit {len(cells)} cells."
        )
    first = len(cells) - len(text) if field.align == "right" else 0
    return list(zip(text, cells[first : first + len(text)], strict=True))


def _written(field: Field, value: str) -> WrittenDate:
    written = parse_written(value)
    if written is not None:
        return written
    try:
        return to_written(date.fromisoformat(value))
    except ValueError as error:
        raise WrongCallError(
            f"{field.name}: {value!r} is no date; write 2020-04-01, "
            'or as on paper "9 020401" (era code, space, YYMMDD).'
        ) from error


def _choice(field: Field, code: str) -> Choice:
    for choice in field.choices:
        if choice.code == code:
            return choice
    known = ", ".join(f"{choice.code} {choice.label}" for choice in field.choices)
    raise WrongCallError(f"{field.name} has no choice {code!r}; it has: {known}.")


def _widened(area: Box) -> Box:
    return Box(
        area.x - _ROOM_MM,
        area.y - _ROOM_MM,
        area.w + 2 * _ROOM_MM,
        area.h + 2 * _ROOM_MM,
    )


def _shown(field: Field, value: str) -> str:
    return "this value" if field.sensitive else repr(value)


@lru_cache(maxsize=8)
def _blank_images(definition: FormDefinition, dpi: float) -> tuple[Image.Image, ...]:
    document = pypdfium2.PdfDocument(blank_pdf(definition))
    try:
        return tuple(
            page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document
        )
    finally:
        document.close()
