"""Embedded workers of one data folder: one process a slot, proven by a file lock.

Whoever holds a slot's lock knows that its former holder is dead, so leases left
under that name are given back at once instead of waiting for their time.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import work
from storage.database import Database


def name_of(slot: int) -> str:
    return f"embedded-{slot}"


@contextmanager
def held(data_dir: Path, slot: int, *, wait: bool) -> Iterator[bool]:
    """Hold a slot; yields False where another process has it and `wait` is off."""
    folder = data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"worker-{slot}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def give_back_leases(database: Database, slot: int) -> None:
    """Free what the slot's dead holder had claimed; call only while holding it."""
    with database.begin() as session:
        work.reclaim(session, worker=name_of(slot))
