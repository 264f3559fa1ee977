"""Sealed events held against what receivers were told, until each acknowledged."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.ledger.report import Difference
from storage.recalls import APPROVED, CORRECTED
from storage.tables import (
    AuditEvent,
    AuditSeal,
    EventMessage,
    MessageState,
    Subscription,
    SubscriptionState,
)

_PREFIX = "kamizero."


def due_told(session: Session) -> int:
    """How many messages there must be by now."""
    return sum(
        session.scalar(_wanted(row, select(func.count()))) or 0
        for row in _receivers(session)
    )


def told(session: Session) -> dict[str, int]:
    """Messages by what became of them; those of who has ended are no matter."""
    ids = [row.id for row in _receivers(session)]
    rows = session.execute(
        select(EventMessage.state, func.count())
        .join(Subscription)
        .where(Subscription.id.in_(ids), EventMessage.seq <= Subscription.position)
        .group_by(EventMessage.state)
    )
    found = {state: count for state, count in rows}
    return {state.value: found.get(state, 0) for state in MessageState}


def untold(session: Session) -> Iterator[Difference]:
    """Events that a receiver should have been queued for, and was not."""
    for row in _receivers(session):
        queued = select(EventMessage.id).where(
            EventMessage.subscription_id == row.id, EventMessage.seq == AuditSeal.seq
        )
        missing = _wanted(row, select(AuditEvent.id)).where(~queued.exists())
        for event in session.scalars(missing.order_by(AuditEvent.id)):
            yield Difference("untold", "event", event, row.name, "")


def _receivers(session: Session) -> Iterator[Subscription]:
    """Those of one site are told by where a filing is, which no event says."""
    yield from session.scalars(
        select(Subscription)
        .where(Subscription.state != SubscriptionState.ENDED)
        .where(Subscription.of_site.is_(None))
        .order_by(Subscription.id)
    )


def _wanted(row: Subscription, query: Select[int]) -> Select[int]:
    # A correction is told to whoever was told of what it corrects, asked for or not.
    approval = aliased(AuditEvent)
    told = (
        select(EventMessage.id)
        .join(approval, approval.id == EventMessage.event_id)
        .where(
            EventMessage.subscription_id == row.id,
            approval.act == APPROVED,
            approval.subject_kind == AuditEvent.subject_kind,
            approval.subject_id == AuditEvent.subject_id,
        )
    )
    return (
        query.select_from(AuditSeal)
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.seq > row.since, AuditSeal.seq <= row.position)
        .where(
            or_(
                and_(AuditEvent.act == CORRECTED, told.exists()),
                *(_is_of(one.removeprefix(_PREFIX)) for one in row.types),
            )
        )
    )


def _is_of(name: str) -> ColumnElement[bool]:
    if name.endswith("*"):
        return AuditEvent.act.startswith(name[:-1], autoescape=True)
    return AuditEvent.act == name
