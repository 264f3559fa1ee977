"""Reading the rows of a table: what an item says is what is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.csv.forms import line_field, revision_of
from forms.csv.layout import Layout
from forms.csv.layouts import office_layout
from forms.csv.table import FILE, Table, TableLine
from forms.csv.values import fields_of, texts_of
from forms.definition import Field, FormDefinition
from forms.grammar import canonical
from ingest.media.drawing import Drawing, drawing_of
from ingest.media.sheets import RowSheet
from kamizero.errors import RegistrationError
from kamizero.model import Box, FieldState, FilingKind, PageKind, Reading
from workers.reading import FilingReading


@dataclass(frozen=True, slots=True)
class SheetLook:
    """What one sheet of a table is: rows of a form, or rows nobody can read."""

    kind: PageKind
    form: str | None = None
    revision: str | None = None
    place: int | None = None


def look_at_sheet(sheet: RowSheet) -> SheetLook:
    if sheet.layout is None:
        return SheetLook(PageKind.UNKNOWN)
    layout = sheet.layout
    return SheetLook(PageKind.FORM, layout.form, revision_of(layout), sheet.place)


def read_sheets(
    sheets: Sequence[RowSheet], table: Table, definition: FormDefinition
) -> FilingReading:
    """Read the sheets of one filing, in their order.

    Raises:
        RegistrationError: a row has another number of items than its form.
    """
    for sheet in sheets:
        if sheet.broken and sheet.layout is not None:
            _refuse(sheet.rows[0], sheet.layout)
    head = _head(sheets[0], table, definition)
    return FilingReading(
        kind=FilingKind.NEW,
        readings=tuple([*head, *_rows(sheets, definition)]),
        findings=(),
    )


def _refuse(row: TableLine, layout: Layout) -> None:
    raise RegistrationError(
        f"Line {row.number} of the table has {len(row.items)} items and {layout.code} "
        f"has {len(layout.items)}: what its items are is not certain. Ask the "
        "submitter to file this person again."
    )


def _head(
    sheet: RowSheet, table: Table, definition: FormDefinition
) -> Iterator[Reading]:
    """The day the table was made, and what the record of the office says."""
    made_on = table.made_on.isoformat() if table.made_on else ""
    drawing = drawing_of(sheet)
    whole = Box(0, 0, *drawing.size_px)
    yield _reading(definition.field("submitted_on"), made_on, 1, whole)
    layout = office_layout()
    line = sheet.office or TableLine(0, ("",) * len(layout.items))
    for name, text in texts_of(layout, line.items).items():
        place = _place(drawing, layout, line, name) if sheet.office else whole
        yield _reading(definition.field(name), text, 1, place)


def _rows(sheets: Sequence[RowSheet], definition: FormDefinition) -> Iterator[Reading]:
    n = 0
    for sheet in sheets:
        drawing = drawing_of(sheet)
        for row in sheet.rows:
            n += 1
            yield from _row(sheet, row, n, drawing, definition)


def _row(
    sheet: RowSheet,
    row: TableLine,
    n: int,
    drawing: Drawing,
    definition: FormDefinition,
) -> Iterator[Reading]:
    if sheet.layout is None:
        raise ValueError("rows of no layout are never read")
    for name, text in _entry_texts(sheet.layout, row).items():
        field = definition.field(line_field(name, n))
        place = _place(drawing, sheet.layout, row, name)
        yield _reading(field, text, sheet.place, place)


def _entry_texts(layout: Layout, row: TableLine) -> Mapping[str, str]:
    """What the row says of its person; its office stands in the head."""
    texts = texts_of(layout, row.items)
    return {name: text for name, text in texts.items() if "office." not in name}


def _place(drawing: Drawing, layout: Layout, line: TableLine, name: str) -> Box:
    """Where the field's items stand, or the item that speaks instead of them."""
    parts = fields_of(layout)[name]
    numbers = [part.n for part in parts]
    other = parts[0].instead
    if other is not None and not line.items[numbers[0] - 1] and line.items[other - 1]:
        numbers = [other]
    return drawing.place(line.number, numbers)


def _reading(field: Field, text: str, page: int, place: Box) -> Reading:
    value = canonical(field.type, field.format, text)
    return Reading(
        name=field.name,
        state=FieldState.READ if text else FieldState.BLANK,
        value=value,
        text=text,
        confidence=1.0,
        accepted=True,
        chosen_by=None,
        page=page,
        box_px=place,
        alternatives=(),
        engine=FILE,
        grounds=("file",),
    )
