"""What waits to leave: one row per approved entry and subscriber."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, MissingError
from storage import audit
from storage.clocks import end_clock
from storage.tables import ClockEnd, Delivery, DeliveryState, Entry

# Whoever fetches records over the API; webhooks and robots come beside it.
API = "api"


def put_out(
    session: Session,
    entry: Entry,
    *,
    now: datetime,
    subscribers: Iterable[str] = (API,),
) -> None:
    """Let every subscriber know of the entry once, however often it is asked."""
    known = set(
        session.scalars(
            select(Delivery.subscriber).where(Delivery.entry_id == entry.id)
        )
    )
    session.add_all(
        Delivery(entry_id=entry.id, subscriber=name, changed_at=now)
        for name in dict.fromkeys(subscribers)
        if name not in known
    )
    session.flush()


def mark_taken(
    session: Session,
    entry: Entry,
    *,
    actor: str,
    now: datetime,
    subscriber: str = API,
) -> Delivery:
    """Note that the subscriber has the record; said twice, it is noted once.

    Raises:
        MissingError: the entry does not wait for this subscriber.
        ConflictError: what became of the record is known already.
    """
    row = _waiting_for(session, entry, subscriber)
    if row.state == DeliveryState.TAKEN:
        return row
    if row.state != DeliveryState.PENDING:
        raise ConflictError(
            f"Entry {entry.id} is already {row.state} at {subscriber}; "
            "read its delivery again."
        )
    row.state = DeliveryState.TAKEN
    row.changed_at = now
    end_clock(session, entry, by=ClockEnd.DELIVERY, now=now)
    audit.record(
        session,
        actor=actor,
        act="delivery.taken",
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body={"filing": entry.filing_id, "subscriber": subscriber},
    )
    return row


def _waiting_for(session: Session, entry: Entry, subscriber: str) -> Delivery:
    row = session.scalars(
        select(Delivery)
        .where(Delivery.entry_id == entry.id, Delivery.subscriber == subscriber)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise MissingError(
            f"Nothing of entry {entry.id} is for {subscriber}; it is not approved yet."
        )
    return row
