"""What a host refuses is back with the reviewers, with the host's code, until settled.

One function for robots, for people who look in the host and for lists it writes. The
entry stays as it was approved; its correction is a later version (`review.recall`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from delivery.robots import registrations
from delivery.robots.record import fields_of
from delivery.robots.way import Act, By, go
from forms.flat_names import flat_name
from kamizero.errors import ConflictError, MissingError
from storage import audit
from storage.tables import (
    Delivery,
    Entry,
    HostRefusal,
    Outcome,
    RefusalEnd,
)
from storage.words import without_numbers

MOST_WORDS = 500
_SHOWN = 100


def refuse(
    session: Session,
    row: Delivery,
    act: Act,
    *,
    by: By,
    actor: str,
    now: datetime,
    code: str = "",
    message: str = "",
    fields: Sequence[str] = (),
    begun: tuple[int, str] | None = None,
    settled_by: str | None = None,
) -> HostRefusal:
    """Note that the host refuses the entry, and give it back to the reviewers.

    Args:
        code: the host's own, never a value of the record.
        message: the host's words, which may name a person; numbers are covered.
        fields: flat names of what it is about; those the entry has not are left out.
        begun: fence and name of who registered, where that was not noted before.
    """
    registrations.end(
        session,
        row,
        Outcome.REJECTED,
        now=now,
        code=code,
        begun=begun,
        settled_by=settled_by,
    )
    about = {"code": code} if code else None
    go(session, row, act, by=by, actor=actor, now=now, about=about)
    known = {flat_name(one.name) for one in fields_of(session, row.entry)}
    made = HostRefusal(
        delivery_id=row.id,
        delivery=row,
        at=now,
        by=actor,
        code=code,
        message=without_numbers(message)[:MOST_WORDS],
        fields=[name for name in fields if name in known],
    )
    session.add(made)
    session.flush()
    return made


def open_refusals(
    session: Session, *, after: int = 0, limit: int = _SHOWN
) -> Sequence[HostRefusal]:
    """What waits for a reviewer, the oldest first."""
    return session.scalars(
        select(HostRefusal)
        .where(HostRefusal.how.is_(None), HostRefusal.id > after)
        .options(
            joinedload(HostRefusal.delivery)
            .joinedload(Delivery.entry)
            .joinedload(Entry.filing)
        )
        .order_by(HostRefusal.id)
        .limit(limit)
    ).all()


def find_refusal(
    session: Session, refusal_id: int, *, locked: bool = False
) -> HostRefusal:
    """The refusal of that number. Raises MissingError."""
    query = select(HostRefusal).where(HostRefusal.id == refusal_id)
    if locked:
        query = query.with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        raise MissingError(f"There is no refusal {refusal_id}. Load the page again.")
    return found


def close(session: Session, refusal_id: int, *, actor: str, now: datetime) -> None:
    """Say that nothing is to be done about it any more. Raises ConflictError."""
    found = find_refusal(session, refusal_id, locked=True)
    if found.how is not None:
        raise ConflictError(f"{found.settled_by} settled it before. Load it again.")
    found.how, found.settled_at, found.settled_by = RefusalEnd.CLOSED, now, actor
    audit.record(
        session,
        actor=actor,
        act="delivery.refusal_closed",
        subject_kind="entry",
        subject_id=found.delivery.entry_id,
        now=now,
        body={
            "filing": found.delivery.entry.filing_id,
            "subscriber": found.delivery.subscriber,
            "refusal": found.id,
        },
    )
