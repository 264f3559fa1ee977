"""The clock of a returned entry (返戻) goes on with the paper that comes again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from storage import audit
from storage.clocks import set_due
from storage.tables import (
    Clock,
    ClockEnd,
    ClockStop,
    Entry,
    EntryState,
    Filing,
)


def take_over(session: Session, filing: Filing, *, actor: str, now: datetime) -> None:
    """Let the entries of a filing that came again go on with the clocks of before.

    They stood still from the return to the day the paper came again. Harmless to
    repeat, and nothing where the standard lets terms begin anew.
    """
    if filing.reentry_of_id is None:
        return
    session.flush()
    own = _beginning(session, filing)
    for n, old in _pairs(sorted(own), _waiting(session, filing)):
        _go_on(session, own[n], old, came_again=filing.received_on)
        audit.record(
            session,
            actor=actor,
            act="clock.taken_over",
            subject_kind="entry",
            subject_id=own[n].entry_id,
            now=now,
            body={"filing": filing.id, "of": filing.reentry_of_id},
        )


def _beginning(session: Session, filing: Filing) -> Mapping[int, Clock]:
    """The clocks of the filing that run and began with it, by entry number."""
    rows = session.execute(
        select(Entry.n, Clock)
        .join(Clock, Clock.entry_id == Entry.id)
        .where(
            Entry.filing_id == filing.id,
            Clock.ended_on.is_(None),
            Clock.received_on == filing.received_on,
        )
        .with_for_update(of=Clock)
    )
    return {n: clock for n, clock in rows}


def _waiting(session: Session, filing: Filing) -> dict[int, Clock]:
    """The clocks to go on with: of what was returned, or of a filing made of the same
    pages before they were sorted again; by entry number.
    """
    returned = and_(
        Entry.filing_id == filing.reentry_of_id,
        Entry.state == EntryState.RETURNED,
        Clock.ended_on.is_(None),
    )
    sorted_again = and_(
        Filing.reentry_of_id == filing.reentry_of_id,
        Filing.dissolved_at.is_not(None),
        Clock.ended_by == ClockEnd.DISSOLUTION,
        Clock.received_on < Filing.received_on,
    )
    rows = session.execute(
        select(Entry.n, Clock)
        .join(Clock, Clock.entry_id == Entry.id)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Clock.resumes, or_(returned, sorted_again))
        .order_by(Clock.entry_id)
        .with_for_update(of=Clock)
    )
    return {n: clock for n, clock in rows}


def _pairs(
    numbers: Sequence[int], waiting: dict[int, Clock]
) -> Iterator[tuple[int, Clock]]:
    """Which entry goes on with which clock: the same number, else the same order."""
    left = []
    for n in numbers:
        if n in waiting:
            yield n, waiting.pop(n)
        else:
            left.append(n)
    yield from zip(left, (waiting[n] for n in sorted(waiting)), strict=False)


def _go_on(session: Session, own: Clock, old: Clock, *, came_again: date) -> None:
    for stop in old.stops:
        if stop.until_on is None or stop.until_on > came_again:
            stop.until_on = max(stop.since_on, came_again)
    session.flush()
    session.execute(
        update(ClockStop)
        .where(ClockStop.entry_id == old.entry_id)
        .values(entry_id=own.entry_id)
    )
    for clock in (own, old):
        session.expire(clock, ["stops"])
    own.received_on, own.standard = old.received_on, old.standard
    own.business_days, own.months = old.business_days, old.months
    own.ends, own.priority = old.ends, old.priority
    if old.ended_on is None:
        # One term, one clock: the overview would count the paper twice.
        session.delete(old)
    set_due(session, own)
