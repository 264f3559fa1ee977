"""Where on a form each part of a value is written: glyphs, circles, the era."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import pypdfium2
from PIL import Image

from forms.blank import blank_pdf
from forms.definition import Choice, Field, FormDefinition
from forms.grammar import WrittenDate, parse_written, to_written
from forms.hand import Hand
from forms.lettering import Placed, in_cell, in_lines
from forms.placing import groups
from forms.typesetting import code_area, taken_area
from kamizero.errors import WrongCallError
from kamizero.model import Box

# What a hand leaves free between a choice and the circle around it.
_ROOM_MM = 0.9


@lru_cache(maxsize=8)
def blank_images(definition: FormDefinition, dpi: float) -> tuple[Image.Image, ...]:
    """The empty pages of a form; copy them before anything is written on them."""
    document = pypdfium2.PdfDocument(blank_pdf(definition))
    try:
        return tuple(
            page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document
        )
    finally:
        document.close()


def placed(field: Field, value: str, hand: Hand) -> Iterable[Placed]:
    """Where each glyph of a value stands in its field.

    Raises:
        WrongCallError: The value does not fit.
    """
    if field.cells is not None:
        cells = cells_for(field, value)
        return [in_cell(char, cell, hand) for char, cell in cells]
    found = in_lines(value, field.box_mm, hand)
    if found is None:
        raise WrongCallError(
            f"{field.name}: {len(value)} characters do not fit the box legibly."
        )
    return found


def cells_for(field: Field, value: str) -> list[tuple[str, Box]]:
    """Which character stands in which cell; a hyphen leads to the next group."""
    cells = field.cells or ()
    if field.format == "office_symbol" and "-" in value:
        return [
            pair
            for part, group in zip(value.split("-", 1), groups(cells), strict=True)
            for pair in _filled(field, part, [c for c in cells if group.contains(c)])
        ]
    return _filled(field, value, list(cells))


def circled_area(
    definition: FormDefinition, field: Field, choice: Choice, hand: Hand
) -> Box:
    """What a hand goes around to circle a choice."""
    for text in definition.printed.texts:
        if text.page == field.page and choice.box_mm.contains(text.box_mm):
            code_only = hand.circles == "code"
            return _widened(code_area(text) if code_only else taken_area(text))
    return choice.box_mm


def written_date(field: Field, value: str) -> WrittenDate:
    """A date, canonical or as it is written, taken apart into era and digits.

    Raises:
        WrongCallError: It is neither.
    """
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


def choice_of(field: Field, code: str) -> Choice:
    """The printed choice of that code.

    Raises:
        WrongCallError: The field has none.
    """
    for choice in field.choices:
        if choice.code == code:
            return choice
    known = ", ".join(f"{choice.code} {choice.label}" for choice in field.choices)
    raise WrongCallError(f"{field.name} has no choice {code!r}; it has: {known}.")


def _filled(field: Field, text: str, cells: list[Box]) -> list[tuple[str, Box]]:
    if len(text) > len(cells):
        raise WrongCallError(
            f"{field.name}: {len(text)} characters do not fit {len(cells)} cells."
        )
    first = len(cells) - len(text) if field.align == "right" else 0
    return list(zip(text, cells[first : first + len(text)], strict=True))


def _widened(area: Box) -> Box:
    return Box(
        area.x - _ROOM_MM,
        area.y - _ROOM_MM,
        area.w + 2 * _ROOM_MM,
        area.h + 2 * _ROOM_MM,
    )
