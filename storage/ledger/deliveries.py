"""Approved entries held against what was put out for each who gets them."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Exists, Select, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.ledger.report import Difference
from storage.ledger.span import Span
from storage.tables import (
    Approval,
    Arrival,
    Delivery,
    DeliveryState,
    Entry,
    EntryState,
    ExportDestination,
    Filing,
    Job,
    QueueStep,
    Recall,
    RecallState,
    RobotQueue,
)

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])


def unsent(
    session: Session, span: Span, subscribers: Sequence[str]
) -> Iterator[Difference]:
    """Approved entries that were not put out, and entries put out unapproved."""
    for name, wanted in _wanting(session, subscribers):
        put_out = select(Delivery.id).where(
            Delivery.entry_id == Entry.id, Delivery.subscriber == name
        )
        missing = (
            _joined(select(Entry.id), span)
            .where(Entry.state == EntryState.APPROVED, wanted, ~put_out.exists())
            .order_by(Entry.id)
        )
        for entry in session.scalars(missing):
            yield Difference("not_put_out", "entry", entry, name, "")
    yield from _unrecalled(session, span)
    early = (
        _joined(select(Entry.id, Entry.state, Delivery.subscriber), span)
        .join(Delivery, Delivery.entry_id == Entry.id)
        .where(Entry.state != EntryState.APPROVED, ~_was_recalled(Entry.id))
        .order_by(Entry.id)
    )
    for entry, state, name in session.execute(early):
        found = f"{state} {name}"
        yield Difference("put_out", "entry", entry, EntryState.APPROVED, found)


def due_out(session: Session, span: Span, subscribers: Sequence[str]) -> int:
    """How many deliveries there must be: approved entries by whoever gets each."""
    counts = (
        session.scalar(
            _joined(select(func.count()), span).where(
                Entry.state == EntryState.APPROVED, wanted
            )
        )
        for _, wanted in _wanting(session, subscribers)
    )
    recalled = (len(one.receivers or ()) for one in _recalls(session, span))
    return sum(count or 0 for count in counts) + sum(recalled)


def recalled(session: Session, span: Span) -> dict[str, int]:
    """Deliveries of corrections to whoever had the version before, by their state."""
    query = (
        _joined(select(Delivery.state, func.count()), span)
        .join(Delivery, Delivery.entry_id == Entry.id)
        .where(Delivery.corrects_id.is_not(None), ~_was_recalled(Entry.id))
        .group_by(Delivery.state)
    )
    return {state: count for state, count in session.execute(query)}


def _unrecalled(session: Session, span: Span) -> Iterator[Difference]:
    """Those who were to get a correction and were not told."""
    for one in _recalls(session, span):
        put_out = select(Delivery.subscriber).where(
            Delivery.entry_id == one.new_entry_id
        )
        for name in sorted(set(one.receivers or ()) - set(session.scalars(put_out))):
            yield Difference("not_recalled", "entry", one.new_entry_id, name, "")


def _recalls(session: Session, span: Span) -> Sequence[Recall]:
    """The recalls whose version is in force."""
    query = _joined(select(Recall), span).join(Recall, Recall.new_entry_id == Entry.id)
    return session.scalars(
        query.where(Entry.state == EntryState.APPROVED).order_by(Recall.id)
    ).all()


def _was_recalled(entry: ColumnElement[int] | InstrumentedAttribute[int]) -> Exists:
    """Whether a later version took its place."""
    recall = Recall.__table__.alias()
    return (
        select(recall.c.id)
        .where(recall.c.entry_id == entry, recall.c.state == RecallState.IN_FORCE)
        .exists()
    )


def _is_correction() -> Exists:
    """Whether it goes to whoever had the version before, and not to everybody."""
    return select(Recall.id).where(Recall.new_entry_id == Entry.id).exists()


def _wanting(
    session: Session, subscribers: Sequence[str]
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Everybody who gets approved entries, and which of them."""
    for name in subscribers:
        yield name, ~_is_correction()
    # Robots of the other step get nothing: they are asked about what is in review.
    registering = RobotQueue.step == QueueStep.REGISTER
    for queue in session.scalars(
        select(RobotQueue).where(registering).order_by(RobotQueue.id)
    ):
        yield queue.name, _fitting(queue)
    by_id = select(ExportDestination).order_by(ExportDestination.id)
    for destination in session.scalars(by_id):
        yield destination.subscriber, _fitting(destination)


def _fitting(whose: RobotQueue | ExportDestination) -> ColumnElement[bool]:
    """The entries approved while it was open, of its form and site."""
    until = true() if whose.closed_at is None else Approval.at < whose.closed_at
    signed = (
        select(Approval.id)
        .where(Approval.id == Entry.approval_id)
        .where(Approval.at >= whose.since, until)
        .exists()
    )
    of_form = true() if whose.form is None else Filing.form == whose.form
    of_site = true() if whose.of_site is None else Filing.site == whose.of_site
    return and_(signed, of_form, of_site, ~_is_correction(), _is_due(whose))


def _is_due(whose: RobotQueue | ExportDestination) -> ColumnElement[bool]:
    """What was approved before it was made is due once its part of it was put out."""
    if whose.backlog_after is None:
        return true()
    was_put_out = (
        select(Delivery.id)
        .where(Delivery.entry_id == Entry.id, Delivery.subscriber == whose.subscriber)
        .exists()
    )
    since = (
        select(Approval.id)
        .where(Approval.id == Entry.approval_id, Approval.at >= whose.made_at)
        .exists()
    )
    return or_(was_put_out, since)


def delivered(session: Session, span: Span) -> dict[str, int]:
    """Deliveries of approved entries by what became of them."""
    query = (
        _joined(select(Delivery.state, func.count()), span)
        .join(Delivery, Delivery.entry_id == Entry.id)
        .where(Entry.state == EntryState.APPROVED)
        .group_by(Delivery.state)
    )
    found = {state: count for state, count in session.execute(query)}
    return {state.value: found.get(state, 0) for state in DeliveryState}


def entries_by_state(session: Session, span: Span) -> dict[str, int]:
    query = _joined(select(Entry.state, func.count()), span).group_by(Entry.state)
    return {state: count for state, count in session.execute(query)}


def _joined(query: _Query, span: Span) -> _Query:
    """The query of entries, joined to the jobs of the span."""
    return (
        query.select_from(Entry)
        .join(Filing, Filing.id == Entry.filing_id)
        .join(Arrival, Arrival.id == Filing.arrival_id)
        .join(Job, Job.id == Arrival.job_id)
        .where(*span.of_arrivals())
    )
