"""Approved entries as the table of an e-filing: what is decided, one row a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.kana import KANA, kana_on_record
from forms.csv.forms import PREFIX
from forms.csv.layout import Item, Layout
from forms.csv.layouts import layout_in_force, office_layout
from forms.csv.table import ANY_FORM, Table, TableLine, office_of
from forms.csv.values import row_of, substituted, without_surplus
from kamizero.errors import WrongCallError
from kamizero.model import FieldState
from kamizero.records import Records
from storage.tables import HEAD, Entry, EntryState, Field, FieldVersion, Filing
from storage.values import body_of, decided_version
from storage.vault import Vault

# The first lines of a file: its head, [kanri], the number of offices.
_LINES_ABOVE = 3
_SPEAKING = (FieldState.READ, FieldState.DITTO)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHead:
    """What no filing says of a table.

    Attributes:
        prefecture: code of the offices' prefecture, which is not on paper.
        attorney: code and name of the labour attorney who files, if one does.
        blank_names: a name the file cannot hold is left blank, not written otherwise.
    """

    prefecture: str
    serial: int
    made_on: date
    attorney: tuple[str, str] | None = None
    blank_names: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """An item that is written otherwise than it was decided, or left out."""

    line: int
    item: Item
    # Left out because others say it already, and not for want of a character.
    is_surplus: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as a table says them, and the office they belong to."""

    layout: Layout
    office: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table, the entries in it, and what of them it could not hold as it was."""

    table: Table
    entries: tuple[Entry, ...]
    changed: tuple[Changed, ...]


def approved_entries(session: Session, filings: Sequence[int]) -> Sequence[Entry]:
    """The approved entries of these filings, of all where none is named."""
    query = (
        select(Entry)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Entry.state == EntryState.APPROVED)
        .order_by(Filing.form, Entry.filing_id, Entry.n)
    )
    if filings:
        query = query.where(Filing.id.in_(filings))
    return session.scalars(query).all()


def table_of(
    vault: Vault,
    entries: Sequence[Entry],
    head: TableHead,
    records: Records | None = None,
) -> WrittenTable:
    """The table that says these entries.

    Args:
        records: know how a name sounds that the paper asks in kanji alone.

    Raises:
        WrongCallError: there is none, or one is of a form no table has.
    """
    if not entries:
        raise WrongCallError("No entry is approved there. Approve some and call again.")
    rows = []
    for entry in entries:
        layout = _layout(entry, head)
        values = _values(entry, vault)
        if KANA not in values and records is not None:
            values |= {KANA: kana_on_record(records, values)}
        rows.append(person_row(layout, values, head))
    table, changed = table_with(rows, head)
    return WrittenTable(table, tuple(entries), tuple(changed))


def person_row(layout: Layout, values: Mapping[str, str], head: TableHead) -> PersonRow:
    """What is decided of one person, by item, as the layout says it."""
    office = _row(office_layout(), values, head, prefecture_at=1)
    return PersonRow(layout, office, _row(layout, values, head, prefecture_at=2))


def table_with(
    rows: Sequence[PersonRow], head: TableHead
) -> tuple[Table, list[Changed]]:
    """The table of these rows, each office once, and what it could not hold as it was.

    There is one row at least.
    """
    offices: dict[tuple[str, ...], tuple[str, ...]] = {}
    for one in rows:
        offices.setdefault(office_of(one.office), one.office)
    said = [(one.layout, one.items) for one in rows]
    return _laid(list(offices.values()), said, head)


def decided_value(version: FieldVersion, vault: Vault) -> str:
    """What a version says in a table, numbers in full."""
    return body_of(version, vault).value if version.state in _SPEAKING else ""


def _layout(entry: Entry, head: TableHead) -> Layout:
    layout = layout_in_force(entry.filing.form, head.made_on)
    if layout is None:
        raise WrongCallError(
            f"Filing {entry.filing_id} is of form {entry.filing.form}, which no table "
            "holds. Leave it out."
        )
    return layout


def _values(entry: Entry, vault: Vault) -> dict[str, str]:
    """What is decided by item; what the head says once holds for every entry."""
    values: dict[str, str] = {}
    fields = sorted(entry.filing.fields, key=lambda field: field.entry_n)
    for field in fields:
        value = _decided(field, vault) if field.entry_n in (HEAD, entry.n) else ""
        if value:
            values[item_name(field.name)] = value
    return values


def _decided(field: Field, vault: Vault) -> str:
    if field.as_written is None:
        return ""
    return decided_value(decided_version(field), vault)


def item_name(name: str) -> str:
    """What a layout calls the field: those of a person by their last word."""
    return name.rpartition(".")[2] if name.startswith(f"{PREFIX}.") else name


def _row(
    layout: Layout, values: Mapping[str, str], head: TableHead, *, prefecture_at: int
) -> tuple[str, ...]:
    items = list(row_of(layout, values))
    items[prefecture_at - 1] = head.prefecture
    return tuple(items)


def _laid(
    offices: Sequence[tuple[str, ...]],
    rows: Sequence[tuple[Layout, tuple[str, ...]]],
    head: TableHead,
) -> tuple[Table, list[Changed]]:
    changed: list[Changed] = []
    first_row = _LINES_ABOVE + len(offices) + 2
    placed = [
        *((n, office_layout(), one) for n, one in enumerate(offices, _LINES_ABOVE + 1)),
        *((n, layout, one) for n, (layout, one) in enumerate(rows, first_row)),
    ]
    lines = []
    for number, layout, items in placed:
        kept, left_out = without_surplus(layout, items)
        kept, other = substituted(layout, kept, blank_names=head.blank_names)
        changed += [Changed(number, item, is_surplus=True) for item in left_out]
        changed += [Changed(number, item) for item in other]
        lines.append(TableLine(number, kept))
    count = len(offices)
    table = Table(
        head=TableLine(1, _head_items(head, offices[0])),
        count=TableLine(3, _count_items(head, count)),
        offices=tuple(lines[:count]),
        rows=tuple(lines[count:]),
    )
    return table, changed


def _head_items(head: TableHead, office: Sequence[str]) -> tuple[str, ...]:
    maker = ("", "", head.attorney[0]) if head.attorney else office_of(office)
    return (*maker, f"{head.serial:03d}", f"{head.made_on:%Y%m%d}", ANY_FORM)


def _count_items(head: TableHead, offices: int) -> tuple[str, ...]:
    return (head.attorney[1] if head.attorney else "", f"{offices:03d}")
