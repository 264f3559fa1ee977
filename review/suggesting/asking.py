"""Which fields of an entry in review a queue of robots is asked about."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.flat_names import flat_name
from kamizero.model import FieldState
from review.doubt import fields_of, is_settled
from storage import work
from storage.tables import (
    HEAD,
    NEVER_DUE,
    AuthorKind,
    Clock,
    Entry,
    EntryState,
    Field,
    Filing,
    Mode,
    QueueStep,
    RobotQueue,
)


def kind_of(queue: RobotQueue) -> str:
    """What rows of work for the queue are called; the database knows the name too."""
    return f"{QueueStep.SUGGEST}.{queue.id}"


def ask(session: Session, entry: Entry, *, now: datetime) -> None:
    """Let every open queue know of the entry that may say something about it."""
    site = entry.filing.site
    for queue in _open_queues(session, entry.filing.form):
        if queue.of_site in (None, site):
            _put(session, queue, entry, now=now)


def ask_about_all(session: Session, queue: RobotQueue, *, now: datetime) -> None:
    """Ask a new queue about what is in review already."""
    query = (
        select(Entry)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(Entry.state == EntryState.IN_REVIEW, Filing.form == queue.form)
        .order_by(Entry.id)
    )
    if queue.of_site is not None:
        query = query.where(Filing.site == queue.of_site)
    for entry in session.scalars(query).all():
        _put(session, queue, entry, now=now)


def asked_fields(session: Session, queue: RobotQueue, entry: Entry) -> dict[str, Field]:
    """By flat name the fields of the entry that its robots may say something about."""
    writes = queue.writes or ()
    return {
        flat_name(field.name): field
        for field in fields_of(session, entry)
        if flat_name(field.name) in writes and _is_open(entry, field)
    }


def asked_anywhere(session: Session, form: str) -> frozenset[str]:
    """The flat names that any open queue may ask about in such a form."""
    queues = _open_queues(session, form)
    return frozenset(name for queue in queues for name in queue.writes or ())


def _open_queues(session: Session, form: str) -> Sequence[RobotQueue]:
    return session.scalars(
        select(RobotQueue).where(
            RobotQueue.step == QueueStep.SUGGEST,
            RobotQueue.closed_at.is_(None),
            RobotQueue.form == form,
        )
    ).all()


def _is_open(entry: Entry, field: Field) -> bool:
    """Doubtful or empty, nobody has said anything, and nobody keys it blind."""
    version = field.as_written
    if (
        version is None
        or field.sensitive
        or field.mode != Mode.OCR
        or field.as_decided_id is not None
        or field.suggested_id is not None
        or version.author_kind != AuthorKind.ENGINE
    ):
        return False
    if field.entry_n == HEAD and _has_gone_on(entry.filing.entries):
        return False
    return not is_settled(field) or version.state == FieldState.BLANK


def _has_gone_on(entries: Sequence[Entry]) -> bool:
    """What stands ready or approved with the head of a form is not opened again."""
    return any(one.state in (EntryState.READY, EntryState.APPROVED) for one in entries)


def _put(session: Session, queue: RobotQueue, entry: Entry, *, now: datetime) -> None:
    asked = asked_fields(session, queue, entry)
    if not asked:
        return
    clock = session.get(Clock, entry.id)
    work.put(
        session,
        kind=kind_of(queue),
        subject=entry.id,
        site=entry.filing.site,
        form=entry.filing.form,
        deadline=(clock.due_on if clock else None) or NEVER_DUE,
        doubt=len(asked),
        now=now,
    )
