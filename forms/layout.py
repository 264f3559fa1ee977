"""Finds what stands in the way of something else on the pages of a form."""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from forms.definition import Field, FieldType, FormDefinition
from forms.typesetting import taken_area
from kamizero.model import Box

# Sums of millimetres differ in the last bits.
_TOLERANCE_MM = 0.01
_SIDES = ("top left", "top right", "bottom left", "bottom right")


class Obstacle(NamedTuple):
    """A field that is wrong where it stands, and why."""

    field: str
    message: str


class _Area(NamedTuple):
    field: Field
    what: str
    box: Box


def obstacles(definition: FormDefinition) -> Iterator[Obstacle]:
    """Every area that overlaps another, leaves the page or is printed upon."""
    areas = [area for field in definition.fields for area in _areas(field)]
    page = Box(0, 0, *definition.page_size_mm)
    for area in areas:
        if not page.contains(_shrunk(area.box)):
            yield Obstacle(area.field.name, f"{area.what} reaches off the page")
        for name, mark in _marks(definition):
            if _shrunk(area.box).overlaps(mark):
                yield Obstacle(area.field.name, f"{area.what} overlaps the {name}")
    yield from _overlaps(areas)
    yield from _printed_upon(definition)


def _areas(field: Field) -> Iterator[_Area]:
    if field.type is not FieldType.CHOICE:
        yield _Area(field, f"the writing area of {field.name}", field.box_mm)
    if field.type is not FieldType.CHECK:
        for choice in field.choices:
            what = f"choice {choice.code} of {field.name}"
            yield _Area(field, what, choice.box_mm)


def _marks(definition: FormDefinition) -> Iterator[tuple[str, Box]]:
    for side, corner in zip(_SIDES, definition.corners, strict=True):
        yield f"{side} corner mark", corner
    yield "QR code", definition.code_box


def _overlaps(areas: list[_Area]) -> Iterator[Obstacle]:
    for first, second in combinations(areas, 2):
        if first.field.page != second.field.page:
            continue
        if _shrunk(first.box).overlaps(_shrunk(second.box)):
            yield Obstacle(second.field.name, f"{second.what} overlaps {first.what}")


def _printed_upon(definition: FormDefinition) -> Iterator[Obstacle]:
    texts = [(text, taken_area(text)) for text in definition.printed.texts]
    for field in definition.fields:
        if field.type is FieldType.CHOICE:
            continue
        inside = _shrunk(field.box_mm)
        for text, area in texts:
            if text.page == field.page and inside.overlaps(area):
                shown = text.text.replace("\n", " ")
                yield Obstacle(field.name, f"{shown!r} is printed in its writing area")
        for line in definition.printed.lines:
            if line.page == field.page and _crosses(line.start_mm, line.end_mm, inside):
                yield Obstacle(field.name, "a line is ruled through its writing area")


def _crosses(start: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    # Rules on forms are level or upright: their bounding box is the line itself.
    (x1, y1), (x2, y2) = start, end
    return (
        min(x1, x2) < box.right
        and box.x < max(x1, x2)
        and min(y1, y2) < box.bottom
        and box.y < max(y1, y2)
    )


def _shrunk(box: Box) -> Box:
    by = _TOLERANCE_MM
    return Box(box.x + by, box.y + by, box.w - 2 * by, box.h - 2 * by)
