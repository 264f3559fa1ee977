"""A house with doors: a real intake behind a spool, a taker, and a device's account."""

import fcntl
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from ingest.doors.doorkeeper import Doorkeeper, sender_of
from ingest.doors.ledger import Ledger
from ingest.doors.live import Live
from ingest.doors.reception import Reception
from ingest.doors.senders import Accounts, Sender
from ingest.doors.spool import Spool
from ingest.doors.sweeping import Sweeper
from ingest.doors.taking import Taker
from ingest.intake import Intake
from ingest.page_image import Limits
from storage import devices, sites
from storage.tables import Arrival, Job, Upload
from tests.desk import Desk

PASSWORD = "paper zero"
DEVICE = "mfp-1"
PARTIAL = timedelta(hours=24)


class Door(Protocol):
    """A server on a port of its own."""

    @property
    def port(self) -> int: ...

    def serve(self) -> None: ...

    def stop(self) -> None: ...


def _let_go_of_locks(folder: Path) -> None:
    """What a kill does to every lock of the process."""
    for handle in Path("/proc/self/fd").iterdir():
        # The handle of this very listing is gone by now.
        with suppress(FileNotFoundError):
            if handle.readlink().parent == folder:
                fcntl.flock(int(handle.name), fcntl.LOCK_UN)


@dataclass
class House:
    """Doors over an embedded desk; tests move its clock and the taker's."""

    desk: Desk
    folder: Path
    quiet_seconds: float = 0.0
    file_bytes: int = 20_000_000
    free_bytes: int = 0
    now: datetime = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    monotonic: float = 100.0

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder, free_bytes=self.free_bytes)
        self.live = Live(self._locks)
        self.limits = Limits(file_bytes=self.file_bytes)
        self.database = self.desk.database
        self.ledger = Ledger(self.database, lambda: self.now)
        self.doorkeeper = Doorkeeper(self.database, lambda: self.now)
        self.taker = Taker(
            database=self.database,
            spool=self.spool,
            intake=Intake(
                database=self.database,
                store=self.desk.store,
                limits=self.limits,
                short_lock=timedelta(days=1),
                clock=lambda: self.now,
                hint=lambda _: None,
            ),
            live=self.live,
            clock=lambda: self.now,
            business_day=lambda moment: moment.date(),
            quiet_seconds=self.quiet_seconds,
            unfinished_for=PARTIAL,
            monotonic=lambda: self.monotonic,
        )
        self.sweeper = Sweeper(
            database=self.database,
            spool=self.spool,
            live=self.live,
            clock=lambda: self.now,
            partial_for=PARTIAL,
        )

    def restarted(self) -> "House":
        """The same house after its program was killed: nothing of memory is left."""
        _let_go_of_locks(self._locks)
        return House(
            self.desk, self.folder, quiet_seconds=self.quiet_seconds, now=self.now
        )

    @property
    def _locks(self) -> Path:
        return self.folder.with_name("locks")

    def reception(self, door: str, accounts: Accounts | None = None) -> Reception:
        return Reception(
            door,
            database=self.database,
            spool=self.spool,
            file_bytes=self.file_bytes,
            clock=lambda: self.now,
            live=self.live,
            accounts=accounts or self.doorkeeper,
        )

    def add_device(
        self, name: str = DEVICE, *, site: str = "HQ", daily_bytes: int | None = None
    ) -> Sender:
        with self.database.begin() as session:
            sites.know(session, site)
            device = devices.add_device(
                session,
                name=name,
                site=site,
                password=PASSWORD,
                daily_bytes=daily_bytes,
                now=self.now,
            )
            return sender_of(device)

    def remove_device(self, name: str = DEVICE) -> None:
        with self.database.begin() as session:
            devices.remove_device(session, name=name, now=self.now)

    def take(self) -> list[int]:
        """What the taker takes once everything has been quiet for long enough."""
        jobs = self.taker.look()
        self.monotonic += self.quiet_seconds
        return jobs + self.taker.look()

    def jobs(self) -> list[list[tuple[str, str, bytes]]]:
        """What each job holds: name, state and the bytes as kept."""
        with self.database.look() as session:
            return [
                [(one.source, one.state, self._kept(one)) for one in job.arrivals]
                for job in session.scalars(select(Job).order_by(Job.id))
            ]

    def received_on(self) -> list[date]:
        with self.database.look() as session:
            return list(session.scalars(select(Job.received_on).order_by(Job.id)))

    def uploads(self) -> list[tuple[str, str, str | None]]:
        """Name, state and reason of each transfer."""
        with self.database.look() as session:
            rows = session.scalars(select(Upload).order_by(Upload.id))
            return [(row.name, row.state, row.reason) for row in rows]

    def waiting_files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def _kept(self, arrival: Arrival) -> bytes:
        original = arrival.original
        return self.desk.store.read(
            original.store_key, version="", sha256=original.sha256
        )


@contextmanager
def serving(door: Door) -> Iterator[int]:
    """The door's port, while a thread serves it."""
    thread = threading.Thread(target=door.serve, daemon=True)
    thread.start()
    try:
        yield door.port
    finally:
        door.stop()
        thread.join(60)
        assert not thread.is_alive(), "the door did not stop"


def cut_points(size: int) -> list[int]:
    """Ten places to cut a transfer of so many bytes at."""
    shares = (size * percent // 100 for percent in (10, 25, 50, 75, 90, 99))
    return [0, 1, 8, *shares, size - 1]


def reset(connection: socket.socket) -> None:
    """Close as a machine does that loses its power: no goodbye."""
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


def eventually(true: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something is true; fail the test when it never is."""
    waited = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        waited.wait(0.05)
    raise AssertionError("it never became true")
