"""Closing days of the ledger (締め).

A day that is over and balances is closed: its counts are written down with the rows
they stand on, and a hash of both is an event of the chain. Triggers open it again where
any of those rows changes.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kamizero.tokyo import business_date
from storage.database import Database
from storage.ledger.account import draw_up
from storage.ledger.days import (
    SiteDay,
    forget_reopenings,
    hash_of,
    laws_for,
    record,
    stands,
)
from storage.ledger.footing import Footing, footing_of, lost_since
from storage.tables import LedgerDay

CLOSED = "ledger.closed"


def close_days(database: Database, *, subscribers: Sequence[str], now: datetime) -> int:
    """Close each open day that is over and balances; return how many.

    Each in a transaction of its own, so that nobody waits longer than one day takes.
    Several may ask at once.
    """
    laws = laws_for(subscribers)
    with database.look() as session:
        found = session.execute(
            select(LedgerDay.site, LedgerDay.day)
            .where(~stands(laws), ~LedgerDay.fails, LedgerDay.day < business_date(now))
            .order_by(LedgerDay.day, LedgerDay.site)
        ).all()
    return sum(
        _close(database, SiteDay(*one), subscribers=subscribers, now=now)
        for one in found
    )


def _close(
    database: Database, one: SiteDay, *, subscribers: Sequence[str], now: datetime
) -> bool:
    with database.begin() as session:
        if not _is_alone(session, one):
            return False
        drawn = draw_up(session, subscribers=subscribers, span=one.span)
        if drawn.moving or drawn.differences:
            return False
        row, found = session.get_one(LedgerDay, one), footing_of(session, one.span)
        if row.footing and any(lost_since(Footing.of_json(row.footing), found)):
            return False
        row.closed_at = row.held_at = now
        row.laws = laws_for(subscribers)
        row.account, row.footing = drawn.counts(), found.as_json()
        forget_reopenings(session, one)
        laws = {law.name: [law.left, law.right] for law in drawn.laws}
        body = {"sha256": hash_of(row), "laws": laws}
        record(session, one, CLOSED, now=now, body=body)
    return True


def _is_alone(session: Session, one: SiteDay) -> bool:
    """Whether nobody changes or closes the day just now; it stays so to the commit.

    Who changes it shares a lock: what they have not committed yet, nobody else sees.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(59, ledger_lock_of(:site, :day))")
    return bool(session.scalar(lock, one._asdict()))
