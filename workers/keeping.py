"""Keeping what was taken in: files, locks, holds and the ledger, every hour."""

import threading

import structlog

from kamizero.errors import KamizeroError
from storage.retention.record_files import Kept, keep_up
from workers.accounting import account_once
from workers.rooms import Rooms

log = structlog.get_logger()

KEEP_SECONDS = 3600.0


def keep_once(rooms: Rooms) -> Kept:
    done = keep_up(
        rooms.database,
        rooms.store,
        rooms.schedule,
        short_lock=rooms.short_lock,
        now=rooms.clock(),
    )
    log.info("originals_kept", filed=done.filed, extended=done.extended)
    return done


def keep_originals(rooms: Rooms, stop: threading.Event) -> None:
    """One round at the start, then one an hour until told to stop."""
    while True:
        try:
            keep_once(rooms)
            account_once(rooms)
        except KamizeroError as error:
            # Short locks last for months: the next round is early enough.
            log.error("keeping_failed", error=str(error))
        if stop.wait(KEEP_SECONDS):
            return
