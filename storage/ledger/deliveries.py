"""Approved entries held against what was put out for each who gets them."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.ledger.report import Difference
from storage.ledger.span import Span
from storage.tables import (
    Arrival,
    Delivery,
    DeliveryState,
    Entry,
    EntryState,
    Filing,
    Job,
)

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])


def unsent(
    session: Session, span: Span, subscribers: Sequence[str]
) -> Iterator[Difference]:
    """Approved entries that were not put out, and entries put out unapproved."""
    for name in subscribers:
        put_out = select(Delivery.id).where(
            Delivery.entry_id == Entry.id, Delivery.subscriber == name
        )
        missing = (
            _joined(select(Entry.id), span)
            .where(Entry.state == EntryState.APPROVED, ~put_out.exists())
            .order_by(Entry.id)
        )
        for entry in session.scalars(missing):
            yield Difference("not_put_out", "entry", entry, name, "")
    early = (
        _joined(select(Entry.id, Entry.state, Delivery.subscriber), span)
        .join(Delivery, Delivery.entry_id == Entry.id)
        .where(Entry.state != EntryState.APPROVED)
        .order_by(Entry.id)
    )
    for entry, state, name in session.execute(early):
        found = f"{state} {name}"
        yield Difference("put_out", "entry", entry, EntryState.APPROVED, found)


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
        .where(*span.of_jobs())
    )
