"""What waits to leave: one row per approved entry and subscriber."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from delivery.exports.destinations import destinations_for
from delivery.recalls import put_out_correction
from delivery.refusals import OtherRecordError
from delivery.robots.queues import queues_for
from delivery.robots.work import put_work
from kamizero.errors import ConflictError, MissingError
from storage import audit
from storage.clocks import end_clock
from storage.recalls import recall_into
from storage.tables import ClockEnd, Delivery, DeliveryState, Entry, EntryState

# Whoever fetches records over the API; queues of robots and files come beside it.
API = "api"


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """Which record a program has: the version of its entry, and what was signed."""

    version: int
    manifest_sha256: str


def put_out(
    session: Session,
    entry: Entry,
    *,
    now: datetime,
    subscribers: Iterable[str] = (API,),
) -> None:
    """Let all who get the entry know of it once, however often asked.

    A correction goes to whoever has the version before, and to whoever waits for it.

    Raises:
        ConflictError: a robot is at the version before, or it is in doubt.
    """
    recall = recall_into(session, entry)
    if recall is not None:
        put_out_correction(session, recall, now=now)
        return
    known = set(
        session.scalars(
            select(Delivery.subscriber).where(Delivery.entry_id == entry.id)
        )
    )
    queues = {queue.name: queue for queue in queues_for(session, entry)}
    files = [one.subscriber for one in destinations_for(session, entry)]
    new = {
        name: Delivery(entry_id=entry.id, entry=entry, subscriber=name, changed_at=now)
        for name in (*subscribers, *queues, *files)
        if name not in known
    }
    session.add_all(new.values())
    session.flush()
    for name, queue in queues.items():
        if name in new:
            put_work(session, queue, new[name], now=now)


def of_subscriber(
    session: Session,
    subscriber: str,
    *,
    state: DeliveryState = DeliveryState.PENDING,
    after: int = 0,
    limit: int,
) -> Sequence[Delivery]:
    """What is in this state for a subscriber, in the order it was put out."""
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.subscriber == subscriber,
            Delivery.state == state,
            Delivery.id > after,
        )
        .options(
            joinedload(Delivery.entry).joinedload(Entry.filing),
            joinedload(Delivery.entry).joinedload(Entry.approval),
        )
        .order_by(Delivery.id)
        .limit(limit)
    ).all()


def find(session: Session, delivery_id: int) -> Delivery:
    """The delivery of that number. Raises MissingError."""
    row = session.get(Delivery, delivery_id)
    if row is None:
        raise MissingError(f"There is no delivery {delivery_id}; list them again.")
    return row


def signed_version(row: Delivery) -> RecordVersion:
    """The record that is delivered, as it was approved."""
    entry = row.entry
    if entry.approval is None:
        raise ValueError(f"entry {entry.id} is put out and nobody signed it")
    return RecordVersion(entry.version, entry.approval.manifest_sha256)


def mark_taken(
    session: Session, row: Delivery, *, has: RecordVersion, actor: str, now: datetime
) -> Delivery:
    """Note that the subscriber has the record; said twice, it is noted once.

    Args:
        has: what the subscriber took, which must be what is in force.

    Raises:
        OtherRecordError: it took another version, or this one is in force no more.
        ConflictError: what became of the record is known already.
    """
    session.refresh(row, with_for_update=True)
    _demand_in_force(row, has)
    if row.state == DeliveryState.TAKEN:
        return row
    if row.state != DeliveryState.PENDING:
        raise ConflictError(
            f"Entry {row.entry_id} is already {row.state} at {row.subscriber}; "
            "read its delivery again."
        )
    row.state = DeliveryState.TAKEN
    row.changed_at = now
    end_clock(session, row.entry, by=ClockEnd.DELIVERY, now=now)
    audit.record(
        session,
        actor=actor,
        act="delivery.taken",
        subject_kind="entry",
        subject_id=row.entry_id,
        now=now,
        body={
            "filing": row.entry.filing_id,
            "subscriber": row.subscriber,
            "version": has.version,
            "manifest": has.manifest_sha256,
        },
    )
    return row


def _demand_in_force(row: Delivery, has: RecordVersion) -> None:
    entry = row.entry
    if has != signed_version(row):
        raise OtherRecordError(
            f"Delivery {row.id} is of version {entry.version} of entry {entry.n}, "
            "signed as its manifest says; throw away what you have and fetch it again."
        )
    if entry.state != EntryState.APPROVED:
        raise OtherRecordError(
            f"Entry {entry.n} of filing {entry.filing_id} is {entry.state} now; "
            "do not process this version, fetch the filing again."
        )
