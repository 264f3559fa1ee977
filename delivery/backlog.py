"""What was approved before its receiver was made: put out in parts, each whole.

A part is a transaction, and where the next begins stands with the receiver: whoever is
lost in between, the next one goes on from there.
"""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from delivery.robots.work import put_work
from storage.database import Database
from storage.tables import Delivery, Entry, EntryState, ExportDestination, Filing
from storage.tables import RobotQueue as Queue

AT_ONCE = 500

Receiver = ExportDestination | Queue
_Kind = TypeVar("_Kind", ExportDestination, Queue)


def put_backlogs(database: Database, *, now: datetime) -> None:
    """Put out all that waits to be, a part in a transaction; it may take minutes."""
    while put_next_parts(database, now=now):
        pass


def put_next_parts(database: Database, *, now: datetime) -> bool:
    """Put out the next part for each receiver; whether something may be left."""
    of_files = _put_next(database, ExportDestination, now=now)
    return _put_next(database, Queue, now=now) or of_files


def put_part(session: Session, receiver: Receiver, *, now: datetime) -> bool:
    """Put out the next part; whether something may be left."""
    if receiver.backlog_after is None:
        return False
    entries = _next(session, receiver, after=receiver.backlog_after)
    rows = [
        Delivery(
            entry_id=one.id, entry=one, subscriber=receiver.subscriber, changed_at=now
        )
        for one in entries
    ]
    session.add_all(rows)
    session.flush()
    if isinstance(receiver, Queue):
        for row in rows:
            put_work(session, receiver, row, now=now)
    receiver.backlog_after = entries[-1].id if len(entries) == AT_ONCE else None
    session.flush()
    return receiver.backlog_after is not None


def _put_next(database: Database, kind: type[_Kind], *, now: datetime) -> bool:
    query = select(kind.id).where(
        kind.backlog_after.is_not(None), kind.closed_at.is_(None)
    )
    with database.look() as session:
        found = session.scalars(query.order_by(kind.id)).all()
    is_left = False
    for number in found:
        with database.begin() as session:
            receiver = session.get_one(kind, number, with_for_update=True)
            is_left |= put_part(session, receiver, now=now)
    return is_left


def _next(session: Session, receiver: Receiver, *, after: int) -> list[Entry]:
    """Approved entries of its form and site that were not put out to it."""
    put_out = select(Delivery.id).where(
        Delivery.entry_id == Entry.id, Delivery.subscriber == receiver.subscriber
    )
    form, site = receiver.form, receiver.of_site
    return list(
        session.scalars(
            select(Entry)
            .join(Filing, Filing.id == Entry.filing_id)
            .where(
                Entry.id > after,
                Entry.state == EntryState.APPROVED,
                true() if form is None else Filing.form == form,
                true() if site is None else Filing.site == site,
                ~put_out.exists(),
            )
            .order_by(Entry.id)
            .limit(AT_ONCE)
        )
    )
