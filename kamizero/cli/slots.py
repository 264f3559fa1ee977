"""Embedded workers of one data folder: one process a slot, proven by a file lock.

Whoever holds a slot's lock knows that its former holder is dead, so leases left
under that name are given back at once instead of waiting for their time.
"""

import fcntl
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storage import work
from storage.database import Database

BEAT_SECONDS = 3.0


def name_of(data_dir: Path, slot: int) -> str:
    """The slot's name in leases, unlike that of any other folder or machine."""
    place = f"{socket.gethostname()}:{data_dir.resolve()}"
    return f"embedded-{hashlib.sha256(place.encode()).hexdigest()[:8]}-{slot}"


@contextmanager
def held(data_dir: Path, slot: int, *, wait: bool) -> Iterator[bool]:
    """Hold a slot; yields False where another process has it and `wait` is off."""
    with _lock_file(data_dir, slot).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def give_back_leases(database: Database, data_dir: Path, slot: int) -> None:
    """Free what the slot's dead holder had claimed; call only while holding it."""
    with database.begin() as session:
        work.reclaim(session, worker=name_of(data_dir, slot))


def beat(data_dir: Path, slot: int, stop: threading.Event) -> None:
    """Show every few seconds that the slot's holder lives."""
    while True:
        _lock_file(data_dir, slot).touch()
        if stop.wait(BEAT_SECONDS):
            return


def last_beat(data_dir: Path) -> datetime | None:
    """When any embedded worker last showed that it lives; None if never."""
    beats = [file.stat().st_mtime for file in (data_dir / "locks").glob("worker-*")]
    return datetime.fromtimestamp(max(beats), UTC) if beats else None


def _lock_file(data_dir: Path, slot: int) -> Path:
    folder = data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"worker-{slot}.lock"
