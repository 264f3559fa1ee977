"""What one site looks at every morning: what is late, and what is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kamizero.business_days import OfficeCalendar
from review.sorting.received import possibly_lost
from storage.clocks import Days, days_of
from storage.tables import (
    Balance,
    Bundle,
    Clock,
    Entry,
    Filing,
    FilingStep,
    Question,
    Work,
    WorkState,
)

Line = TypeVar("Line")

# The report is one page: what does not fit is counted.
LONGEST_LIST = 15
# What the machine has not done by then does not move by itself any more.
STUCK_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Overdue:
    """An entry whose term is over or ends today."""

    filing_id: int
    receipt_number: str
    n: int
    form: str
    channel: str
    received_on: date
    due_on: date
    state: str
    days: Days
    asked_of: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that does not move: what, since when, and why, as a code."""

    kind: str
    name: str
    since: datetime
    filing_id: int | None


@dataclass(frozen=True, slots=True)
class Listed(Generic[Line]):
    """The first of what was found, and how many there are."""

    lines: Sequence[Line]
    count: int


def overdue(
    session: Session, *, site: str, calendar: OfficeCalendar, today: date
) -> Listed[Overdue]:
    """What should be done by today, the longest overdue first."""
    query = (
        select(Clock, Entry, Filing)
        .join(Entry, Entry.id == Clock.entry_id)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Clock.site == site, Clock.ended_on.is_(None), Clock.due_on <= today)
        .order_by(Clock.due_on, Clock.entry_id)
    )
    rows = session.execute(query).all()
    shown = rows[:LONGEST_LIST]
    asked = _asked(session, [entry.id for _, entry, _ in shown])
    return Listed(
        [
            Overdue(
                filing_id=filing.id,
                receipt_number=filing.receipt_number,
                n=entry.n,
                form=clock.form,
                channel=clock.channel,
                received_on=clock.received_on,
                due_on=clock.due_on,
                state=entry.state,
                days=days_of(clock, calendar, today=today),
                asked_of=asked.get(entry.id, ""),
            )
            for clock, entry, filing in shown
        ],
        len(rows),
    )


def stuck(session: Session, *, site: str, today: date, now: datetime) -> Listed[Stuck]:
    """What no one and nothing will move by itself."""
    found = [
        *_unread(session, site, now),
        *_dead(session, site),
        *_unbalanced(session, site, now),
        *_unscanned(session, site, today),
    ]
    found.sort(key=lambda one: one.since)
    return Listed(found[:LONGEST_LIST], len(found))


def _asked(session: Session, entries: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(Question.entry_id, Question.asked_of).where(
            Question.entry_id.in_(entries), Question.answered_at.is_(None)
        )
    )
    return {entry: of for entry, of in rows}


def _unread(session: Session, site: str, now: datetime) -> list[Stuck]:
    """Filings that failed, or that the machine has not read after a day."""
    slow = (
        Filing.step.in_((FilingStep.READING, FilingStep.CHECKING))
        & Filing.dissolved_at.is_(None)
        & (Filing.created_at < now - STUCK_AFTER)
    )
    failed = (Filing.step == FilingStep.FAILED) & Filing.dissolved_at.is_(None)
    rows = session.scalars(
        select(Filing).where(Filing.site == site, or_(slow, failed)).order_by(Filing.id)
    )
    return [
        Stuck(f"filing_{row.step}", row.receipt_number, row.created_at, row.id)
        for row in rows
    ]


def _dead(session: Session, site: str) -> list[Stuck]:
    rows = session.scalars(
        select(Work).where(Work.site == site, Work.state == WorkState.DEAD)
    )
    return [
        Stuck("work_dead", f"{row.kind} {row.subject}", row.created_at, None)
        for row in rows
    ]


def _unbalanced(session: Session, site: str, now: datetime) -> list[Stuck]:
    rows = session.execute(
        select(Bundle, Filing)
        .join(Filing, Filing.bundle_id == Bundle.id)
        .where(
            Bundle.site == site,
            Bundle.balance == Balance.OPEN,
            Filing.dissolved_at.is_(None),
            Filing.created_at < now - STUCK_AFTER,
        )
        .order_by(Bundle.id, Filing.id)
    ).all()
    first = {bundle.id: (bundle, filing) for bundle, filing in reversed(rows)}
    return [
        Stuck("bundle_open", bundle.number or str(bundle.id), filing.created_at, None)
        for bundle, filing in first.values()
    ]


def _unscanned(session: Session, site: str, today: date) -> list[Stuck]:
    return [
        Stuck("paper_unscanned", row.mark or str(row.id), row.registered_at, None)
        for row in possibly_lost(session, today=today)
        if row.site == site
    ]
