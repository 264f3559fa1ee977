"""Files for receivers, from the worker's side: planned at their times, then laid."""

from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import select

from delivery.backlog import put_next_parts
from delivery.buckets import open_bucket
from delivery.exports.destinations import terms_of
from delivery.exports.drop import DONE, Drop, lay
from delivery.exports.expiry import (
    begin_expiry,
    due_files,
    finish_expiry,
    note_fetched,
)
from delivery.exports.folder import FolderDrop
from delivery.exports.layout import Laid
from delivery.exports.making import EXPORT, Contents, contents, plan
from delivery.exports.recipients import seal
from delivery.exports.sealing import note_sealing, sealings
from delivery.exports.terms import Terms
from kamizero.errors import KamizeroError
from storage.database import after_commit
from storage.tables import ExportDestination, ExportFile
from workers.rooms import Rooms

log = structlog.get_logger()


def plan_exports(rooms: Rooms) -> None:
    """Plan the files whose time has come, each in a transaction of its own."""
    now = rooms.clock()
    _put_backlogs(rooms, now=now)
    # What was approved before goes out first, all of it.
    due = select(ExportDestination.id).where(
        ExportDestination.next_at <= now, ExportDestination.backlog_after.is_(None)
    )
    with rooms.database.look() as session:
        found = session.scalars(due.order_by(ExportDestination.id)).all()
    for one in found:
        try:
            _plan_one(rooms, one, now=now)
        except KamizeroError as error:
            # One that cannot be planned holds up no other, nor whoever called.
            log.error("export_not_planned", destination=one, error=str(error))


def _put_backlogs(rooms: Rooms, *, now: datetime) -> None:
    """A part, also of queues, where whoever made one was lost half way.

    The rest in the next rounds: whoever calls has else to do.
    """
    try:
        put_next_parts(rooms.database, now=now)
    except KamizeroError as error:
        log.error("backlog_not_put", error=str(error))


def _plan_one(rooms: Rooms, destination_id: int, *, now: datetime) -> None:
    with rooms.database.begin() as session:
        destination = session.get_one(ExportDestination, destination_id)
        file = plan(session, rooms.vault, destination, now=now)
        if file is not None:
            log.info("export_planned", file=file.id, rows=file.rows)
            after_commit(session, partial(rooms.hint, EXPORT))


def lay_file(rooms: Rooms, file_id: int) -> None:
    """Make the bytes and lay them in their place, with no transaction open."""
    with rooms.database.look() as session:
        made = contents(session, rooms.vault, session.get_one(ExportFile, file_id))
    drop = drop_of(made.terms, rooms.export_keys)
    if made.terms.recipients:
        _lay_sealed(rooms, drop, file_id, made)
    else:
        lay(drop, made.name, made.data, made.done(Laid.of(made.data)))


def _lay_sealed(rooms: Rooms, drop: Drop, file_id: int, made: Contents) -> None:
    """The same, encrypted: what lies there is ours where one of us noted it before."""
    with rooms.database.look() as session:
        ours = sealings(session, file_id)
    if drop.found(f"{made.name}{DONE}") in [made.done(one) for one in ours]:
        return
    data = drop.found(made.name)
    if data is None or Laid.of(data) not in ours:
        data = seal(made.data, made.terms.recipients)
        with rooms.database.begin() as session:
            note_sealing(session, file_id, Laid.of(data), now=rooms.clock())
    lay(drop, made.name, data, made.done(Laid.of(data)))


def expire_once(rooms: Rooms) -> None:
    """Take away the files that nobody fetched in time."""
    with rooms.database.look() as session:
        found = list(due_files(session, now=rooms.clock()))
    for one in found:
        try:
            _expire(rooms, one)
        except KamizeroError as error:
            # A place that is away keeps no other file lying.
            log.error("export_not_expired", file=one, error=str(error))


def _expire(rooms: Rooms, file_id: int) -> None:
    with rooms.database.look() as session:
        file = session.get_one(ExportFile, file_id)
        terms, name, is_begun = terms_of(file.destination), file.name, bool(file.end)
        ours = {file.sha256, *(one.sha256 for one in sealings(session, file_id))}
    drop = drop_of(terms, rooms.export_keys)
    data = drop.found(name)
    is_there = data is not None and Laid.of(data).sha256 in ours
    if not is_there and not is_begun:
        with rooms.database.begin() as session:
            file = session.get_one(ExportFile, file_id)
            note_fetched(session, file, now=rooms.clock())
        return
    if not is_begun:
        with rooms.database.begin() as session:
            file = session.get_one(ExportFile, file_id)
            begin_expiry(session, file, now=rooms.clock())
    # Its mark first: nobody begins to fetch what is going.
    drop.remove(f"{name}{DONE}")
    if is_there:
        drop.remove(name)
    with rooms.database.begin() as session:
        file = session.get_one(ExportFile, file_id)
        finish_expiry(session, file, now=rooms.clock())
    log.info("export_expired", file=file_id)


def drop_of(terms: Terms, keys: Path | None) -> Drop:
    """The place of a destination's files. Raises SetupError."""
    if terms.bucket is None:
        return FolderDrop(Path(terms.folder or ""))
    # With it comes the SDK, which most installations need not.
    from delivery.exports.bucket import BucketDrop

    return BucketDrop(open_bucket(terms.bucket, keys), terms.bucket.prefix)
