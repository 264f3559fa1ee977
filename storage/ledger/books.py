"""The ledger as it is asked for: closed days as they were closed, open ones anew.

However much came in over the years, it takes as long as the few days on which anything
changed since they were last closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from storage.ledger.account import draw_up_jobs, with_house
from storage.ledger.days import in_span, laws_for, stands
from storage.ledger.holding import draw_open
from storage.ledger.report import Ledger, summed
from storage.ledger.span import EVER, Span
from storage.tables import LedgerDay


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger of a span, and what of it is closed.

    Attributes:
        days: how many days of sites are closed, of which nothing changed since.
        open_days: how many were counted row by row.
        until: the last day before the first open one; None where nothing is closed.
        held_since: since then each closed day was held against its rows.
    """

    ledger: Ledger
    days: int
    open_days: int
    until: date | None
    held_since: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {
            **self.ledger.as_json(),
            "closed": {
                "days": self.days,
                "open_days": self.open_days,
                "until": self.until.isoformat() if self.until else None,
                "held_since": self.held_since.isoformat() if self.held_since else None,
            },
        }


def open_books(
    session: Session, *, subscribers: Sequence[str], span: Span = EVER
) -> Books:
    """What `draw_up` says, as far as the session's sites go."""
    is_standing = stands(laws_for(subscribers))
    accounts = session.scalars(
        select(LedgerDay.account).where(*in_span(span), is_standing)
    )
    ledgers = [Ledger.of_counts(one) for one in accounts if one]
    open_days = session.scalars(
        select(LedgerDay)
        .where(*in_span(span), ~is_standing)
        .order_by(LedgerDay.day, LedgerDay.site)
    ).all()
    drawn = [draw_open(session, day, subscribers=subscribers) for day in open_days]
    # Where nothing ever came in, there is nothing to add up.
    ledger = summed([*ledgers, *drawn] or [draw_up_jobs(session, subscribers, span)])
    first_open = open_days[0].day if open_days else date.max
    until, held_since = session.execute(
        select(
            func.max(case((LedgerDay.day < first_open, LedgerDay.day))),
            func.min(LedgerDay.held_at),
        ).where(*in_span(span), is_standing)
    ).one()
    return Books(
        ledger=with_house(session, ledger) if span == EVER else ledger,
        days=len(ledgers),
        open_days=len(open_days),
        until=until,
        held_since=held_since,
    )
