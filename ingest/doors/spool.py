"""Bytes on their way: files under names of our own, durable when they are synced."""

import errno
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.doors.refusals import NoRoomError
from storage.files import explained, sync_folder

_TOKEN = re.compile(r"[0-9a-f]{32}")
_BLOCK = 1_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_ROOM = "There is no room for this file now. Keep it and send it again later."


class Spool:
    """A folder of transfers, one file each, that leaves some of the disk free.

    Raises NoRoomError (the sender can wait) and StoreError (somebody must act).
    """

    def __init__(self, folder: Path, *, free_bytes: int) -> None:
        self._folder = folder
        self._free = free_bytes
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, token: str) -> Path:
        """Where these bytes wait; a token leads nowhere else."""
        if not _TOKEN.fullmatch(token):
            raise ValueError(f"{token!r} is no token")
        return self._folder / token

    def demand_room(self) -> None:
        """Raise NoRoomError before the disk is full: the rows need some of it too."""
        with explained(self._folder):
            if shutil.disk_usage(self._folder).free < self._free:
                raise NoRoomError(_NO_ROOM)

    def create(self, token: str) -> int:
        """A handle to write a new file with."""
        path = self.path(token)
        with _kept(path):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            sync_folder(self._folder)
        return handle

    def reopen(self, token: str) -> int:
        """A handle to write on with."""
        path = self.path(token)
        with _kept(path):
            return os.open(path, os.O_WRONLY)

    def write(self, token: str, handle: int, data: bytes, offset: int) -> None:
        rest = memoryview(data)
        with _kept(self.path(token)):
            while rest:
                done = os.pwrite(handle, rest, offset)
                rest, offset = rest[done:], offset + done

    def sync(self, token: str, handle: int) -> None:
        with _kept(self.path(token)):
            os.fsync(handle)

    def cut(self, token: str, length: int) -> None:
        """Make the file this long again, durably."""
        path = self.path(token)
        with _kept(path), path.open("r+b") as file:
            file.truncate(length)
            os.fsync(file.fileno())

    def length(self, token: str) -> int | None:
        """How many bytes there are; None where there is no file."""
        path = self.path(token)
        with explained(path):
            try:
                return path.stat().st_size
            except FileNotFoundError:
                return None

    def begins_with(self, token: str, start: str) -> bool:
        """Whether a file begins with all bytes of another one."""
        with (
            explained(self._folder),
            self.path(token).open("rb") as whole,
            self.path(start).open("rb") as part,
        ):
            while block := part.read(_BLOCK):
                if whole.read(len(block)) != block:
                    return False
        return True

    def remove(self, token: str) -> None:
        path = self.path(token)
        with explained(path):
            path.unlink(missing_ok=True)

    def tokens(self, *, older_seconds: float) -> Iterator[str]:
        """Files nobody has written to for a while."""
        end = time.time() - older_seconds
        for path in sorted(self._folder.iterdir()):
            if _TOKEN.fullmatch(path.name) and path.stat().st_mtime < end:
                yield path.name


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    with explained(path):
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise NoRoomError(_NO_ROOM) from error
            raise
