"""Days of the ledger: at which site, whether closed, and what happened to them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from storage import audit
from storage.ledger.span import Span
from storage.tables import LedgerDay, LedgerReopening

# Counts up whenever the same rows give another account than before.
LAWS = 1
SUBJECT = "ledger_day"


class SiteDay(NamedTuple):
    """A day on which jobs came in at a site."""

    site: str
    day: date

    @classmethod
    def of(cls, row: LedgerDay) -> "SiteDay":
        return cls(row.site, row.day)

    @property
    def span(self) -> Span:
        return Span(self.day, self.day, self.site)

    @property
    def subject(self) -> str:
        """As events call it."""
        return f"{self.site}/{self.day}"


def laws_for(subscribers: Sequence[str]) -> str:
    """By which laws, and for whom entries are put out."""
    return f"{LAWS}: {' '.join(sorted(subscribers))}"


def stands(laws: str) -> ColumnElement[bool]:
    """The day is closed by these laws, and nothing it stands on changed since."""
    reopened = select(LedgerReopening.id).where(
        LedgerReopening.site == LedgerDay.site, LedgerReopening.day == LedgerDay.day
    )
    return and_(
        LedgerDay.closed_at.is_not(None),
        LedgerDay.laws == laws,
        ~LedgerDay.fails,
        ~reopened.exists(),
    )


def in_span(span: Span) -> Iterator[ColumnElement[bool]]:
    """Conditions on a day of the ledger."""
    if span.first is not None:
        yield LedgerDay.day >= span.first
    if span.last is not None:
        yield LedgerDay.day <= span.last
    if span.site is not None:
        yield LedgerDay.site == span.site


def hash_of(row: LedgerDay) -> str:
    """What the chain says of a closing."""
    words = json.dumps([row.laws, row.account, row.footing], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def forget_reopenings(session: Session, one: SiteDay) -> None:
    session.execute(
        delete(LedgerReopening).where(
            LedgerReopening.site == one.site, LedgerReopening.day == one.day
        )
    )


def record(
    session: Session,
    one: SiteDay,
    act: str,
    *,
    now: datetime,
    actor: str = "kamizero",
    body: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind=SUBJECT,
        subject_id=one.subject,
        now=now,
        body=body,
    )
