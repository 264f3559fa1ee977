"""Japanese eras: what a written date means, and how a date is written."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple


class Era(NamedTuple):
    """One era; year 1 of it (元年) is the year `base` + 1."""

    code: str
    label: str
    first: date
    last: date | None
    base: int

    def holds(self, value: date) -> bool:
        return self.first <= value and (self.last is None or value <= self.last)


class WrittenDate(NamedTuple):
    """A date as it stands on paper: era code and the digits YYMMDD."""

    era: str
    digits: str

    @property
    def text(self) -> str:
        """The written form as it is stored: era code, space, digits."""
        return f"{self.era} {self.digits}"


class DateReading(NamedTuple):
    """What a written date means; `value` is None where no such day exists."""

    value: date | None
    outside_era: bool


_NO_DATE = DateReading(value=None, outside_era=False)
_ALL = (
    Era("1", "明治", date(1868, 1, 25), date(1912, 7, 29), 1867),
    Era("3", "大正", date(1912, 7, 30), date(1926, 12, 24), 1911),
    Era("5", "昭和", date(1926, 12, 25), date(1989, 1, 7), 1925),
    Era("7", "平成", date(1989, 1, 8), date(2019, 4, 30), 1988),
    Era("9", "令和", date(2019, 5, 1), None, 2018),
)

ERAS: Mapping[str, Era] = MappingProxyType({era.code: era for era in _ALL})


def from_written(era: str, digits: str) -> DateReading:
    """Give the day that is written, also where the era had already ended.

    平成35年 stands on many papers: it is converted and marked as outside its era.
    """
    if era not in ERAS or not _are_date_digits(digits):
        return _NO_DATE
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if year == 0:
        return _NO_DATE
    try:
        value = date(ERAS[era].base + year, month, day)
    except ValueError:
        return _NO_DATE
    return DateReading(value=value, outside_era=not ERAS[era].holds(value))


def to_written(value: date) -> WrittenDate:
    """Write a date in the era that holds it.

    Raises:
        ValueError: The date lies before the first era known.
    """
    for era in _ALL:
        if era.holds(value):
            year = value.year - era.base
            return WrittenDate(era.code, f"{year:02}{value.month:02}{value.day:02}")
    raise ValueError(f"{value} lies before the era {_ALL[0].label}")


def parse_written(text: str) -> WrittenDate | None:
    """Take apart the stored written form ("7 020512"), None for anything else."""
    era, _, digits = text.partition(" ")
    if era in ERAS and _are_date_digits(digits):
        return WrittenDate(era, digits)
    return None


def _are_date_digits(digits: str) -> bool:
    return len(digits) == 6 and digits.isascii() and digits.isdigit()
