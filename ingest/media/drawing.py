"""The rows of a sheet as a picture: each item in a cell, with its number and name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms.csv.layout import Item, Layout
from forms.csv.layouts import office_layout
from forms.csv.table import TableLine
from forms.typeface import path
from ingest.media.sheets import RowSheet
from kamizero.model import Box

DPI = 150.0
DEPTH = 24
_COLUMNS = 4
_CELL = 380, 62
_MARGIN, _HEADING = 30, 54
_WIDTH = 2 * _MARGIN + _COLUMNS * _CELL[0]
_INK, _PALE, _LINE = (24, 24, 27), (95, 95, 105), (190, 190, 198)
_NUMBER = re.compile(r"\d{12}")
_COVER = "●" * 12


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of a line and where it stands (px)."""

    line: int
    n: int
    label: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    top: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What stands where on the picture of a sheet."""

    headings: tuple[Heading, ...]
    cells: tuple[Cell, ...]
    height: int

    @property
    def size_px(self) -> tuple[int, int]:
        return _WIDTH, self.height

    def place(self, line: int, numbers: Sequence[int]) -> Box:
        """The area of these items of a line; they stand beside each other."""
        boxes = [
            cell.box for cell in self.cells if cell.line == line and cell.n in numbers
        ]
        left, top = min(box.x for box in boxes), min(box.y for box in boxes)
        right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
        return Box(left, top, right - left, bottom - top)


def drawing_of(sheet: RowSheet) -> Drawing:
    """Lay the office and the rows of a sheet out."""
    headings: list[Heading] = []
    cells: list[Cell] = []
    top = float(_MARGIN)
    for heading, layout, line in _blocks(sheet):
        headings.append(Heading(heading, top))
        top += _HEADING
        placed, top = _laid(layout, line, top)
        cells += placed
        top += _MARGIN / 2
    return Drawing(tuple(headings), tuple(cells), int(top + _MARGIN))


def pixels_of(drawing: Drawing) -> NDArray[np.uint8]:
    """Draw it, black on white."""
    image = Image.new("RGB", drawing.size_px, "white")
    pen = ImageDraw.Draw(image)
    for heading in drawing.headings:
        pen.text((_MARGIN, heading.top + 10), heading.text, _INK, _font(26))
    for cell in drawing.cells:
        _draw(pen, cell)
    return np.asarray(image, np.uint8)


def _blocks(sheet: RowSheet) -> Iterator[tuple[str, Layout | None, TableLine]]:
    title = sheet.layout.title if sheet.layout else "読み取れない行"
    if sheet.office is not None:
        yield title, office_layout(), sheet.office
    for row in sheet.rows:
        known = None if sheet.broken else sheet.layout
        yield f"{row.number}行目　{row.items[0]}", known, row


def _laid(
    layout: Layout | None, line: TableLine, top: float
) -> tuple[list[Cell], float]:
    """The cells of a line; the items of one field never part at a line's end."""
    cells: list[Cell] = []
    column = 0
    for group in _groups(layout, line.items):
        if column + len(group) > _COLUMNS:
            column, top = 0, top + _CELL[1]
        for n, label, text in group:
            box = Box(_MARGIN + column * _CELL[0], top, *_CELL)
            cells.append(Cell(line.number, n, label, text, box))
            column += 1
    return cells, top + _CELL[1]


def _groups(
    layout: Layout | None, texts: Sequence[str]
) -> Iterator[list[tuple[int, str, str]]]:
    """Number, label and text of the items, those of one field together."""
    if layout is None:
        yield from ([(n, "", _hidden(text))] for n, text in enumerate(texts, start=1))
        return
    group: list[tuple[int, str, str]] = []
    field = None
    for item, text in zip(layout.items, texts, strict=True):
        if group and (item.field is None or item.field != field):
            yield group
            group = []
        group.append((item.n, item.label, _said(item, text)))
        field = item.field
    yield group


def _hidden(text: str) -> str:
    """Where no field says which number is whose, none is shown."""
    return _NUMBER.sub(_COVER, text)


def _draw(pen: ImageDraw.ImageDraw, cell: Cell) -> None:
    box = cell.box
    pen.rectangle((box.x, box.y, box.right, box.bottom), outline=_LINE)
    name = f"{cell.n} {cell.label}"
    pen.text((box.x + 6, box.y + 4), name, _PALE, _fitting(name, 15))
    pen.text((box.x + 10, box.y + 25), cell.text, _INK, _fitting(cell.text, 27))


def _said(item: Item, text: str) -> str:
    """What stands in the item, and what a code means."""
    label = item.codes.get(text, "")
    return f"{text}　{label}" if label else text


def _fitting(text: str, size: int) -> ImageFont.FreeTypeFont:
    """The typeface as large as the text fits into a cell."""
    while size > 9 and _font(size).getlength(text) > _CELL[0] - 16:
        size -= 1
    return _font(size)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path()), size)
