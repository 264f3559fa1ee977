"""The bytes of a file: lines of values in, the receiver's encoding out. Pure."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import StringIO

from delivery.exports.fixed import ROWS, Place, cut, laid
from delivery.exports.terms import TEXT, Column, Days, Missing, Terms, unwritable
from forms.grammar import to_written
from forms.grammar.characters import half_kana

# What spreadsheets take for the begin of a formula.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that can be written; `substituted` names columns with another sign."""

    cells: tuple[str, ...]
    substituted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    """What lies there as a file, as its receiver may check."""

    size: int
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> "Laid":
        return cls(len(data), sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Unwritable:
    """The columns with a sign that the encoding has not, or too wide a value."""

    columns: tuple[str, ...]


def line_of(
    terms: Terms, values: Mapping[str, str], *, substitute: bool = False
) -> Line | Unwritable:
    """The cells of one entry, in the order of the columns.

    Args:
        values: by what a column calls its field; what is not there is empty.
        substitute: a person said that this entry may be written with substitutes.
    """
    cells, lacking, too_wide = [], [], []
    for column in terms.columns:
        text = terms.replaced(_spelt(column, values))
        missing = unwritable(text, terms.encoding)
        if missing:
            lacking.append(column.heading)
            text = text.translate({ord(sign): terms.substitute for sign in missing})
        cell = _placed(terms, column, text)
        if cell is None:
            too_wide.append(column.heading)
            cell = _cut(terms, column, text)
        cells.append(cell)
    # A value that is cut is another value: only a person lets that go out.
    left_out = [*(lacking if terms.missing == Missing.REFUSE else ()), *too_wide]
    if left_out and not substitute:
        return Unwritable(tuple(dict.fromkeys(left_out)))
    lacking = list(dict.fromkeys([*lacking, *too_wide]))
    return Line(tuple(cells), tuple(lacking))


def file_bytes(
    terms: Terms, lines: Sequence[Line], *, about: Mapping[str, str] | None = None
) -> bytes:
    """The whole file: the same lines make the same bytes, whenever.

    Args:
        about: what header and trailer of fixed columns say of the file.
    """
    if terms.kind == "fixed":
        said = {ROWS: str(len(lines)), **(about or {})}
        records = ["".join(line.cells) for line in lines]
        totals = {one: _total(terms, one, lines) for one in terms.frame.summed}
        whole = terms.frame.framed(records, terms.encoding, about=said, totals=totals)
        return whole.encode(terms.encoding)
    if terms.kind == "jsonl":
        return "".join(_json(terms, line) for line in lines).encode(terms.encoding)
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.heading for column in terms.columns)
    writer.writerows([_guarded(one, terms) for one in line.cells] for line in lines)
    return text.getvalue().encode(terms.encoding)


def done_bytes(name: str, number: int, laid: Laid, lines: Sequence[Line]) -> bytes:
    """What stands in the file that says that the file is whole."""
    said = {
        "file": name,
        "number": number,
        "rows": len(lines),
        "size": laid.size,
        "sha256": laid.sha256,
        "substituted": [
            {"line": n, "columns": list(line.substituted)}
            for n, line in enumerate(lines, start=1)
            if line.substituted
        ],
    }
    return (json.dumps(said, ensure_ascii=False) + "\n").encode()


def _spelt(column: Column, values: Mapping[str, str]) -> str:
    """The value as the column wants it spelt; what is not there is empty."""
    if column.field == TEXT:
        return column.text
    value = values.get(column.field, "")
    if column.half_kana:
        return half_kana(value)
    if column.days == Days.ISO or not _DAY.fullmatch(value):
        return value
    if column.days == Days.PLAIN:
        return value.replace("-", "")
    return to_written(date.fromisoformat(value)).text.replace(" ", "")


def _placed(terms: Terms, column: Column, text: str) -> str | None:
    """The cell; None where it does not fit, or cannot be summed as it must be."""
    if column.place is None:
        return text
    if column.heading in terms.frame.summed and not _is_summable(terms, column, text):
        return None
    return laid(text, column.place, terms.encoding)


def _cut(terms: Terms, column: Column, text: str) -> str:
    """What a person lets go out: as much as fits."""
    if column.place is None:
        return text
    if column.heading in terms.frame.summed and not _is_summable(terms, column, text):
        text = ""
    fitting = cut(text, column.place, terms.encoding)
    return laid(fitting, column.place, terms.encoding) or ""


def _is_summable(terms: Terms, column: Column, text: str) -> bool:
    """Whether it is a number that the total can hold, alone at least."""
    if not text:
        return True
    widest = terms.frame.widest_sum(column.heading)
    return text.isdecimal() and len(str(int(text))) <= widest


def _total(terms: Terms, heading: str, lines: Sequence[Line]) -> int:
    at = [column.heading for column in terms.columns].index(heading)
    pad = (terms.columns[at].place or Place(width=1)).pad
    # Of a number that zeros fill, those are part of it.
    signs = " " if pad.isdecimal() else pad
    return sum(int(line.cells[at].strip(signs) or 0) for line in lines)


def _guarded(text: str, terms: Terms) -> str:
    return f"'{text}" if terms.formula_guard and text.startswith(_FORMULA) else text


def _json(terms: Terms, line: Line) -> str:
    headings = (column.heading for column in terms.columns)
    said = dict(zip(headings, line.cells, strict=True))
    return json.dumps(said, ensure_ascii=False) + "\n"
