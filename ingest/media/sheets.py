"""A table cut into what is shown and read at once: the rows of an office by form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms.csv.forms import ROWS_A_FILING, rows_a_sheet
from forms.csv.layout import Layout
from forms.csv.layouts import layout_of, layouts, office_layout
from forms.csv.table import Table, TableLine, office_of, office_of_row

_UNREAD_A_SHEET = 10


@dataclass(frozen=True, slots=True)
class RowSheet:
    """Some rows of one office and form, as one picture.

    Attributes:
        layout: how its rows are laid out; None where nobody can read them.
        office: the record of their office, None where the table has none.
        place: which sheet of its filing it is, from 1.
        broken: its one row has another number of items than its form.
    """

    layout: Layout | None
    rows: tuple[TableLine, ...]
    office: TableLine | None = None
    place: int = 1
    broken: bool = False


def sheets_of(table: Table) -> Sequence[RowSheet]:
    """Every row of the table on exactly one sheet, those nobody can read first."""
    return [*_unread(table), *_broken(table), *_read(table)]


def _unread(table: Table) -> Iterator[RowSheet]:
    rows = [row for row in table.rows if row.items[0] not in layouts()]
    for some in _in_parts(rows, _UNREAD_A_SHEET):
        yield RowSheet(None, some)


def _broken(table: Table) -> Iterator[RowSheet]:
    for row in table.rows:
        known = layouts().get(row.items[0])
        if known and layout_of(row.items, on=table.made_on) is None:
            yield RowSheet(known[-1], (row,), broken=True)


def _read(table: Table) -> Iterator[RowSheet]:
    whole = len(office_layout().items)
    offices = {
        office_of(office.items): office
        for office in table.offices
        if len(office.items) == whole
    }
    groups: dict[tuple[Layout, tuple[str, ...]], list[TableLine]] = {}
    for row in table.rows:
        layout = layout_of(row.items, on=table.made_on)
        if layout is not None:
            key = (layout, office_of_row(row.items))
            groups.setdefault(key, []).append(row)
    for (layout, office), rows in groups.items():
        for filing in _in_parts(rows, ROWS_A_FILING):
            parts = _in_parts(filing, rows_a_sheet(layout))
            for place, some in enumerate(parts, start=1):
                yield RowSheet(layout, some, offices.get(office), place)


def _in_parts(rows: Sequence[TableLine], size: int) -> Iterator[tuple[TableLine, ...]]:
    for start in range(0, len(rows), size):
        yield tuple(rows[start : start + size])
