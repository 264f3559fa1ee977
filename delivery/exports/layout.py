"""The bytes of a file: lines of values in, the receiver's encoding out. Pure."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO

from delivery.exports.terms import Missing, Terms, unwritable

# What spreadsheets take for the begin of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that can be written; `substituted` names columns with another sign."""

    cells: tuple[str, ...]
    substituted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unwritable:
    """The columns with a character that the receiver's encoding has not."""

    columns: tuple[str, ...]


def line_of(
    terms: Terms, values: Mapping[str, str], *, substitute: bool = False
) -> Line | Unwritable:
    """The cells of one entry, in the order of the columns.

    Args:
        values: by what a column calls its field; what is not there is empty.
        substitute: a person said that this entry may be written with substitutes.
    """
    cells, lacking = [], []
    for column in terms.columns:
        text = _replaced(values.get(column.field, ""), terms)
        missing = unwritable(text, terms.encoding)
        if missing:
            lacking.append(column.heading)
            text = text.translate({ord(sign): terms.substitute for sign in missing})
        cells.append(text)
    if lacking and not substitute and terms.missing == Missing.REFUSE:
        return Unwritable(tuple(lacking))
    return Line(tuple(cells), tuple(lacking))


def file_bytes(terms: Terms, lines: Sequence[Line]) -> bytes:
    """The whole file: the same lines make the same bytes, whenever."""
    if terms.kind == "jsonl":
        return "".join(_json(terms, line) for line in lines).encode(terms.encoding)
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.heading for column in terms.columns)
    writer.writerows([_guarded(one, terms) for one in line.cells] for line in lines)
    return text.getvalue().encode(terms.encoding)


def done_bytes(name: str, number: int, data: bytes, lines: Sequence[Line]) -> bytes:
    """What stands in the file that says that the file is whole."""
    said = {
        "file": name,
        "number": number,
        "rows": len(lines),
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
        "substituted": [
            {"line": n, "columns": list(line.substituted)}
            for n, line in enumerate(lines, start=1)
            if line.substituted
        ],
    }
    return (json.dumps(said, ensure_ascii=False) + "\n").encode()


def _replaced(text: str, terms: Terms) -> str:
    return text.translate({ord(one): other for one, other in terms.instead.items()})


def _guarded(text: str, terms: Terms) -> str:
    return f"'{text}" if terms.formula_guard and text.startswith(_FORMULA) else text


def _json(terms: Terms, line: Line) -> str:
    headings = (column.heading for column in terms.columns)
    said = dict(zip(headings, line.cells, strict=True))
    return json.dumps(said, ensure_ascii=False) + "\n"
