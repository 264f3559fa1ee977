"""A month as a form names it, by era, year and month in fields of their own."""

from datetime import date, timedelta

from forms.grammar import DateReading, from_written
from validation.line import Line

PARTS = ("era", "year", "month")


def first_day(line: Line, name: str) -> date | None:
    """The first day of the month that is written; None where it is no month."""
    return _reading(line, name, "01").value


def last_day(line: Line, name: str) -> date | None:
    """The last day of the month that is written; None where it is no month."""
    first = first_day(line, name)
    return first and months_after(first, 1) - timedelta(days=1)


def is_outside_era(line: Line, name: str) -> bool:
    """Tell whether no day of the month lies in the era it is written in."""
    ends = (_reading(line, name, "01"), _reading(line, name, "28"))
    return all(end.value and end.outside_era for end in ends)


def months_after(first: date, months: int) -> date:
    """The first day of the month so many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def named(name: str) -> tuple[str, ...]:
    """The items that name the month together."""
    return tuple(f"{name}_{part}" for part in PARTS)


def _reading(line: Line, name: str, day: str) -> DateReading:
    era, year, month = (line.value(item) for item in named(name))
    return from_written(era, f"{year:0>2}{month:0>2}{day}")
