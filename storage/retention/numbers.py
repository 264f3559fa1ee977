"""My Numbers in the record go by themselves when their own time is over.

The image keeps its number, covered in every view, until the original goes; a hold on
the original keeps the number in the record too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from kamizero.model import FieldState
from kamizero.tokyo import business_date
from storage import audit
from storage.database import Database
from storage.retention.holds import is_held
from storage.tables import (
    Arrival,
    Field,
    FieldValue,
    FieldVersion,
    FiledOriginal,
    Original,
    Page,
    RecordFile,
)

MACHINE = "retention"
ERASED = "original.numbers_erased"

# Every form calls its My Numbers so, and nothing else; a test of the forms holds it.
# What stands elsewhere, in remarks, is marked as it is written.
_NAMES = "%my_number"
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class NumbersOver:
    """A file whose My Numbers nobody may keep any more, though they are there.

    Attributes:
        values: originals whose numbers are still in the record.
        images: originals that still show theirs, covered in every view.
    """

    file: RecordFile
    values: int
    images: int


def erase_over(database: Database, *, now: datetime) -> int:
    """Erase the numbers whose time is over; return of how many originals.

    May be stopped at any moment and run by several at once: the next round goes on.
    """
    done = 0
    while ids := _due(database, now=now):
        for original_id in ids:
            with database.begin() as session:
                done += _erase(session, original_id, now=now)
    return done


def numbers_over(session: Session, *, today: date) -> Sequence[NumbersOver]:
    """Files with numbers whose time is over, those first that are over longest."""
    files = session.scalars(
        select(RecordFile)
        .where(RecordFile.my_number_ends_on < today, RecordFile.destroyed_at.is_(None))
        .order_by(RecordFile.my_number_ends_on, RecordFile.id)
    )
    found = (
        NumbersOver(
            file,
            values=_count(session, file, exists(_values())),
            images=_count(session, file, exists(_fields())),
        )
        for file in files
    )
    return [one for one in found if one.images]


def _due(database: Database, *, now: datetime) -> Sequence[int]:
    # By both clocks: one that was set forward would erase what may be kept.
    with database.look() as session:
        return session.scalars(
            select(Original.id)
            .join(FiledOriginal, FiledOriginal.original_id == Original.id)
            .join(RecordFile, RecordFile.id == FiledOriginal.record_file_id)
            .where(
                RecordFile.my_number_ends_on < business_date(now),
                RecordFile.my_number_ends_on < func.current_date(),
                ~is_held(Original.id),
                exists(_values()),
            )
            .order_by(Original.id)
            .limit(_CHUNK)
        ).all()


def _erase(session: Session, original_id: int, *, now: datetime) -> bool:
    original = session.scalars(
        select(Original)
        .where(Original.id == original_id, ~is_held(Original.id))
        .with_for_update()
    ).one_or_none()
    if original is None:
        return False
    gone = session.execute(
        delete(FieldValue)
        .where(FieldValue.version_id.in_(_versions(original.id)))
        .returning(FieldValue.version_id)
    ).all()
    if gone:
        audit.record(
            session,
            actor=MACHINE,
            act=ERASED,
            subject_kind="original",
            subject_id=original.sha256,
            now=now,
            body={"values": len(gone)},
        )
    return bool(gone)


def _count(session: Session, file: RecordFile, is_so: ColumnElement[bool]) -> int:
    return session.scalars(
        select(func.count(Original.id))
        .join(FiledOriginal, FiledOriginal.original_id == Original.id)
        .where(FiledOriginal.record_file_id == file.id, is_so)
    ).one()


def _fields() -> Select[int]:
    """Fields of the original of the query around it in which a number was read."""
    return (
        _my_numbers()
        .join(FieldVersion, FieldVersion.field_id == Field.id)
        .where(
            Arrival.original_id == Original.id, FieldVersion.state == FieldState.READ
        )
    )


def _values() -> Select[int]:
    return (
        _my_numbers()
        .join(FieldVersion, FieldVersion.field_id == Field.id)
        .join(FieldValue, FieldValue.version_id == FieldVersion.id)
        .where(Arrival.original_id == Original.id)
    )


def _versions(original_id: int) -> Select[int]:
    return (
        _my_numbers()
        .with_only_columns(FieldVersion.id)
        .join(FieldVersion, FieldVersion.field_id == Field.id)
        .where(Arrival.original_id == original_id)
    )


def _my_numbers() -> Select[int]:
    return (
        select(Field.id)
        .join(Page, Page.id == Field.page_id)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(or_(Field.name.like(_NAMES), Field.misplaced_number))
    )
