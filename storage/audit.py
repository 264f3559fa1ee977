"""What happened: events written with the act itself, sealed into a chain after it.

Recording is part of the act's transaction. Linking is not, so that the chain never
makes people wait; one sealer does it every few seconds, and each head it reaches goes
to the object store, where a cut tail or a recomputed chain still shows.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785
from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from storage.database import Database
from storage.insertion import insert_once
from storage.interfaces import ObjectStore
from storage.tables import AuditEvent, AuditHead, AuditSeal

HEADS = "heads"
FIRST_PREV = "0" * 64
# Longer than any filing is kept, because it proves what was done with them.
HEAD_RETENTION = timedelta(days=3653)

# An event may become visible after later ones; this far back the sealer looks.
_WINDOW = 10_000
_BATCH = 5_000
_SEALER_LOCK = 4_711_000_002


def record(
    session: Session,
    *,
    actor: str,
    act: str,
    subject_kind: str,
    subject_id: int | str,
    now: datetime,
    body: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act, in the transaction that does it.

    Args:
        body: ids, versions and codes; never a value somebody wrote on a form.
    """
    event = AuditEvent(
        at=now,
        actor=actor,
        act=act,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        body=dict(body or {}),
    )
    # What cannot be put in canonical form would stop the sealer for good.
    rfc8785.dumps(event.body)
    session.add(event)


def seal(database: Database, store: ObjectStore, *, now: datetime) -> int:
    """Link what is not linked yet and keep the new head; return how many events.

    May be stopped at any moment and run by several at once: the next call goes on.
    """
    linked = _link(database)
    head = _head_to_keep(database)
    if head is not None:
        _keep(database, store, *head, now=now)
    return linked


def unsealed(session: Session) -> int:
    """How many events wait to be sealed."""
    count = select(func.count()).select_from(AuditEvent)
    sealed = select(func.count()).select_from(AuditSeal)
    return session.scalars(count).one() - session.scalars(sealed).one()


def chained(seq: int, prev: str, event: AuditEvent) -> str:
    """The hash that ties an event to everything before it."""
    return hashlib.sha256(
        b"audit-v1\0"
        + seq.to_bytes(8, "big")
        + bytes.fromhex(prev)
        + chain_words(event)
    ).hexdigest()


def chain_words(event: AuditEvent) -> bytes:
    """What is hashed of an event, in its one canonical form."""
    body: dict[str, Any] = {
        "id": event.id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "act": event.act,
        "subject_kind": event.subject_kind,
        "subject_id": event.subject_id,
        "body": event.body,
    }
    return rfc8785.dumps(body)


def _link(database: Database) -> int:
    with database.look() as session:
        # Idle sealers stay away from the writer's lock.
        if not _waiting(session, limit=1):
            return 0
    total = 0
    while True:
        with database.begin() as session:
            if not _is_only_sealer(session):
                return total
            last = session.scalar(_last_seal())
            events = _waiting(session, limit=_BATCH)
            session.add_all(_links(last, events))
        total += len(events)
        if len(events) < _BATCH:
            return total


def _is_only_sealer(session: Session) -> bool:
    # SQLite lets one writer in at a time as it is.
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(:key)")
    return bool(session.scalar(lock, {"key": _SEALER_LOCK}))


def _waiting(session: Session, *, limit: int) -> Sequence[AuditEvent]:
    latest = session.scalar(select(func.max(AuditSeal.event_id))) or 0
    unlinked = (
        select(AuditEvent)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditEvent.id > latest - _WINDOW, AuditSeal.seq.is_(None))
        .order_by(AuditEvent.id)
        .limit(limit)
    )
    return session.scalars(unlinked).all()


def _links(last: AuditSeal | None, events: Iterable[AuditEvent]) -> list[AuditSeal]:
    seq, prev = (last.seq, last.hash) if last else (0, FIRST_PREV)
    links = []
    for event in events:
        seq += 1
        link = AuditSeal(
            seq=seq, event_id=event.id, prev=prev, hash=chained(seq, prev, event)
        )
        links.append(link)
        prev = link.hash
    return links


def _last_seal() -> Select[AuditSeal]:
    return select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1)


def _head_to_keep(database: Database) -> tuple[int, str] | None:
    # Only what is committed becomes a head: one that is kept and then rolled back
    # would look like a cut tail for ever.
    with database.look() as session:
        last = session.scalar(_last_seal())
        kept = session.scalar(select(func.max(AuditHead.seq))) or 0
    return (last.seq, last.hash) if last and last.seq > kept else None


def _keep(
    database: Database, store: ObjectStore, seq: int, digest: str, *, now: datetime
) -> None:
    body: dict[str, Any] = {
        "seq": seq,
        "hash": digest,
        "at": now.astimezone(UTC).isoformat(),
    }
    kept = store.put(
        rfc8785.dumps(body), prefix=HEADS, retain_until=now + HEAD_RETENTION
    )
    with database.begin() as session:
        # Another sealer may have kept the same head meanwhile.
        insert_once(
            session,
            AuditHead,
            seq=seq,
            hash=digest,
            at=now,
            store_key=kept.key,
            store_version=kept.version,
        )
