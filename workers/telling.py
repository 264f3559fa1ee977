"""Telling receivers of sealed events, every few seconds."""

import threading

import structlog

from delivery.events.sending import Sender
from kamizero.errors import KamizeroError
from workers.rooms import Rooms

log = structlog.get_logger()

TELL_SECONDS = 2.0


def tell_once(rooms: Rooms, stop: threading.Event | None = None) -> None:
    """Send what is due now to everybody."""
    is_stopped = (stop or threading.Event()).is_set
    sender = Sender(rooms.database, rooms.vault, rooms.post, rooms.clock, is_stopped)
    sent = sender.send_all()
    if sent:
        log.info("events_sent", count=sent)


def tell_receivers(rooms: Rooms, stop: threading.Event) -> None:
    """Do it until told to stop."""
    while not stop.wait(TELL_SECONDS):
        try:
            tell_once(rooms, stop)
        except KamizeroError as error:
            log.error("telling_failed", error=str(error))
