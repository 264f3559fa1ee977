"""What waits for people: the queue page, a part at a time, always equally fast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from kamizero.model import Severity
from review.queue import KIND
from storage.tables import (
    HEAD,
    Entry,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Work,
    WorkState,
)

PAGE_SIZE = 50

# A place is a filing and an entry number in it, 0 for the head.
_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue page; `cursor` asks for the lines after it."""

    entry_id: int
    filing_id: int
    n: int
    receipt_number: str
    site: str
    form: str
    waiting_since: datetime
    due_at: datetime
    doubtful: int
    severity: str | None
    reasons: tuple[str, ...]
    leased_by: str | None
    cursor: tuple[int, int]


def waiting(
    session: Session,
    *,
    site: str | None = None,
    form: str | None = None,
    after: tuple[int, int] | None = None,
    limit: int = PAGE_SIZE,
) -> list[Waiting]:
    """A page of the queue in the order it is worked, after the given cursor."""
    rows = session.execute(_page(site, form, after).limit(limit)).all()
    filings = {filing.id for _, _, filing in rows}
    doubts = _doubts(session, filings)
    severities = _severities(session, filings)
    return [
        _line(row, entry, filing, doubts=doubts, severities=severities)
        for row, entry, filing in rows
    ]


def _page(
    site: str | None, form: str | None, after: tuple[int, int] | None
) -> Select[Work, Entry, Filing]:
    query = (
        select(Work, Entry, Filing)
        .join(Entry, Entry.id == Work.subject)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Work.kind == KIND, Work.state == WorkState.OPEN)
        .order_by(Work.priority, Work.id)
    )
    if site is not None:
        query = query.where(Work.site == site)
    if form is not None:
        query = query.where(Filing.form == form)
    if after is not None:
        query = query.where(tuple_(Work.priority, Work.id) > after)
    return query


def _doubts(session: Session, filings: set[int]) -> dict[_Place, int]:
    """How many fields of each place (filing, entry number) are not settled."""
    rows = session.execute(
        select(Field.filing_id, Field.entry_n, func.count())
        .outerjoin(FieldVersion, FieldVersion.id == Field.as_written_id)
        .where(
            Field.filing_id.in_(filings),
            or_(FieldVersion.id.is_(None), FieldVersion.accepted.is_(False)),
        )
        .group_by(Field.filing_id, Field.entry_n)
    )
    return {(filing, n): count for filing, n, count in rows}


def _severities(session: Session, filings: set[int]) -> dict[_Place, set[str]]:
    rows = session.execute(
        select(FindingRow.filing_id, FindingRow.entry_n, FindingRow.severity).where(
            FindingRow.filing_id.in_(filings), FindingRow.waived_by.is_(None)
        )
    )
    found: dict[_Place, set[str]] = {}
    for filing, n, severity in rows:
        found.setdefault((filing, n), set()).add(severity)
    return found


def _line(
    row: Work,
    entry: Entry,
    filing: Filing,
    *,
    doubts: Mapping[_Place, int],
    severities: Mapping[_Place, set[str]],
) -> Waiting:
    places = [(filing.id, HEAD), (filing.id, entry.n)]
    # Severity names the worst first.
    found = set[str]().union(*(severities.get(place, set()) for place in places))
    return Waiting(
        entry_id=entry.id,
        filing_id=filing.id,
        n=entry.n,
        receipt_number=filing.receipt_number,
        site=filing.site,
        form=filing.form,
        waiting_since=row.created_at,
        due_at=row.due_at,
        doubtful=sum(doubts.get(place, 0) for place in places),
        severity=next((word.value for word in Severity if word in found), None),
        reasons=tuple(entry.reasons),
        leased_by=row.leased_by,
        cursor=(row.priority, row.id),
    )
