"""Reads how much a media file (SHFD0006.CSV) holds: its offices, its records by form.

The bytes are kept as they came; a row that is broken is counted and looked at later.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from forms.csv.reader import read_table as read_lines
from forms.csv.table import KANRI, NAME, Table, TableLine
from kamizero.errors import RefusedError
from validation.csv.check import refusals

# The same table for a health insurance society, and for a pension fund.
_FOR_OTHERS = frozenset({"KPFD0006.CSV", "KNFD0006.CSV"})
# What stands for the code of a row that begins with none.
NO_CODE = "?"
_CODES = {"csv.empty": "empty", "csv.too_large": "media_too_large"}


@dataclass(frozen=True, slots=True)
class MediaTable:
    """What a media file says of itself, and what was counted in it.

    Attributes:
        serial: 媒体通番, 001 to 999.
        offices_said: offices by its own header; `offices` are those that stand there.
        records: form code -> rows.
    """

    serial: str
    made_on: date
    offices_said: int
    offices: int
    records: Mapping[str, int]


def seems_table(source: str, data: bytes) -> bool:
    """Whether its name or its second line says that it is a media file."""
    if _name(source) in {NAME, *_FOR_OTHERS}:
        return True
    return [line.strip() for line in data[:400].split(b"\n")[1:2]] == [KANRI.encode()]


def read_table(source: str, data: bytes) -> MediaTable:
    """Count what a media file holds.

    Raises:
        RefusedError: `empty`, `media_not_ours`, `media_too_large`, `media_damaged` or
            `media_name`, with what the sender can do.
    """
    if data and _name(source) in _FOR_OTHERS:
        raise RefusedError(
            "media_not_ours",
            "This table is for a health insurance society or a pension fund. Send it "
            f"there; here a table is named {NAME}.",
        )
    for problem in refusals(data):
        where = f"Line {problem.line}: " if problem.line else ""
        code = _CODES.get(problem.rule, "media_damaged")
        raise RefusedError(code, f"{where}{problem.message.en}")
    table = _counted(read_lines(data).table)
    if _name(source) != NAME:
        raise RefusedError(
            "media_name",
            f"A media file is named {NAME}. Find out what this one is; if it is the "
            "one that was filed, name it so and take the folder in again.",
        )
    return table


def _name(source: str) -> str:
    return PurePosixPath(source.replace("\\", "/")).name.upper()


def _counted(table: Table) -> MediaTable:
    if table.made_on is None:
        raise ValueError("a table without its day is refused before it is counted")
    return MediaTable(
        serial=table.serial,
        made_on=table.made_on,
        offices_said=int(table.count.items[-1]),
        offices=len(table.offices),
        records=dict(sorted(Counter(map(_code, table.rows)).items())),
    )


def _code(row: TableLine) -> str:
    code = row.items[0]
    return code if code.isascii() and code.isdigit() and len(code) <= 8 else NO_CODE
