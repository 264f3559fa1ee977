"""Holding closed days against the rows: what changed past the triggers, or is gone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Date, func, select, type_coerce
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, MissingError
from storage.database import Database
from storage.ledger.account import draw_up
from storage.ledger.closing import CLOSED
from storage.ledger.days import (
    SUBJECT,
    SiteDay,
    forget_reopenings,
    hash_of,
    in_span,
    laws_for,
    record,
    stands,
)
from storage.ledger.footing import Footing, altered_since, footing_of, lost_since
from storage.ledger.report import Difference, Ledger
from storage.ledger.span import EVER, Span
from storage.tables import AuditEvent, Job, LedgerDay

# Every closing is held against the rows within so many nights.
HELD_WITHIN = 30
FAILED = "ledger.closing_failed"
HELD_AGAIN = "ledger.closing_held"
ACCEPTED = "ledger.accepted"


def hold(
    database: Database, *, subscribers: Sequence[str], now: datetime, span: Span = EVER
) -> int:
    """Hold every closed day of a span against its rows; return how many there are."""
    find_lost_days(database)
    days = _days_to_hold(database, laws_for(subscribers), span)
    for one in days:
        _hold(database, SiteDay.of(one), subscribers=subscribers, now=now)
    return len(days)


def hold_share(database: Database, *, subscribers: Sequence[str], now: datetime) -> int:
    """Hold so many that all come within `HELD_WITHIN` nights, and those that failed.

    First come those that were not held the longest.
    """
    find_lost_days(database)
    days = _days_to_hold(database, laws_for(subscribers), EVER)
    due = now - timedelta(days=HELD_WITHIN - 1)
    failing = sum(one.fails for one in days)
    late = sum(not one.fails and one.held_at < due for one in days)
    tonight = days[: failing + max(ceil((len(days) - failing) / HELD_WITHIN), late)]
    for one in tonight:
        _hold(database, SiteDay.of(one), subscribers=subscribers, now=now)
    return len(tonight)


def draw_open(
    session: Session, day: LedgerDay, *, subscribers: Sequence[str]
) -> Ledger:
    """The account of a day that does not stand, counted row by row.

    Rows that were there when it was last closed must still be; where that closing
    failed, it must hold again in all.
    """
    span = SiteDay.of(day).span
    drawn = draw_up(session, subscribers=subscribers, span=span)
    if day.fails:
        more = failures(session, day, drawn, laws_for(subscribers))
    elif day.footing is not None:
        closed = Footing.of_json(day.footing)
        more = lost_since(closed, footing_of(session, span))
    else:
        return drawn
    return replace(drawn, differences=[*drawn.differences, *more])


def failures(
    session: Session, day: LedgerDay, drawn: Ledger, laws: str
) -> Iterator[Difference]:
    """Whatever is not as it was closed, or was not closed as the chain says."""
    number = int(f"{day.day:%Y%m%d}")
    if _told(session, SiteDay.of(day)) != hash_of(day):
        yield Difference("unproven", "day", number, "chain", "")
    if day.account is None or day.footing is None:
        return
    closed = Footing.of_json(day.footing)
    found = footing_of(session, SiteDay.of(day).span)
    yield from lost_since(closed, found)
    if day.laws != laws:
        return
    yield from altered_since(closed, found)
    before, after = (dict(_counts(one)) for one in (day.account, drawn.counts()))
    for name in sorted(before.keys() | after.keys()):
        expected, there = (str(one.get(name, 0)) for one in (before, after))
        if expected != there:
            said = f"{name} {expected}", f"{name} {there}"
            yield Difference("recounted", "day", number, *said)


def accept(
    database: Database, one: SiteDay, *, by: str, why: str, now: datetime
) -> None:
    """Take a day for what is there now, whatever was closed before.

    Raises:
        MissingError: no job came in on that day at that site.
        ConflictError: nothing of it was closed.
    """
    with database.begin() as session:
        row = session.get(LedgerDay, one, with_for_update=True)
        if row is None:
            raise MissingError(f"Nothing came in at {one.site} on {one.day}.")
        if row.closed_at is None and not row.fails:
            raise ConflictError(f"{one.day} of {one.site} is not closed.")
        row.closed_at = row.laws = row.account = row.footing = row.held_at = None
        row.fails = False
        row.accepted_by, row.accepted_why = by, why
        forget_reopenings(session, one)
        record(session, one, ACCEPTED, actor=by, now=now)


def find_lost_days(database: Database) -> None:
    """Give a row to days that must have one: it comes by a trigger, and stays.

    Where it is gone, somebody took it past all guards; what was closed by the chain
    fails until a person accepts what is there.
    """
    with database.look() as session:
        lost = set(session.execute(_days_without_row(session)))
        told = session.scalars(
            select(AuditEvent.subject_id)
            .where(AuditEvent.subject_kind == SUBJECT)
            .distinct()
        )
        closed = {_day_of(subject) for subject in told}
        known = {SiteDay(*one) for one in session.execute(_KNOWN)}
    missing = {SiteDay(*one) for one in lost} | (closed - known)
    if not missing:
        return
    with database.begin() as session:
        for one in sorted(missing):
            session.merge(LedgerDay(**one._asdict(), fails=one in closed))


_KNOWN = select(LedgerDay.site, LedgerDay.day)


def _days_without_row(session: Session) -> Any:
    day = (
        func.date(func.timezone("Asia/Tokyo", Job.created_at))
        if session.get_bind().dialect.name == "postgresql"
        else func.date(Job.created_at, "+9 hours")
    )
    has_row = select(LedgerDay.day).where(
        LedgerDay.site == Job.site, LedgerDay.day == type_coerce(day, Date)
    )
    return select(Job.site, type_coerce(day, Date)).where(~has_row.exists()).distinct()


def _day_of(subject: str) -> SiteDay:
    site, _, day = subject.rpartition("/")
    return SiteDay(site, date.fromisoformat(day))


def _days_to_hold(database: Database, laws: str, span: Span) -> Sequence[Any]:
    """Those that failed, then those that stand, as they were last held."""
    columns = LedgerDay.site, LedgerDay.day, LedgerDay.held_at, LedgerDay.fails
    with database.look() as session:
        return session.execute(
            select(*columns)
            .where(*in_span(span), stands(laws) | LedgerDay.fails)
            .order_by(LedgerDay.fails.desc(), LedgerDay.held_at, LedgerDay.day)
        ).all()


def _hold(
    database: Database, one: SiteDay, *, subscribers: Sequence[str], now: datetime
) -> None:
    laws = laws_for(subscribers)
    wanted = select(LedgerDay).where(
        LedgerDay.site == one.site,
        LedgerDay.day == one.day,
        stands(laws) | LedgerDay.fails,
    )
    with database.look() as session:
        day = session.scalar(wanted)
        if day is None:
            # Something of it changed meanwhile.
            return
        seen = hash_of(day)
        drawn = draw_up(session, subscribers=subscribers, span=one.span)
        amiss = [*drawn.differences, *failures(session, day, drawn, laws)]
    with database.begin() as session:
        row = session.get_one(LedgerDay, one, with_for_update=True)
        if hash_of(row) != seen:
            return
        if row.closed_at is not None:
            row.held_at = now
        if row.fails != bool(amiss):
            row.fails = bool(amiss)
            body = {"differences": dict(Counter(each.kind for each in amiss))}
            act = FAILED if amiss else HELD_AGAIN
            record(session, one, act, now=now, body=body)


def _counts(told: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, int]]:
    """Each count by the names that lead to it, as `laws.pages.parts.form`."""
    for name, value in told.items():
        if isinstance(value, Mapping):
            yield from _counts(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


def _told(session: Session, one: SiteDay) -> str | None:
    """What the chain says that it was closed with last."""
    event = session.scalar(
        select(AuditEvent)
        .where(
            AuditEvent.subject_kind == SUBJECT,
            AuditEvent.subject_id == one.subject,
            AuditEvent.act == CLOSED,
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return event.body["sha256"] if event else None
