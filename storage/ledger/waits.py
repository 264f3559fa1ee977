"""What waits for work that nobody will ever do: no row of it is there."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.ledger.report import Difference
from storage.ledger.span import Span
from storage.tables import (
    Arrival,
    Bundle,
    Delivery,
    DeliveryState,
    Entry,
    EntryState,
    Field,
    Filing,
    FilingStep,
    Job,
    RobotQueue,
    Work,
    WorkState,
)

# Written out, so that the partial index of open work serves it.
_OPEN: ColumnElement[str] = literal_column("'open'")


def stranded(session: Session, span: Span) -> Iterator[Difference]:
    """Bundles to be sorted, filings to be read and entries to be reviewed."""
    unsorted = (
        select(Bundle.id)
        .join(Job, Job.id == Bundle.job_id)
        .where(*span.of_jobs(), Bundle.sorting, ~_asked("sort", Bundle.id))
        .order_by(Bundle.id)
    )
    for subject in session.scalars(unsorted):
        yield Difference("stranded", "bundle", subject, "sort", "")
    for step, work in ((FilingStep.READING, "read"), (FilingStep.CHECKING, "check")):
        unread = (
            select(Filing.id)
            .join(Arrival, Arrival.id == Filing.arrival_id)
            .join(Job, Job.id == Arrival.job_id)
            .where(*span.of_arrivals(), Filing.dissolved_at.is_(None))
            .where(Filing.step == step, ~_asked(work, Filing.id))
            .order_by(Filing.id)
        )
        for subject in session.scalars(unread):
            yield Difference("stranded", "filing", subject, work, "")
    keying = select(Field.id).where(
        Field.filing_id == Entry.filing_id, _asked("keying", Field.id)
    )
    entries = (
        select(Entry.id)
        .join(Filing, Filing.id == Entry.filing_id)
        .join(Arrival, Arrival.id == Filing.arrival_id)
        .join(Job, Job.id == Arrival.job_id)
        .where(*span.of_arrivals(), Filing.dissolved_at.is_(None))
        .where(Entry.state == EntryState.IN_REVIEW)
        .where(~or_(_asked("review", Entry.id), keying.exists()))
        .order_by(Entry.id)
    )
    for subject in session.scalars(entries):
        yield Difference("stranded", "entry", subject, "review", "")
    yield from _unhanded(session, span)


def _unhanded(session: Session, span: Span) -> Iterator[Difference]:
    """Entries that wait for a robot, and no row of work hands them to one."""
    for queue in session.scalars(select(RobotQueue).order_by(RobotQueue.id)):
        registering = (f"robot.{queue.id}", f"robot.{queue.id}.correct")
        for state, kinds in (
            (DeliveryState.PENDING, registering),
            (DeliveryState.IN_DOUBT, (f"doubt.{queue.id}",)),
        ):
            # What was given up is nobody's work and stands on the page of robots.
            handed = select(Work.id).where(
                Work.kind.in_(kinds),
                Work.subject == Delivery.id,
                Work.state != WorkState.DONE,
            )
            waiting = (
                select(Entry.id)
                .join(Delivery, Delivery.entry_id == Entry.id)
                .join(Filing, Filing.id == Entry.filing_id)
                .join(Arrival, Arrival.id == Filing.arrival_id)
                .join(Job, Job.id == Arrival.job_id)
                .where(*span.of_arrivals(), Delivery.subscriber == queue.name)
                .where(Delivery.state == state, ~handed.exists())
                .order_by(Entry.id)
            )
            for subject in session.scalars(waiting):
                yield Difference("stranded", "entry", subject, queue.name, "")


def _asked(kind: str, subject: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """A row of work about it is open."""
    return (
        select(Work.id)
        .where(Work.kind == kind, Work.subject == subject)
        .where(Work.state == _OPEN)
        .exists()
    )
