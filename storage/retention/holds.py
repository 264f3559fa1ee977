"""Holds: why nothing may be destroyed although its time has come.

The row counts: triggers refuse every destruction under one. The store is told as well,
after the commit and again until it knows, so that it refuses on its own.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, or_, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, MissingError, WrongCallError
from storage import audit
from storage.columns import Table
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.tables import (
    Arrival,
    Filing,
    HeldOriginal,
    Hold,
    HoldKind,
    Job,
    Original,
    Page,
    RecordFile,
)

_CHUNK = 500


def hold_file(
    session: Session,
    file: RecordFile,
    *,
    kind: HoldKind,
    reason: str,
    by: str,
    now: datetime,
) -> Hold:
    """Hold everything in a file, and what comes into it later."""
    demand_words(reason)
    hold = Hold(
        site=file.site,
        kind=kind,
        reason=reason,
        record_file_id=file.id,
        set_by=by,
        set_at=now,
    )
    session.add(hold)
    session.flush()
    _record(session, hold, "hold.set", by=by, now=now, file=file.id)
    return hold


def hold_filing(
    session: Session,
    filing: Filing,
    *,
    kind: HoldKind,
    reason: str,
    by: str,
    now: datetime,
) -> Hold:
    """Hold the originals that the pages of one filing are on."""
    demand_words(reason)
    ids = originals_of(session, filing)
    if not ids:
        raise ConflictError("This filing has no pages any more; hold another.")
    hold = Hold(site=filing.site, kind=kind, reason=reason, set_by=by, set_at=now)
    hold.originals = [HeldOriginal(original_id=one) for one in ids]
    session.add(hold)
    session.flush()
    _record(
        session, hold, "hold.set", by=by, now=now, filing=filing.id, originals=len(ids)
    )
    return hold


def lift(session: Session, hold_id: int, *, why: str, by: str, now: datetime) -> Hold:
    """Raises ConflictError where it was lifted already."""
    demand_words(why)
    hold = session.scalars(
        select(Hold).where(Hold.id == hold_id).with_for_update()
    ).one_or_none()
    if hold is None:
        raise MissingError(f"There is no hold {hold_id}.")
    if hold.lifted_at is not None:
        raise ConflictError("This hold was lifted already.")
    hold.lifted_at, hold.lifted_by, hold.lifted_why = now, by, why
    session.flush()
    _record(session, hold, "hold.lifted", by=by, now=now)
    return hold


def is_held(original: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether a hold is on the original, by itself or by its file."""
    # Of tables under names of their own, not of classes: the query around may be about
    # the same rows, and a hold of another site counts for whoever does not see it.
    tables = Table.metadata.tables
    held, filed = tables["held_original"].alias(), tables["filed_original"].alias()
    of_one, of_file = tables["hold"].alias(), tables["hold"].alias()
    by_itself = (
        select(held.c.hold_id)
        .join(of_one, of_one.c.id == held.c.hold_id)
        .where(held.c.original_id == original, of_one.c.lifted_at.is_(None))
    )
    by_file = (
        select(filed.c.original_id)
        .join(of_file, of_file.c.record_file_id == filed.c.record_file_id)
        .where(filed.c.original_id == original, of_file.c.lifted_at.is_(None))
    )
    return or_(exists(by_itself), exists(by_file))


def tell_store(database: Database, store: ObjectStore) -> int:
    """Set and lift in the store what the rows say; return how many it was told.

    Raises:
        StoreError: the store cannot be told now; whoever comes next goes on.
    """
    told = 0
    for on in (True, False):
        while changed := _untold(database, on=on):
            for original in changed:
                # What is missing is verification's to report: it stops no other hold.
                with suppress(MissingError):
                    store.hold(
                        original.store_key, version=original.store_version, on=on
                    )
                with database.begin() as session:
                    session.get_one(Original, original.id).store_hold = on
                told += 1
    return told


def active_holds(session: Session) -> Sequence[Hold]:
    return session.scalars(
        select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.id)
    ).all()


def originals_of(session: Session, filing: Filing) -> Sequence[int]:
    """The originals that the filing's pages are on."""
    return session.scalars(
        select(Arrival.original_id)
        .join(Page, Page.arrival_id == Arrival.id)
        .join(Job, Job.id == Arrival.job_id)
        .where(Page.filing_id == filing.id)
        .distinct()
        .order_by(Arrival.original_id)
    ).all()


def demand_words(words: str) -> None:
    """A hold, its end and a destruction say why. Raises WrongCallError."""
    if not words.strip():
        raise WrongCallError("Say why, without names of people it concerns.")


def _untold(database: Database, *, on: bool) -> Sequence[Original]:
    held = is_held(Original.id)
    with database.look() as session:
        return session.scalars(
            select(Original)
            .where(Original.store_hold.is_(not on), held if on else ~held)
            .order_by(Original.id)
            .limit(_CHUNK)
        ).all()


def _record(
    session: Session, hold: Hold, act: str, *, by: str, now: datetime, **body: int
) -> None:
    audit.record(
        session,
        actor=by,
        act=act,
        subject_kind="hold",
        subject_id=hold.id,
        now=now,
        body={"kind": hold.kind, **body},
    )
