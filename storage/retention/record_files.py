"""Record files (法人文書ファイル): where an original belongs, and until when it stays.

At intake an original is locked for a short time, and again as long as it is worked on.
Once everything on it is decided it goes into its file and is locked until the file
ends; the store is told first, so that a row never claims a lock that is not there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from forms.grammar.eras import ERAS
from kamizero.errors import ConflictError, MissingError
from kamizero.model import PageKind, Standing
from kamizero.tokyo import TOKYO, business_date
from storage import audit
from storage.database import Database
from storage.insertion import insert_once
from storage.interfaces import ObjectStore
from storage.originals import UNTIL
from storage.retention.holds import tell_store
from storage.retention.numbers import erase_over
from storage.retention.schedule import RecordClass, Schedule, Starts, fiscal_year
from storage.tables import (
    Approval,
    Arrival,
    DoomedOriginal,
    Entry,
    EntryState,
    FiledOriginal,
    Filing,
    FilingStep,
    Job,
    Original,
    Page,
    RecordFile,
)

log = structlog.get_logger()

MACHINE = "retention"
EXTENDED = "original.extended"

_CHUNK = 200
_OPEN = (EntryState.READ, EntryState.IN_REVIEW, EntryState.READY)
_UNSORTED = (PageKind.UNKNOWN, PageKind.FAILED)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one round did, in originals.

    Attributes:
        extended: whose lock was made longer.
        told: of whose hold the store was told.
        numbers: whose My Numbers went from the record.
    """

    filed: int
    extended: int
    told: int
    numbers: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an original belongs: the class, since when, and whose it is."""

    record_class: RecordClass
    schedule: date
    site: str
    event_on: date

    @property
    def ends_on(self) -> date:
        return self.record_class.last_day(self.event_on)


def keep_up(
    database: Database,
    store: ObjectStore,
    schedule: Schedule,
    *,
    short_lock: timedelta,
    now: datetime,
) -> Kept:
    """One round: file what is decided, renew locks, tell of holds, let numbers go.

    May be stopped at any moment and run by several at once: the next round goes on.
    """
    filed = sum(
        file_away(database, store, one, place, now=now)
        for one, place in _decided(database, schedule)
    )
    extended = sum(
        _extend(database, store, one, until=until, now=now)
        for one, until in _ending(database, short_lock=short_lock, now=now)
    )
    return Kept(
        filed=filed,
        extended=extended,
        told=tell_store(database, store),
        numbers=erase_over(database, now=now),
    )


def file_away(
    database: Database,
    store: ObjectStore,
    original: Original,
    place: Place,
    *,
    now: datetime,
    by: str = MACHINE,
) -> bool:
    """Put an original into its file and lock it until that ends.

    Raises:
        ConflictError: its destruction was proposed, or the file is gone.
    """
    with database.look() as session:
        if _is_doomed(session, original.id):
            raise ConflictError(
                "It is proposed that this original be destroyed. Withdraw the proposal "
                "first."
            )
    until = end_of(place.ends_on)
    if not _lock(store, original, until):
        return False
    with database.begin() as session:
        file = _file(session, place, now=now)
        if file.destroyed_at is not None:
            raise ConflictError(f"The file {file.name} was destroyed.")
        is_new = insert_once(
            session,
            FiledOriginal,
            original_id=original.id,
            record_file_id=file.id,
            filed_at=now,
        )
        if is_new:
            _keep_until(session, original.id, until)
            audit.record(
                session,
                actor=by,
                act="original.filed",
                subject_kind="original",
                subject_id=original.sha256,
                now=now,
                body={"file": file.id, UNTIL: until.isoformat()},
            )
    return is_new


def end_of(day: date) -> datetime:
    """The moment after which the day is over in the offices."""
    return datetime.combine(day + timedelta(days=1), time.min, TOKYO)


def year_in_era(year: int) -> str:
    """令和8年度, by the era its first of April lies in."""
    first = date(year, 4, 1)
    era = next(era for era in ERAS.values() if era.holds(first))
    count = year - era.base
    return f"{era.label}{count if count > 1 else '元'}年度"


def site_of(session: Session, original_id: int) -> str:
    """The site it came to first."""
    return session.scalars(
        select(Job.site)
        .join(Arrival, Arrival.job_id == Job.id)
        .where(Arrival.original_id == original_id)
        .order_by(Arrival.id)
        .limit(1)
    ).one()


def received_on(session: Session, original_id: int) -> date:
    """The day it was received first (受付日)."""
    return session.scalars(
        select(Job.received_on)
        .join(Arrival, Arrival.job_id == Job.id)
        .where(Arrival.original_id == original_id)
        .order_by(Arrival.id)
        .limit(1)
    ).one()


def _decided(
    database: Database, schedule: Schedule
) -> Iterator[tuple[Original, Place]]:
    """Every original outside a file on which nothing is left to decide."""
    last = 0
    while True:
        with database.look() as session:
            rows = session.scalars(
                _unfiled().where(Original.id > last, _is_decided()).limit(_CHUNK)
            ).all()
            found = [(row, _place(session, row, schedule)) for row in rows]
        if not found:
            return
        yield from found
        last = found[-1][0].id


def _unfiled() -> Select[Original]:
    filed = select(FiledOriginal).where(FiledOriginal.original_id == Original.id)
    return (
        select(Original).where(~exists(filed), ~exists(_doom())).order_by(Original.id)
    )


def _is_decided() -> ColumnElement[bool]:
    undecided = (
        _filings()
        .join(Entry, Entry.filing_id == Filing.id)
        .where(Entry.state.in_(_OPEN))
    )
    unsorted = (
        select(Page.id)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(
            Arrival.original_id == Original.id,
            Page.filing_id.is_(None),
            Page.standing == Standing.VALID,
            or_(Page.kind.is_(None), Page.kind.in_(_UNSORTED)),
        )
    )
    return and_(
        exists(_filings()),
        ~exists(_filings().where(Filing.step != FilingStep.DONE)),
        ~exists(undecided),
        ~exists(unsorted),
    )


def _filings() -> Select[int]:
    """The filings on the pages of an original of the query around it."""
    return (
        select(Filing.id)
        .join(Page, Page.filing_id == Filing.id)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(Arrival.original_id == Original.id, Filing.dissolved_at.is_(None))
    )


def _doom() -> Select[int]:
    """A proposal to destroy the original of the query around it."""
    return select(DoomedOriginal.original_id).where(
        DoomedOriginal.original_id == Original.id, DoomedOriginal.void.is_(False)
    )


def _is_doomed(session: Session, original_id: int) -> bool:
    doomed = select(Original.id).where(Original.id == original_id, exists(_doom()))
    return session.scalar(doomed) is not None


def _place(session: Session, original: Original, schedule: Schedule) -> Place:
    """The class that keeps the longest of all filings on it."""
    filings = session.scalars(
        select(Filing)
        .join(Page, Page.filing_id == Filing.id)
        .join(Arrival, Arrival.id == Page.arrival_id)
        .where(Arrival.original_id == original.id, Filing.dissolved_at.is_(None))
        .distinct()
        .order_by(Filing.id)
    ).all()
    places = [_place_of(session, filing, schedule) for filing in filings]
    return max(places, key=lambda place: place.ends_on)


def _place_of(session: Session, filing: Filing, schedule: Schedule) -> Place:
    found = schedule.of(filing.form, received_on=filing.received_on)
    event_on = filing.received_on
    if found.starts is Starts.DECISION:
        decided = session.scalar(
            select(func.max(Approval.at)).where(Approval.filing_id == filing.id)
        )
        event_on = max(event_on, business_date(decided)) if decided else event_on
    return Place(
        record_class=found,
        schedule=schedule.begins(filing.received_on),
        site=filing.site,
        event_on=event_on,
    )


def _file(session: Session, place: Place, *, now: datetime) -> RecordFile:
    """The file of a class and year, made with the first original that needs it."""
    found, year = place.record_class, fiscal_year(place.event_on)
    key = {
        "site": place.site,
        "class_code": found.code,
        "schedule": place.schedule,
        "fiscal_year": year,
    }
    insert_once(
        session,
        RecordFile,
        **key,
        name=f"{found.title}（{year_in_era(year)}）",
        years=found.years,
        starts_on=found.first_day(place.event_on),
        ends_on=place.ends_on,
        my_number_ends_on=found.my_number_last_day(place.event_on),
        measure=found.measure,
        approver=found.approver,
        paper_days=found.paper_days,
        image_dpi=found.image_dpi,
        image_depth=found.image_depth,
        created_at=now,
    )
    return session.scalars(select(RecordFile).filter_by(**key).with_for_update()).one()


def _ending(
    database: Database, *, short_lock: timedelta, now: datetime
) -> Iterator[tuple[Original, datetime]]:
    """Every original whose lock ends before it may, and until when it must last."""
    last = 0
    while True:
        with database.look() as session:
            open_ones = session.scalars(
                _unfiled()
                .where(Original.id > last, Original.retain_until < now + short_lock / 2)
                .limit(_CHUNK)
            ).all()
        if not open_ones:
            return
        for original in open_ones:
            yield original, now + short_lock
        last = open_ones[-1].id


def _extend(
    database: Database,
    store: ObjectStore,
    original: Original,
    *,
    until: datetime,
    now: datetime,
) -> bool:
    if not _lock(store, original, until):
        return False
    with database.begin() as session:
        _keep_until(session, original.id, until)
        audit.record(
            session,
            actor=MACHINE,
            act=EXTENDED,
            subject_kind="original",
            subject_id=original.sha256,
            now=now,
            body={UNTIL: until.isoformat()},
        )
    return True


def _lock(store: ObjectStore, original: Original, until: datetime) -> bool:
    """Tell the store; False where the bytes are gone, which verification reports."""
    try:
        kept = store.stat(original.store_key, version=original.store_version)
        if kept.retain_until < until:
            store.extend(
                original.store_key, version=original.store_version, retain_until=until
            )
    except MissingError:
        log.error("original_missing", original=original.id)
        return False
    return True


def _keep_until(session: Session, original_id: int, until: datetime) -> None:
    session.execute(
        update(Original)
        .where(Original.id == original_id, Original.retain_until < until)
        .values(retain_until=until)
    )
