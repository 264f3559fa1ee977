"""The register of record files (法人文書ファイル管理簿), and what wants attention."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from kamizero.tokyo import business_date
from storage.retention.holds import is_held
from storage.retention.numbers import NumbersOver, numbers_over
from storage.retention.record_files import EXTENDED
from storage.tables import (
    Arrival,
    AuditEvent,
    Destruction,
    DestructionState,
    DoomedOriginal,
    FiledOriginal,
    Hold,
    Job,
    Original,
    RecordFile,
)

# Shown one by one; nobody works a longer list off from a page.
MOST_UNCLASSIFIED = 50


class FileState(StrEnum):
    """Where a file stands in its life; of several, the first that holds."""

    DESTROYED = "destroyed"
    HELD = "held"
    APPROVED = "approved"
    PROPOSED = "proposed"
    OVER = "over"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Line:
    """One file as the register shows it."""

    file: RecordFile
    originals: int
    media: tuple[str, ...]
    state: FileState


@dataclass(frozen=True, slots=True)
class Unclassified:
    """An original that is in no file yet: somebody must sort or decide it."""

    sha256: str
    job: int
    received_on: date
    retain_until: datetime


@dataclass(frozen=True, slots=True)
class Attention:
    """What somebody should look at.

    Attributes:
        unfiled: originals that are worked on, or that nobody put into a file.
        unclassified: originals whose short lock was renewed because nothing says which
            file they belong to, the oldest first; at most `MOST_UNCLASSIFIED`.
        over: files whose time is over, that nothing holds and nobody proposed: they
            outlive the right to keep them.
        numbers: files that outlive the right to keep the My Numbers in them.
    """

    unfiled: int
    files: int
    held: int
    unclassified: tuple[Unclassified, ...]
    over: tuple[Line, ...]
    numbers: tuple[NumbersOver, ...]


def lines(
    session: Session, *, now: datetime, year: int | None = None
) -> Sequence[Line]:
    """Every file, those that end first above."""
    query = select(RecordFile).order_by(RecordFile.ends_on, RecordFile.id)
    if year is not None:
        query = query.where(RecordFile.fiscal_year == year)
    files = session.scalars(query).all()
    return [line_of(session, file, now=now) for file in files]


def line_of(session: Session, file: RecordFile, *, now: datetime) -> Line:
    counted = session.execute(
        select(Original.legal_medium, func.count())
        .join(FiledOriginal, FiledOriginal.original_id == Original.id)
        .where(FiledOriginal.record_file_id == file.id)
        .group_by(Original.legal_medium)
        .order_by(Original.legal_medium)
    ).all()
    return Line(
        file=file,
        originals=sum(count for _, count in counted),
        media=tuple(medium for medium, _ in counted),
        state=_state(session, file, today=business_date(now)),
    )


def attention(session: Session, *, now: datetime) -> Attention:
    filed = select(FiledOriginal).where(FiledOriginal.original_id == Original.id)
    gone = select(DoomedOriginal).where(
        DoomedOriginal.original_id == Original.id,
        DoomedOriginal.destroyed_at.is_not(None),
    )

    def count(*conditions: object) -> int:
        query = select(func.count(Original.id)).where(*conditions)  # type: ignore[arg-type]
        return session.scalar(query) or 0

    found = lines(session, now=now)
    return Attention(
        unfiled=count(~exists(filed), ~exists(gone)),
        files=len(found),
        held=count(is_held(Original.id)),
        unclassified=_unclassified(session),
        over=tuple(line for line in found if line.state is FileState.OVER),
        numbers=tuple(numbers_over(session, today=business_date(now))),
    )


def count_unclassified(session: Session) -> int:
    """How many originals are locked for a short time again and again."""
    return session.scalar(select(func.count(Original.id)).where(*_in_no_file())) or 0


def _unclassified(session: Session) -> tuple[Unclassified, ...]:
    rows = session.execute(
        select(Original, func.min(Job.id), func.min(Job.received_on))
        .join(Arrival, Arrival.original_id == Original.id)
        .join(Job, Job.id == Arrival.job_id)
        .where(*_in_no_file())
        .group_by(Original.id)
        .order_by(Original.id)
        .limit(MOST_UNCLASSIFIED)
    )
    return tuple(
        Unclassified(one.sha256, job, received_on, one.retain_until)
        for one, job, received_on in rows
    )


def _in_no_file() -> tuple[ColumnElement[bool], ...]:
    filed = select(FiledOriginal).where(FiledOriginal.original_id == Original.id)
    doomed = select(DoomedOriginal).where(
        DoomedOriginal.original_id == Original.id, DoomedOriginal.void.is_(False)
    )
    renewed = select(AuditEvent.id).where(
        AuditEvent.subject_kind == "original",
        AuditEvent.subject_id == Original.sha256,
        AuditEvent.act == EXTENDED,
    )
    return ~exists(filed), ~exists(doomed), exists(renewed)


def _state(session: Session, file: RecordFile, *, today: date) -> FileState:
    if file.destroyed_at is not None:
        return FileState.DESTROYED
    if _is_held(session, file):
        return FileState.HELD
    proposed = session.scalar(
        select(Destruction.state).where(
            Destruction.record_file_id == file.id,
            Destruction.state != DestructionState.WITHDRAWN,
        )
    )
    if proposed is not None:
        return FileState(proposed)
    return FileState.OVER if file.ends_on < today else FileState.KEPT


def _is_held(session: Session, file: RecordFile) -> bool:
    by_file = select(Hold.id).where(
        Hold.record_file_id == file.id, Hold.lifted_at.is_(None)
    )
    if session.scalar(by_file.limit(1)) is not None:
        return True
    one = select(FiledOriginal.original_id).where(
        FiledOriginal.record_file_id == file.id, is_held(FiledOriginal.original_id)
    )
    return session.scalar(one.limit(1)) is not None
