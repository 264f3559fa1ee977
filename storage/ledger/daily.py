"""The ledger of each business day: drawn up once, kept, and an event of the chain."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.tokyo import business_date
from storage import audit
from storage.database import Database
from storage.insertion import insert_once
from storage.ledger.books import open_books
from storage.ledger.closing import close_days
from storage.ledger.holding import hold_share
from storage.ledger.report import Ledger
from storage.tables import LedgerRun

BALANCED = "ledger.balanced"
DIFFERS = "ledger.differs"


def run_daily(
    database: Database, *, subscribers: Sequence[str], now: datetime
) -> Ledger | None:
    """Draw up the day's ledger; None where that was done today already.

    Closed days are held against their rows first, a share of them, and open ones are
    closed where they balance. Several may ask at once: one of them writes it down.
    """
    day = business_date(now)
    with database.look() as session:
        if session.get(LedgerRun, day) is not None:
            return None
    hold_share(database, subscribers=subscribers, now=now)
    close_days(database, subscribers=subscribers, now=now)
    with database.look() as session:
        ledger = open_books(session, subscribers=subscribers).ledger
    kinds = Counter(one.kind for one in ledger.differences)
    with database.begin() as session:
        is_first = insert_once(
            session,
            LedgerRun,
            day=day,
            at=now,
            balances=ledger.balances,
            differences=dict(kinds),
        )
        if is_first:
            audit.record(
                session,
                actor="kamizero",
                act=BALANCED if ledger.balances else DIFFERS,
                subject_kind="ledger",
                subject_id=day.isoformat(),
                now=now,
                body={
                    "differences": dict(kinds),
                    "laws": {law.name: [law.left, law.right] for law in ledger.laws},
                },
            )
    return ledger


def latest_runs(session: Session, *, limit: int) -> Sequence[LedgerRun]:
    """The last days' ledgers, the latest first."""
    return session.scalars(
        select(LedgerRun).order_by(LedgerRun.day.desc()).limit(limit)
    ).all()
