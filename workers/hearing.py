"""A worker's process does what it is told of, and looks itself where nobody tells it.

Messages are hints: a broker that is away, that is full, or whose queue has broken
delays work and never stops it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property

import structlog
from celery import signals

from kamizero.errors import KamizeroError
from workers.answering import hear_once
from workers.failing import bury_poison
from workers.keeping import keep_all_once
from workers.loop import Loop
from workers.rooms import Rooms
from workers.sealing import seal_once
from workers.telling import tell_once

log = structlog.get_logger()


class Listener:
    """One process of a worker; it does one thing at a time.

    Args:
        rooms: asked at the first thing to do, as a database connection must not be
            older than the process that uses it.
        silence: the time without a message after which it looks itself.
    """

    def __init__(
        self, rooms: Callable[[], Rooms], *, worker: str, silence: timedelta
    ) -> None:
        self._open_rooms = rooms
        self._worker = worker
        self._silence = silence.total_seconds()
        self._turn = threading.Lock()
        self._heard = time.monotonic()

    def listen_in_each_process(self) -> None:
        """Look whenever it is silent, in every process that Celery's worker forks."""
        signals.worker_process_init.connect(self._listen, weak=False)

    @contextmanager
    def told(self) -> Iterator[Rooms]:
        """What a message asks for is done; nothing else goes on meanwhile."""
        # Before its turn: who looks itself sees it, and ends what it is at.
        self._heard = time.monotonic()
        with self._turn:
            try:
                yield self._rooms
            finally:
                self._heard = time.monotonic()

    def look(self) -> None:
        """Do what is due, piece by piece until a message comes."""
        with self._turn:
            self.loop.excuse()
            bury_poison(self._rooms)
            while self._is_silent() and self.loop.work_once():
                pass
            for act in (tell_once, hear_once, keep_all_once, seal_once):
                try:
                    act(self._rooms)
                except KamizeroError as error:
                    # A share that is away must not keep events unsealed.
                    log.error("looking_failed", act=act.__name__, error=str(error))

    @cached_property
    def loop(self) -> Loop:
        """What works in this process; for whoever has the turn."""
        return Loop(self._rooms, worker=self._worker)

    @cached_property
    def _rooms(self) -> Rooms:
        return self._open_rooms()

    def _is_silent(self) -> bool:
        return time.monotonic() - self._heard >= self._silence

    def _listen(self, **_: object) -> None:
        threading.Thread(target=self._look_when_silent, daemon=True).start()

    def _look_when_silent(self) -> None:
        self._heard = time.monotonic()
        while True:
            time.sleep(self._silence)
            if not self._is_silent():
                continue
            try:
                self.look()
            except KamizeroError as error:
                log.error("looking_failed", error=str(error))
            except Exception:
                # Whatever broke, nobody else would look next time.
                log.exception("looking_broke")
