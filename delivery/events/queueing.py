"""Queueing sealed events for a receiver: each once, in the order of the chain."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delivery.events.message import type_of
from storage.insertion import insert
from storage.recalls import APPROVED, CORRECTED
from storage.tables import (
    AuditEvent,
    AuditSeal,
    EventMessage,
    Filing,
    MessageState,
    Subscription,
)

_BATCH = 1_000


def queue_new(session: Session, row: Subscription, *, now: datetime) -> None:
    """Queue what was sealed since it was last looked, up to a batch."""
    found = session.execute(
        select(AuditSeal.seq, AuditEvent)
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.seq > row.position)
        .order_by(AuditSeal.seq)
        .limit(_BATCH)
    ).all()
    if not found:
        return
    told = _told_of(session, row, [event for _, event in found])
    wanted = [
        (seq, event)
        for seq, event in found
        if wants(row, event.act) or event.id in told
    ]
    if row.of_site is not None:
        ours = _filings_at(session, row.of_site, [event for _, event in wanted])
        wanted = [one for one in wanted if one[1].body.get("filing") in ours]
    if wanted:
        rows = [_message(row, seq, event, now) for seq, event in wanted]
        session.execute(
            insert(session, EventMessage)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["subscription_id", "seq"])
        )
    row.position = found[-1][0]


def is_behind(session: Session, row: Subscription) -> bool:
    """Whether there is anything sealed that was not looked at."""
    return (session.scalar(select(func.max(AuditSeal.seq))) or 0) > row.position


def wants(row: Subscription, act: str) -> bool:
    """Whether a type of events is asked for."""
    name = type_of(act)
    return any(
        name.startswith(one[:-1]) if one.endswith("*") else name == one
        for one in row.types
    )


def _told_of(
    session: Session, row: Subscription, events: Sequence[AuditEvent]
) -> frozenset[int]:
    """Corrections of what this receiver was told is approved, whatever it asks for."""
    corrected = {one.subject_id: one.id for one in events if one.act == CORRECTED}
    if not corrected:
        return frozenset()
    told = set(
        session.scalars(
            select(AuditEvent.subject_id)
            .join(EventMessage, EventMessage.event_id == AuditEvent.id)
            .where(
                EventMessage.subscription_id == row.id,
                AuditEvent.act == APPROVED,
                AuditEvent.subject_kind == "entry",
                AuditEvent.subject_id.in_(corrected),
            )
        )
    )
    if wants(row, APPROVED):
        # Of those among the same events nothing is queued yet.
        told |= {one.subject_id for one in events if one.act == APPROVED}
    return frozenset(number for name, number in corrected.items() if name in told)


def _filings_at(
    session: Session, site: str, events: Sequence[AuditEvent]
) -> frozenset[int]:
    named = {event.body.get("filing") for event in events} - {None}
    query = select(Filing.id).where(Filing.site == site, Filing.id.in_(named))
    return frozenset(session.scalars(query))


def _message(
    row: Subscription, seq: int, event: AuditEvent, now: datetime
) -> dict[str, object]:
    return {
        "subscription_id": row.id,
        "seq": seq,
        "event_id": event.id,
        "subject": f"{event.subject_kind}/{event.subject_id}",
        "state": MessageState.WAITING,
        "attempts": 0,
        "due_at": now,
    }
