"""What waits for people: the queue page, a part at a time, always equally fast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from kamizero.model import Severity
from review.queue import KIND, ORDINARY
from storage.tables import (
    HEAD,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Work,
)

PAGE_SIZE = 50
# Counting goes no further, so that a page costs the same whatever waits.
MOST_COUNTED = 1000

# A place is a filing and an entry number in it, 0 for the head.
_Place = tuple[int, int]
_ONE = text("1")
# Written out, not a parameter: only then can the partial indexes serve it.
_IS_OPEN = text("work.state = 'open'")


class Order(StrEnum):
    """In which order the queue is looked at; it is worked in the first one."""

    URGENT = "urgent"
    DUE = "due"
    OLDEST = "oldest"
    CLEAREST = "clearest"
    DOUBTFUL = "doubtful"


_COLUMNS: Mapping[Order, tuple[InstrumentedAttribute[Any], ...]] = {
    Order.URGENT: (Work.priority, Work.deadline, Work.id),
    Order.DUE: (Work.deadline, Work.id),
    Order.OLDEST: (Work.id,),
    Order.CLEAREST: (Work.doubt, Work.id),
    Order.DOUBTFUL: (Work.doubt, Work.id),
}
_BACKWARD = frozenset({Order.DOUBTFUL})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue is looked at; nothing given is everything.

    Attributes:
        first: only what goes before ordinary forms.
        due_by: only what must be done by this day.
        older_than: only what has waited at least so long.
        doubt: only entries with a number of open points from the one to the other.
        rule: only entries that this rule objects to.
    """

    site: str | None = None
    form: str | None = None
    first: bool = False
    due_by: date | None = None
    older_than: timedelta | None = None
    doubt: tuple[int, int] | None = None
    rule: str | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue page; `cursor` asks for the lines after it.

    `deadline` is NEVER_DUE where the clock stands still or never ran.
    """

    entry_id: int
    filing_id: int
    n: int
    receipt_number: str
    site: str
    form: str
    revision: str
    received_on: date
    waiting_since: datetime
    due_at: datetime
    deadline: date
    first: bool
    doubtful: int
    severity: str | None
    reasons: tuple[str, ...]
    leased_by: str | None
    lease_until: datetime | None
    reserved_for: str | None
    cursor: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The queue in numbers, none above MOST_COUNTED."""

    waiting: int
    worked_on: int
    late: int
    ready: int
    oldest: datetime | None


def waiting(
    session: Session,
    *,
    wanted: Wanted = EVERYTHING,
    order: Order = Order.URGENT,
    now: datetime,
    after: str = "",
    limit: int = PAGE_SIZE,
) -> list[Waiting]:
    """A page of the queue, after the given cursor; a wrong one begins at the front."""
    rows = session.execute(_page(wanted, order, now, after).limit(limit)).all()
    filings = {filing.id for _, _, filing in rows}
    doubts = _doubts(session, filings)
    severities = _severities(session, filings)
    return [
        _line(row, entry, filing, order=order, doubts=doubts, severities=severities)
        for row, entry, filing in rows
    ]


def figures(session: Session, *, today: date, now: datetime) -> Figures:
    """How the queue stands."""
    in_queue = (Work.kind == KIND, _IS_OPEN)
    oldest = session.scalar(
        select(Work.created_at).where(*in_queue).order_by(Work.id).limit(1)
    )
    return Figures(
        waiting=_count(session, Work, *in_queue),
        worked_on=_count(session, Work, *in_queue, Work.lease_until >= now),
        late=_count(session, Work, *in_queue, Work.deadline < today),
        ready=_count(session, Entry, Entry.state == EntryState.READY),
        oldest=oldest,
    )


def _count(session: Session, table: Any, *wanted: Any) -> int:
    some = select(_ONE).select_from(table).where(*wanted).limit(MOST_COUNTED)
    return session.scalars(select(func.count()).select_from(some.subquery())).one()


def _page(
    wanted: Wanted, order: Order, now: datetime, after: str
) -> Select[Work, Entry, Filing]:
    columns = _COLUMNS[order]
    backward = order in _BACKWARD
    query = (
        select(Work, Entry, Filing)
        .join(Entry, Entry.id == Work.subject)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Work.kind == KIND, _IS_OPEN, *_conditions(wanted, now))
        .order_by(*(one.desc() if backward else one for one in columns))
    )
    place = _place_after(after, columns)
    if place is not None:
        here = tuple_(*columns)
        query = query.where(here < place if backward else here > place)
    return query


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Work.due_at <= now]
    if wanted.site is not None:
        found.append(Work.site == wanted.site)
    if wanted.form is not None:
        found.append(Work.form == wanted.form)
    if wanted.first:
        found.append(Work.priority < ORDINARY)
    if wanted.due_by is not None:
        found.append(Work.deadline <= wanted.due_by)
    if wanted.older_than is not None:
        found.append(Work.created_at <= now - wanted.older_than)
    if wanted.doubt is not None:
        found.append(Work.doubt.between(*wanted.doubt))
    if wanted.rule is not None:
        found.append(_objected(wanted.rule))
    return found


def _objected(rule: str) -> ColumnElement[bool]:
    return exists().where(
        FindingRow.filing_id == Entry.filing_id,
        FindingRow.entry_n.in_((HEAD, Entry.n)),
        FindingRow.rule == rule,
        FindingRow.waived_by.is_(None),
    )


def _place_after(
    cursor: str, columns: Sequence[InstrumentedAttribute[Any]]
) -> tuple[Any, ...] | None:
    parts = cursor.split("_")
    if not cursor or len(parts) != len(columns):
        return None
    try:
        return tuple(
            date.fromisoformat(part) if column is Work.deadline else int(part)
            for part, column in zip(parts, columns, strict=True)
        )
    except ValueError:
        # Somebody changed the address by hand.
        return None


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
    order: Order,
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
        revision=filing.revision,
        received_on=filing.received_on,
        waiting_since=row.created_at,
        due_at=row.due_at,
        deadline=row.deadline,
        first=row.priority < ORDINARY,
        doubtful=sum(doubts.get(place, 0) for place in places),
        severity=next((word.value for word in Severity if word in found), None),
        reasons=tuple(entry.reasons),
        leased_by=row.leased_by,
        lease_until=row.lease_until,
        reserved_for=row.reserved_for,
        cursor="_".join(str(getattr(row, one.key)) for one in _COLUMNS[order]),
    )
