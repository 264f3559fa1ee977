"""The trail of a recall: from what is wrong to the last acknowledgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from storage.recalls import CORRECTED
from storage.tables import (
    Approval,
    AuditEvent,
    Delivery,
    DeliveryState,
    ErrorCase,
    EventMessage,
    HostRefusal,
    MessageState,
    Recall,
    RecallState,
    RobotQueue,
    Subscription,
)

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One who hears of the correction.

    Attributes:
        had: how the version before stood there; "" for who is only told of events.
        state: how the correction stands there.
        at: since when.
    """

    name: str
    kind: str
    had: str
    state: str
    at: datetime
    is_acknowledged: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """One recall, step by step; ids, names of fields and codes, no value.

    Attributes:
        told: those who had the version before; empty until it is approved.
        waiting: those who had none and wait for this one.
    """

    recall: Recall
    approval: Approval | None
    told: Sequence[Told]
    waiting: Sequence[str]

    @property
    def is_acknowledged(self) -> bool:
        """Whether everybody who had the version before has this one."""
        in_force = self.recall.state == RecallState.IN_FORCE
        return in_force and all(one.is_acknowledged for one in self.told)

    @property
    def fields(self) -> list[str]:
        return [one.field.name for one in self.recall.changes]


def recalls(session: Session, *, after: int = 0, limit: int) -> Sequence[Recall]:
    """Recalls in the order they were proposed."""
    return session.scalars(
        select(Recall).where(Recall.id > after).order_by(Recall.id).limit(limit)
    ).all()


def trail_of(session: Session, recall_id: int) -> Trail:
    """What became of a recall. Raises MissingError."""
    recall = session.scalars(select(Recall).where(Recall.id == recall_id)).one_or_none()
    if recall is None:
        raise MissingError(f"There is no recall {recall_id}; list them.")
    approval = None
    if recall.state == RecallState.IN_FORCE:
        approval = recall.new_entry.approval
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.entry_id == recall.new_entry_id)
        .order_by(Delivery.id)
    ).all()
    queues = set(session.scalars(select(RobotQueue.name)))
    return Trail(
        recall=recall,
        approval=approval,
        told=[
            *(_delivered(row, queues) for row in rows if row.corrects is not None),
            *_sent(session, recall),
        ],
        waiting=[row.subscriber for row in rows if row.corrects is None],
    )


def as_json(trail: Trail) -> dict[str, Any]:
    """The trail as the API and the command tell it."""
    recall, approval = trail.recall, trail.approval
    return {
        "id": recall.id,
        "state": recall.state,
        "error": _error(recall.case),
        "refusal": _refusal(recall.refusal),
        "filing": recall.entry.filing_id,
        "receipt_number": recall.entry.filing.receipt_number,
        "n": recall.entry.n,
        "from_version": recall.entry.version,
        "to_version": recall.new_entry.version,
        "fields": trail.fields,
        "proposed_by": recall.proposed_by,
        "proposed_at": recall.proposed_at.isoformat(),
        "approved_by": approval.by if approval else None,
        "approved_at": approval.at.isoformat() if approval else None,
        "manifest_sha256": approval.manifest_sha256 if approval else None,
        "told": [
            {
                "name": one.name,
                "kind": one.kind,
                "had": one.had,
                "state": one.state,
                "at": one.at.isoformat(),
                "acknowledged": one.is_acknowledged,
            }
            for one in trail.told
        ],
        "waiting": list(trail.waiting),
        "acknowledged": trail.is_acknowledged,
    }


def _delivered(row: Delivery, queues: set[str]) -> Told:
    is_queue = row.subscriber in queues
    # A robot that says `committing` has not registered it yet; a program that says
    # `taken` has it.
    done = DeliveryState.REGISTERED if is_queue else DeliveryState.TAKEN
    return Told(
        name=row.subscriber,
        kind="queue" if is_queue else "record",
        had=row.corrects.state if row.corrects else "",
        state=row.state,
        at=row.changed_at,
        is_acknowledged=row.state in (done, DeliveryState.REGISTERED),
    )


def _sent(session: Session, recall: Recall) -> list[Told]:
    """Receivers of events that are told of it."""
    rows = session.execute(
        select(Subscription.name, EventMessage, AuditEvent.at)
        .join(EventMessage, EventMessage.subscription_id == Subscription.id)
        .join(AuditEvent, AuditEvent.id == EventMessage.event_id)
        .where(
            AuditEvent.act == CORRECTED,
            AuditEvent.subject_kind == "entry",
            AuditEvent.subject_id == str(recall.entry_id),
        )
        .order_by(Subscription.name)
    )
    return [
        Told(
            name=name,
            kind="events",
            had="",
            state=message.state,
            at=message.acknowledged_at or at,
            is_acknowledged=message.state == MessageState.ACKNOWLEDGED,
        )
        for name, message, at in rows
    ]


def _error(case: ErrorCase | None) -> dict[str, Any] | None:
    if case is None:
        return None
    return {
        "id": case.id,
        "kind": case.kind,
        "found_on": case.found_on.isoformat(),
        "recorded_by": case.recorded_by,
        "closed_on": _day(case.closed_on),
    }


def _refusal(refusal: HostRefusal | None) -> dict[str, Any] | None:
    if refusal is None:
        return None
    return {
        "id": refusal.id,
        "by": refusal.by,
        "at": refusal.at.isoformat(),
        "code": refusal.code,
        "subscriber": refusal.delivery.subscriber,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
