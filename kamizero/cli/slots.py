"""Who works on one data folder: one server, and one process a worker slot.

Each place is proven by a file lock. Whoever holds a worker's knows that its former
holder is dead, so leases left under that name are given back at once instead of
waiting for their time.
"""

import fcntl
import hashlib
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from storage import sweep
from storage.database import Database

BEAT_SECONDS = 3.0
LOOK_SECONDS = 0.3


def name_of(data_dir: Path, slot: int) -> str:
    """The slot's name in leases, unlike that of any other folder or machine."""
    place = f"{socket.gethostname()}:{data_dir.resolve()}"
    return f"embedded-{hashlib.sha256(place.encode()).hexdigest()[:8]}-{slot}"


def take_server(data_dir: Path) -> IO[str] | None:
    """The right to serve the folder; see `take`."""
    return _locked(_lock_file(data_dir, "server"))


def take(data_dir: Path, slot: int) -> IO[str] | None:
    """The slot, held until the file is closed; None where another process has it."""
    return _locked(_lock_file(data_dir, f"worker-{slot}"))


def wait_for(
    data_dir: Path, slot: int, *, wanted: Callable[[], bool]
) -> IO[str] | None:
    """The slot as soon as it is free; None when it is not wanted any more."""
    return _waited(lambda: take(data_dir, slot), wanted)


def wait_for_doors(data_dir: Path, *, wanted: Callable[[], bool]) -> IO[str] | None:
    """The right to open the folder's doors, as `wait_for` gives a slot."""
    return _waited(lambda: _locked(_lock_file(data_dir, "doors")), wanted)


def are_doors_kept(data_dir: Path) -> bool:
    """Whether a process that keeps the doors lives; a dead one holds no lock."""
    held = _locked(_lock_file(data_dir, "doors"), fcntl.LOCK_SH)
    if held is None:
        return True
    held.close()
    return False


def door_signs(data_dir: Path) -> Path:
    """Where that process shows how its doors are."""
    return _lock_file(data_dir, "doors").with_suffix(".json")


def _waited(
    taken: Callable[[], IO[str] | None], wanted: Callable[[], bool]
) -> IO[str] | None:
    while wanted():
        held = taken()
        if held is not None:
            return held
        time.sleep(LOOK_SECONDS)
    return None


def give_back_leases(database: Database, data_dir: Path, slot: int) -> None:
    """Free what the slot's dead holder had claimed; call only while holding it."""
    with database.begin() as session:
        sweep.reclaim(session, worker=name_of(data_dir, slot))


def beat(data_dir: Path, slot: int, stop: threading.Event) -> None:
    """Show every few seconds that the slot's holder lives."""
    while True:
        _lock_file(data_dir, f"worker-{slot}").touch()
        if stop.wait(BEAT_SECONDS):
            return


def last_beat(data_dir: Path) -> datetime | None:
    """When any embedded worker last showed that it lives; None if never."""
    beats = [file.stat().st_mtime for file in (data_dir / "locks").glob("worker-*")]
    return datetime.fromtimestamp(max(beats), UTC) if beats else None


def _lock_file(data_dir: Path, name: str) -> Path:
    folder = data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.lock"


def _locked(path: Path, kind: int = fcntl.LOCK_EX) -> IO[str] | None:
    file = path.open("a")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
