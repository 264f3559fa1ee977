"""Which transfers somebody is at, and which connection has each.

A locked file says so to every process of the data folder: several answer pages,
another keeps the doors, and what a killed one was at is free at once.
"""

import fcntl
import os
import threading
import time
from pathlib import Path
from uuid import uuid4

from storage.files import explained

_TURN = ".turn"
_YOUNG_SECONDS = 60


class Live:
    """Shared by all doors of a process, and by the taking behind them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # By the handle that holds the lock: a token may have an older one as well.
        self._at: dict[int, tuple[str, str | None]] = {}
        self._lock = threading.Lock()

    def begin(self, token: str, session: str | None) -> int:
        """Be at a transfer, instead of whoever was; return the turn that it is."""
        place = self._place(token)
        with explained(place):
            # Locked before it has its name: nobody finds it free meanwhile.
            fresh = place.with_name(f"{uuid4().hex}.begun{_TURN}")
            turn = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(turn, fcntl.LOCK_EX)
            fresh.replace(place)
        with self._lock:
            self._at[turn] = token, session
        return turn

    def end(self, turn: int) -> None:
        """Be there no more; harmless for whoever goes on with it."""
        if self.is_turn(turn):
            # Who replaces it right now is told to come again, as if it came later.
            self._place(self._at[turn][0]).unlink(missing_ok=True)
        with self._lock:
            del self._at[turn]
        os.close(turn)

    def is_turn(self, turn: int) -> bool:
        """Whether the sender has not come back by another connection meanwhile."""
        token, _ = self._at[turn]
        try:
            # As long as the older one is open, no other file can have its number.
            return os.path.samestat(os.fstat(turn), self._place(token).stat())
        except FileNotFoundError:
            return False

    def has(self, *, token: str, session: str | None) -> bool:
        """Whether somebody is at this transfer, or at another of its session."""
        if session is not None and session in self.sessions():
            return True
        return _is_held(self._place(token))

    def sessions(self) -> list[str | None]:
        """The sessions of the transfers this process is at."""
        with self._lock:
            return [session for _, session in self._at.values()]

    def tidy(self) -> None:
        """Remove what killed processes left."""
        for place in self._folder.glob(f"*{_TURN}"):
            if _is_old(place) and not _is_held(place):
                place.unlink(missing_ok=True)

    def _place(self, token: str) -> Path:
        return self._folder / f"{token}{_TURN}"


def _is_old(place: Path) -> bool:
    """Whether it is not one that is about to be locked."""
    try:
        return time.time() - place.stat().st_mtime > _YOUNG_SECONDS
    except FileNotFoundError:
        return False


def _is_held(place: Path) -> bool:
    """Whether a process that lives has the file locked."""
    try:
        handle = os.open(place, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
