"""Hearing what hosts answer, from the worker's side: read, noted, put away."""

import threading
from pathlib import Path

import structlog

from delivery.answers.applying import apply_next
from delivery.answers.folder import FolderTray
from delivery.answers.layout import AnswerLayout
from delivery.answers.taking import take
from delivery.answers.tray import BROKEN, READ, Found, Tray
from delivery.buckets import open_bucket
from delivery.exports.destinations import all_destinations, terms_of
from kamizero.errors import KamizeroError, StoreError
from storage.tables import ExportDestination
from workers.exporting import expire_once
from workers.rooms import Rooms

log = structlog.get_logger()

HEAR_SECONDS = 5.0
EXPIRE_ROUNDS = 120


def hear_once(rooms: Rooms) -> None:
    """Read the lists of every destination and note what they say."""
    with rooms.database.look() as session:
        found = [
            (one.id, layout)
            for one in all_destinations(session)
            if (layout := terms_of(one).answers) is not None
        ]
    for destination, layout in found:
        try:
            _hear(rooms, destination, layout)
        except KamizeroError as error:
            # A place that is away keeps nobody else's answers waiting.
            log.error("answers_not_read", destination=destination, error=str(error))


def hear_hosts(rooms: Rooms, stop: threading.Event) -> None:
    """Do it until told to stop, apart from all else: a share may hang for minutes.

    Files that nobody fetches are looked for beside it, for the same reason.
    """
    rounds = 0
    while not stop.wait(HEAR_SECONDS):
        try:
            hear_once(rooms)
            if rounds % EXPIRE_ROUNDS == 0:
                expire_once(rooms)
            rounds += 1
        except KamizeroError as error:
            log.error("hearing_failed", error=str(error))


def tray_of(rooms: Rooms, layout: AnswerLayout) -> Tray:
    """The place of a host's lists. Raises SetupError."""
    if layout.bucket is None:
        return FolderTray(Path(layout.folder or ""), layout)
    # With it comes the SDK, which most installations need not.
    from delivery.answers.bucket import BucketTray

    opened = open_bucket(layout.bucket, rooms.export_keys)
    return BucketTray(opened, layout.bucket.prefix, layout)


def read_list(
    rooms: Rooms, destination: int, layout: AnswerLayout, tray: Tray, one: Found
) -> str:
    """Keep a list as rows, then put it away; where it lies now."""
    with rooms.database.begin() as session:
        row = session.get_one(ExportDestination, destination)
        made = take(session, row, layout, one, now=rooms.clock())
        where = BROKEN if made.broken else READ
        log.info("answers_read", list=made.id, lines=made.lines, broken=made.broken)
    try:
        tray.put_away(one, where)
    except StoreError as error:
        # It is known by now and is not read twice; the next ones are not kept waiting.
        log.error("answers_not_put_away", list=made.id, error=str(error))
    return where


def note_all(rooms: Rooms, destination: int) -> None:
    """Note what every line says that waits, a batch in a transaction."""
    noted = 1
    while noted:
        with rooms.database.begin() as session:
            row = session.get_one(ExportDestination, destination)
            noted = apply_next(session, row, now=rooms.clock())


def _hear(rooms: Rooms, destination: int, layout: AnswerLayout) -> None:
    # What a worker wrote down that was lost then.
    note_all(rooms, destination)
    tray = tray_of(rooms, layout)
    for one in tray.quiet(now=rooms.clock()):
        read_list(rooms, destination, layout, tray, one)
        note_all(rooms, destination)
