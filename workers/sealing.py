"""Linking events into the chain, and what goes outside after it."""

import threading

import structlog

from delivery.robots.lost import gather_all_lost
from kamizero.errors import KamizeroError
from storage import audit
from workers.exporting import plan_exports
from workers.keeping import tell_of_erasures
from workers.rooms import Rooms
from workers.stamping import ask_for_stamps

log = structlog.get_logger()

SEAL_SECONDS = 2.0


def seal_once(rooms: Rooms) -> None:
    """Link what is new, tell outside of it, and see to what waits for nobody."""
    gather_all_lost(rooms.database, now=rooms.clock())
    audit.seal(rooms.database, rooms.store, now=rooms.clock())
    ask_for_stamps(rooms)
    tell_of_erasures(rooms)
    plan_exports(rooms)


def seal_events(rooms: Rooms, stop: threading.Event) -> None:
    """Link new events into the chain every few seconds until told to stop."""
    while not stop.wait(SEAL_SECONDS):
        try:
            seal_once(rooms)
        except KamizeroError as error:
            log.error("sealing_failed", error=str(error))
