"""Which days the office works: what counts for due dates, and what does not."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
# Offices are closed from 29 December to 3 January.
_NEW_YEAR = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
# Further ahead than a person means, and a loop over days must end.
_FURTHEST = 10_000


@dataclass(frozen=True, slots=True)
class OfficeCalendar:
    """Weekends, national holidays and the turn of the year, and the office's own days.

    Attributes:
        closed: days on which this office does not work besides.
        opened: days on which it works all the same; wins over every other reason.
            A law that moves a holiday is told here until the list of holidays knows it.
    """

    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """Whether the office works on that day."""
        if day in self.opened:
            return True
        return not (
            day in self.closed
            or day.weekday() >= _SATURDAY
            or (day.month, day.day) in _NEW_YEAR
            or jpholiday.is_holiday(day)
        )

    def next_day(self, day: date) -> date:
        """The first day after it on which the office works."""
        return self.after(day, 1)

    def after(self, day: date, count: int) -> date:
        """The day on which a term of so many business days ends.

        The day itself is not counted (初日不算入), open or not. Of 0 business days, it
        is the day itself where the office works, else the next on which it does.
        """
        if not 0 <= count <= _FURTHEST:
            raise ValueError(f"{count} is no number of business days")
        if count == 0:
            return day if self.is_open(day) else self.next_day(day)
        for _ in range(count):
            day += _ONE_DAY
            while not self.is_open(day):
                day += _ONE_DAY
        return day

    def between(self, first: date, last: date) -> int:
        """How many business days lie after `first`, up to and with `last`.

        Negative where `last` is the earlier one.
        """
        if last < first:
            return -self.between(last, first)
        days = (last - first).days
        return sum(self.is_open(first + _ONE_DAY * n) for n in range(1, days + 1))


# Without any day of an office's own.
NATIONAL = OfficeCalendar()


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which a term did not run; both ends are days, the first not counted.

    `until` is None as long as nobody knows when the term goes on.
    """

    since: date
    until: date | None


def paused_days(calendar: OfficeCalendar, pauses: Iterable[Pause], today: date) -> int:
    """How many business days the pauses took, each day once, up to and with today."""
    taken: set[date] = set()
    for pause in pauses:
        last = min(pause.until or today, today)
        days = range(1, (last - pause.since).days + 1)
        taken.update(pause.since + _ONE_DAY * n for n in days)
    return sum(calendar.is_open(day) for day in taken)


def due_on(
    calendar: OfficeCalendar,
    received_on: date,
    pauses: Sequence[Pause] = (),
    *,
    business_days: int | None = None,
    months: int | None = None,
) -> date | None:
    """The last day of a term that began on the day of receipt and was paused.

    None as long as a pause has no end. A term in months ends on the day that has the
    number of the day of receipt, or on the month's last, and runs on over closed days.
    """
    known = sorted((p.since, p.until) for p in pauses if p.until is not None)
    if len(known) < len(pauses):
        return None
    if business_days is not None:
        due = calendar.after(received_on, business_days)
    else:
        due = calendar.after(_months_later(received_on, months or 0), 0)
    reached = received_on
    for since, until in known:
        # Only what lies within the term, and only once, lengthens it.
        first = max(since, reached)
        if first >= due or until <= first:
            continue
        due = (
            calendar.after(due, calendar.between(first, until))
            if business_days is not None
            else calendar.after(due + (until - first), 0)
        )
        reached = until
    return due


def _months_later(day: date, count: int) -> date:
    year, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
