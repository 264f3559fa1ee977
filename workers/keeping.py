"""Keeping what was taken in: files, locks, holds and the ledger, every hour."""

import threading

import structlog

from kamizero.errors import KamizeroError, StoreError
from storage.backup.erasures import publish
from storage.retention.record_files import Kept, keep_up
from workers.accounting import account_once
from workers.exporting import expire_once
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


def keep_all_once(rooms: Rooms) -> None:
    """All that an hour asks for, where no thread of its own waits for a share."""
    keep_once(rooms)
    account_once(rooms)
    expire_once(rooms)


def tell_of_erasures(rooms: Rooms) -> None:
    """Put certificates of what was destroyed outside, where a restore finds them."""
    if rooms.erasures is None:
        return
    try:
        count = publish(rooms.database, rooms.store, rooms.erasures)
    except StoreError as error:
        # It is tried again in seconds; what was destroyed is gone here in any case.
        log.error("erasures_not_outside", error=str(error))
        return
    if count:
        log.info("erasures_put_outside", count=count)


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
