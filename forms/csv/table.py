"""A table as its lines say it, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

NAME = "SHFD0006.CSV"
FILE = f"file {NAME}"
"""The author of what rows say: the file itself."""

TOO_MANY_BYTES = 4_500_000
"""From this size on no table may be filed: it has to be split before."""

MOST_OFFICES = 999
KANRI, DATA = "[kanri]", "[data]"
ANY_FORM = "22223"
"""What a table that mixes forms, or holds any of them, is called as a whole."""


class TableLine(NamedTuple):
    """One line of the file: its number from 1, and its items."""

    number: int
    items: tuple[str, ...]


class Trouble(NamedTuple):
    """What a rule objects to: the line, and the item from 1; 0 where it is neither."""

    rule: str
    line: int = 0
    item: int = 0
    words: Mapping[str, str] = {}


_NO_LINE = TableLine(0, ())


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a file by what they are; those that lack are empty."""

    head: TableLine = _NO_LINE
    count: TableLine = _NO_LINE
    offices: tuple[TableLine, ...] = ()
    rows: tuple[TableLine, ...] = ()

    @property
    def serial(self) -> str:
        """媒体通番, 001 to 999."""
        return self.head.items[-3] if len(self.head.items) >= 3 else ""

    @property
    def made_on(self) -> date | None:
        """作成年月日, None where that is no day."""
        return day_of(self.head.items[-2]) if len(self.head.items) >= 2 else None

    @property
    def is_attorneys(self) -> bool:
        """Tell whether a labour attorney (社労士) made it for the offices in it."""
        return self.head.items[:2] == ("", "")


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What stands in a file, and what its text and its order have wrong."""

    table: Table
    troubles: tuple[Trouble, ...] = field(default=())


def day_of(text: str) -> date | None:
    """The day that eight digits name."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day.
    except ValueError:
        return None


def office_of(items: Sequence[str]) -> tuple[str, ...]:
    """By what an office is told in its record: prefecture, district, symbol."""
    return tuple(items[:3])


def office_of_row(items: Sequence[str]) -> tuple[str, ...]:
    """The same in a row, where the form's code comes first."""
    return tuple(items[1:4])
