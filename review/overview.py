"""How the office stands: backlog, attainment, flow, and what the machine saves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from kamizero.business_days import OfficeCalendar
from storage.tables import NEVER_DUE, Clock, Effort, Entry, EntryState

# Days left until the term ends, in the columns of the chart; beyond both ends lumped.
MOST_LATE, MOST_LEFT = -5, 10

_ON_TIME = func.sum(case((Clock.on_time.is_(True), 1), else_=0))
_JUDGED = func.sum(case((Clock.on_time.is_not(None), 1), else_=0))


@dataclass(frozen=True, slots=True)
class Period:
    """The days looked at, both included, at one site or all."""

    first: date
    last: date
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day's flow; `backlog` is what was open at its end."""

    day: date
    came: int
    went: int
    backlog: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One form in one channel: what was done in the period, what is open now."""

    form: str
    channel: str
    done: int
    on_time: int
    net_days: float | None
    gross_days: float | None
    open: int
    late: int

    @property
    def attainment(self) -> float | None:
        return self.on_time / self.done if self.done else None


@dataclass(frozen=True, slots=True)
class Benefit:
    """What people's time went into, held against keying every field.

    Attributes:
        entries, straight_through: routed in the period, and those nobody had to see.
        fields: filled fields of what was routed.
        seconds, touched: time of finished reviews, and the fields said something about.
    """

    entries: int
    straight_through: int
    fields: int
    seconds: int
    touched: int

    @property
    def seconds_per_field(self) -> float | None:
        return self.seconds / self.touched if self.touched else None

    def saved_seconds(self, *, keying: float) -> float:
        """What keying all fields takes, less what was spent; may be negative."""
        return self.fields * keying - self.seconds


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is open, by business days until its term ends (negative: late)."""

    open: int
    late: int
    stopped: int
    days: Mapping[int, int]


def flow(session: Session, period: Period) -> list[Day]:
    """What came and went each day, and what was left."""
    came = _per_day(session, Clock.received_on, period)
    went = _per_day(session, Clock.ended_on, period)
    before = _count(session, period, Clock.received_on < period.first) - _count(
        session, period, Clock.ended_on < period.first
    )
    days = []
    for day in _days(period):
        before += came[day] - went[day]
        days.append(Day(day, came[day], went[day], before))
    return days


def standings(session: Session, period: Period, *, today: date) -> list[Standing]:
    """Each form and channel against its standard."""
    done = _by_form(
        session.execute(
            _at_site(
                select(
                    Clock.form,
                    Clock.channel,
                    _JUDGED,
                    _ON_TIME,
                    func.avg(Clock.net_days),
                    func.avg(Clock.gross_days),
                )
                .where(
                    Clock.ended_on.between(period.first, period.last),
                    Clock.on_time.is_not(None),
                )
                .group_by(Clock.form, Clock.channel),
                period,
            )
        ).all()
    )
    late = func.sum(case((Clock.due_on < today, 1), else_=0))
    left = _by_form(
        session.execute(
            _at_site(
                select(Clock.form, Clock.channel, func.count(), late)
                .where(Clock.ended_on.is_(None))
                .group_by(Clock.form, Clock.channel),
                period,
            )
        ).all()
    )
    return [
        _standing(key, done.get(key, (0, 0, None, None)), left.get(key, (0, 0)))
        for key in sorted(done.keys() | left.keys())
    ]


def backlog(
    session: Session, *, site: str | None, calendar: OfficeCalendar, today: date
) -> Backlog:
    """How far what is open is from the end of its term."""
    query = (
        select(Clock.due_on, func.count())
        .where(Clock.ended_on.is_(None))
        .group_by(Clock.due_on)
    )
    if site is not None:
        query = query.where(Clock.site == site)
    found = {due: count for due, count in session.execute(query)}
    days: Counter[int] = Counter()
    for due, count in found.items():
        if due != NEVER_DUE:
            left = calendar.between(today, due)
            days[max(MOST_LATE, min(MOST_LEFT, left))] += count
    return Backlog(
        open=sum(found.values()),
        late=sum(count for due, count in found.items() if due < today),
        stopped=found.get(NEVER_DUE, 0),
        days={n: days[n] for n in range(MOST_LATE, MOST_LEFT + 1)},
    )


def benefit(session: Session, period: Period) -> Benefit:
    """What was routed in the period, and the time people spent."""
    entries, straight, fields = session.execute(
        _at_site(
            select(
                func.count(),
                func.sum(case((Entry.straight_through.is_(True), 1), else_=0)),
                func.sum(Clock.fields),
            )
            .select_from(Clock)
            .join(Entry, Entry.id == Clock.entry_id)
            .where(
                Clock.received_on.between(period.first, period.last),
                Entry.state.not_in((EntryState.READ, EntryState.SUPERSEDED)),
            ),
            period,
        )
    ).one()
    spent = select(func.sum(Effort.seconds), func.sum(Effort.fields)).where(
        Effort.day.between(period.first, period.last)
    )
    if period.site is not None:
        spent = spent.where(Effort.site == period.site)
    seconds, touched = session.execute(spent).one()
    return Benefit(entries, straight or 0, fields or 0, seconds or 0, touched or 0)


def _standing(
    key: tuple[str, str], done: Sequence[Any], left: Sequence[Any]
) -> Standing:
    judged, on_time, net, gross = done
    opened, late = left
    return Standing(
        form=key[0],
        channel=key[1],
        done=int(judged),
        on_time=int(on_time),
        net_days=None if net is None else float(net),
        gross_days=None if gross is None else float(gross),
        open=int(opened),
        late=int(late),
    )


def _by_form(rows: Sequence[Any]) -> dict[tuple[str, str], Sequence[Any]]:
    return {(row[0], row[1]): row[2:] for row in rows}


def _per_day(session: Session, column: Any, period: Period) -> Counter[date]:
    rows = session.execute(
        _at_site(
            select(column, func.count())
            .where(column.between(period.first, period.last))
            .group_by(column),
            period,
        )
    )
    return Counter({day: count for day, count in rows})


def _count(session: Session, period: Period, wanted: Any) -> int:
    query = select(func.count()).select_from(Clock).where(wanted)
    return int(session.scalars(_at_site(query, period)).one())


def _at_site(query: Select[*tuple[Any, ...]], period: Period) -> Any:
    return query if period.site is None else query.where(Clock.site == period.site)


def _days(period: Period) -> list[date]:
    count = (period.last - period.first).days + 1
    return [period.first + timedelta(days=n) for n in range(count)]
