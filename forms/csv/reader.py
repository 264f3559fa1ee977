"""From the lines of a table to what they are: head, offices, rows."""

import re
from collections.abc import Iterator, Sequence

from forms.csv.layouts import layouts, office_layout
from forms.csv.table import (
    ANY_FORM,
    DATA,
    KANRI,
    MOST_OFFICES,
    TOO_MANY_BYTES,
    ReadTable,
    Table,
    TableLine,
    Trouble,
)
from forms.csv.text import read_text

_CODE = re.compile(r"\d{7,8}")
_SERIAL = re.compile(r"\d{3}")
_ATTORNEY = re.compile(r"\d{8}")
_NO_ITEMS = TableLine(0, ())


def read_table(data: bytes) -> ReadTable:
    """Read a file as far as it goes; nothing in it raises."""
    if not data.strip():
        return ReadTable(Table(), (Trouble("csv.empty"),))
    troubles = []
    if len(data) >= TOO_MANY_BYTES:
        words = {"size": f"{len(data):,}", "limit": f"{TOO_MANY_BYTES:,}"}
        troubles.append(Trouble("csv.too_large", words=words))
    text = read_text(data)
    troubles += text.troubles
    if not text.lines:
        return ReadTable(Table(), tuple(troubles))
    table = _ordered(text.lines)
    troubles += _structure(text.lines, table)
    if not text.whole:
        troubles += _cut_off(table)
    return ReadTable(table, tuple(sorted(troubles, key=lambda one: one[1:3])))


def _ordered(lines: Sequence[TableLine]) -> Table:
    kanri, data = _place(lines, KANRI), _place(lines, DATA)
    body = lines[data + 1 :] if data is not None else _rows_unmarked(lines)
    after = lines[kanri + 1 : data] if kanri is not None else ()
    above = [line for line in after if not _is_row(line)]
    return Table(
        head=lines[0] if kanri != 0 else _NO_ITEMS,
        count=above[0] if above else _NO_ITEMS,
        offices=tuple(line for line in above[1:] if any(line.items)),
        rows=tuple(line for line in body if any(line.items)),
    )


def _place(lines: Sequence[TableLine], mark: str) -> int | None:
    for place, line in enumerate(lines):
        if line.items[0].strip().lower() == mark:
            return place
    return None


def _rows_unmarked(lines: Sequence[TableLine]) -> Sequence[TableLine]:
    """What are rows by their code, where no line says that they begin."""
    return [line for line in lines[1:] if _is_row(line)]


def _is_row(line: TableLine) -> bool:
    return len(line.items) > 1 and _CODE.fullmatch(line.items[0]) is not None


def _structure(lines: Sequence[TableLine], table: Table) -> Iterator[Trouble]:
    yield from _head(table)
    yield from _marks(lines)
    if _place(lines, KANRI) is not None:
        yield from _count(table)
    yield from _widths(table)
    for line in lines:
        if not any(line.items):
            yield Trouble("csv.blank_line", line.number)


def _head(table: Table) -> Iterator[Trouble]:
    items = table.head.items
    if len(items) not in (5, 6):
        yield Trouble("csv.head_items", 1, words={"found": str(len(items))})
        return
    last = len(items)
    if items[-1] != ANY_FORM:
        yield Trouble("csv.head_form", 1, last, {"expected": ANY_FORM})
    if table.made_on is None:
        yield Trouble("csv.head_day", 1, last - 1)
    if _SERIAL.fullmatch(table.serial) is None or table.serial == "000":
        yield Trouble("csv.head_serial", 1, last - 2)
    if not table.is_attorneys:
        yield from _maker(items)
    elif _ATTORNEY.fullmatch(items[2]) is None:
        yield Trouble("csv.head_attorney", 1, 3)


def _maker(items: Sequence[str]) -> Iterator[Trouble]:
    """The office that made the table: prefecture, district, symbol."""
    for n, item in enumerate(office_layout().items[:3], start=1):
        wrong = item.codes and items[n - 1] not in item.codes
        if wrong or not items[n - 1] or items[n - 1] in item.never:
            yield Trouble("csv.head_office", 1, n)


def _marks(lines: Sequence[TableLine]) -> Iterator[Trouble]:
    kanri, data = _place(lines, KANRI), _place(lines, DATA)
    if kanri is None:
        yield Trouble("csv.kanri_missing", min(2, len(lines)))
    elif kanri != 1:
        yield Trouble("csv.kanri_place", kanri + 1)
    if data is None:
        yield Trouble("csv.data_missing", len(lines))
    elif not any(any(line.items) for line in lines[data + 1 :]):
        yield Trouble("csv.no_record", data + 1)
    for place in (kanri, data):
        if place is not None and lines[place].items not in ((KANRI,), (DATA,)):
            yield Trouble("csv.mark_spelling", place + 1)


def _count(table: Table) -> Iterator[Trouble]:
    line, found = table.count, len(table.offices)
    if len(line.items) != 2:
        words = {"found": str(len(line.items))}
        yield Trouble("csv.count_items", line.number, words=words)
    elif re.fullmatch(r"\d{3}", line.items[1]) is None:
        yield Trouble("csv.count_number", line.number, 2)
    elif int(line.items[1]) != found:
        words = {"said": str(int(line.items[1])), "found": str(found)}
        yield Trouble("csv.count_differs", line.number, 2, words)
    if len(line.items) == 2 and table.is_attorneys and not line.items[0]:
        yield Trouble("csv.attorney_unnamed", line.number, 1)
    if not found:
        yield Trouble("csv.no_office", line.number)
    if found > MOST_OFFICES:
        words = {"found": str(found), "limit": str(MOST_OFFICES)}
        yield Trouble("csv.too_many_offices", line.number, words=words)


def _widths(table: Table) -> Iterator[Trouble]:
    """Lines that have another number of items than their layout."""
    expected = len(office_layout().items)
    for line in table.offices:
        if len(line.items) != expected:
            words = {"found": str(len(line.items)), "expected": str(expected)}
            yield Trouble("csv.office_items", line.number, words=words)
    for line in table.rows:
        yield from _row_width(line)


def _row_width(line: TableLine) -> Iterator[Trouble]:
    code, found = line.items[0], len(line.items)
    known = layouts().get(code, ())
    sizes = sorted({len(one.items) for one in known})
    if not _CODE.fullmatch(code):
        yield Trouble("csv.form_code", line.number, 1)
    elif not known:
        rule = "csv.form_old" if len(code) == 8 else "csv.form_unknown"
        yield Trouble(rule, line.number, 1, {"code": code})
    elif found not in sizes:
        words = {
            "code": code,
            "found": str(found),
            "expected": "/".join(str(size) for size in sizes),
        }
        yield Trouble("csv.item_count", line.number, min(found, sizes[-1]), words)


def _cut_off(table: Table) -> Iterator[Trouble]:
    """A last line that is neither ended nor whole: the file stopped in it."""
    last = max(
        (*table.offices, *table.rows), key=lambda line: line.number, default=None
    )
    if last is None or any(_row_width(last)) or not table.rows:
        yield Trouble("csv.cut_off", last.number if last else 1)
