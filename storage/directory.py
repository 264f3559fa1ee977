"""An object store that is a folder: content-addressed, create-once, tamper-evident.

It finds every change but cannot stop root of the machine, so it never calls itself
more than tamper-evident; the audit chain and a second copy carry the rest.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kamizero.errors import (
    ForbiddenError,
    StoreError,
    TamperedError,
)
from storage.files import can_be_immutable, create, explained, remove, set_immutable
from storage.interfaces import Grade, Kept
from storage.locks import Lock, LockFiles
from storage.store_keys import LOCKS, is_key, key_of, known, missing

_RACES = 100


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DirectoryStore:
    """ObjectStore below `data_dir`/objects.

    Args:
        immutable: also set the file system's immutable flag, where that is possible;
            the `grade` says whether it was.
        clock: the store judges by its own clock whether a date has passed.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        immutable: bool = False,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._data_dir = data_dir
        self._root = data_dir / "objects"
        self._clock = clock
        with explained(self._root):
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._wanted = immutable
        self._immutable = immutable and can_be_immutable(self._root)
        self._locks = LockFiles(self._root / LOCKS, immutable=self._immutable)

    @property
    def grade(self) -> Grade:
        if self._immutable:
            return Grade.IMMUTABLE_FLAG
        return Grade.FLAG_REFUSED if self._wanted else Grade.TAMPER_EVIDENT

    def put(self, data: bytes, *, prefix: str, retain_until: datetime) -> Kept:
        sha256 = hashlib.sha256(data).hexdigest()
        key = key_of(sha256, prefix=prefix)
        path = self._root / key
        if not path.exists():
            create(path, data)
        # Read back whether it is new or was there: only what is read counts.
        _checked(key, self._bytes(key), sha256)
        if self._immutable:
            set_immutable(path, on=True)

        def until(lock: Lock | None) -> Lock | None:
            if lock is None or lock.deleted:
                return self._first(lock, key, sha256, len(data), retain_until)
            if lock.retain_until >= retain_until:
                return None
            return replace(lock, retain_until=retain_until)

        return self._change(key, until).kept()

    def read(self, key: str, *, version: str, sha256: str) -> bytes:
        """The bytes; a key names its content, so every version has the same."""
        del version
        return _checked(key, self._bytes(key), sha256)

    def stat(self, key: str, *, version: str) -> Kept:
        lock = self._live(key, version, self._locks.latest(known(key)))
        with explained(self._root / key):
            try:
                size = (self._root / key).stat().st_size
            except FileNotFoundError as error:
                raise missing(key) from error
        return replace(lock, size=size).kept()

    def extend(self, key: str, *, version: str, retain_until: datetime) -> None:
        def later(lock: Lock | None) -> Lock | None:
            lock = self._live(key, version, lock)
            if retain_until < lock.retain_until:
                raise ForbiddenError(
                    f"{key} must be kept until {lock.retain_until:%Y-%m-%d}; "
                    "that date can be moved later, never earlier."
                )
            if retain_until == lock.retain_until:
                return None
            return replace(lock, retain_until=retain_until)

        self._change(key, later)

    def hold(self, key: str, *, version: str, on: bool) -> None:
        def held(lock: Lock | None) -> Lock | None:
            lock = self._live(key, version, lock)
            return None if lock.hold == on else replace(lock, hold=on)

        self._change(key, held)

    def delete(self, key: str, *, version: str) -> None:
        def gone(lock: Lock | None) -> Lock | None:
            if lock and lock.deleted and lock.version == version:
                return None
            lock = self._live(key, version, lock)
            if lock.hold:
                raise ForbiddenError(f"{key} is under a hold. Lift the hold first.")
            if self._clock() < lock.retain_until:
                raise ForbiddenError(
                    f"{key} must be kept until {lock.retain_until:%Y-%m-%d}."
                )
            return replace(lock, deleted=True)

        self._change(key, gone)
        remove(self._root / key)

    def keys(self, prefix: str) -> Iterator[str]:
        with explained(self._root / prefix):
            for folder in sorted((self._root / prefix).glob("[0-9a-f][0-9a-f]")):
                for path in sorted(folder.iterdir()):
                    key = path.relative_to(self._root).as_posix()
                    if is_key(key):
                        yield key

    def path_of(self, key: str) -> str | None:
        path = self._root / known(key)
        return path.relative_to(self._data_dir).as_posix()

    def unlock(self) -> int:
        """Clear every immutable flag, so that the folder can be moved or removed."""
        files = [path for path in self._root.rglob("*") if path.is_file()]
        return sum(set_immutable(path, on=False) for path in files)

    def _bytes(self, key: str) -> bytes:
        with explained(self._root / key):
            try:
                return (self._root / known(key)).read_bytes()
            except FileNotFoundError as error:
                raise missing(key) from error

    def _change(self, key: str, change: Callable[[Lock | None], Lock | None]) -> Lock:
        # Two processes that write the same number race; the loser looks again.
        for _ in range(_RACES):
            before = self._locks.latest(known(key))
            after = change(before)
            if after is None:
                if before is None:
                    raise missing(key)
                return before
            number = 1 if before is None else before.n + 1
            numbered = replace(after, n=number, at=self._clock())
            if self._locks.add(numbered):
                return numbered
        raise StoreError(f"The locks of {key} change too fast; try again.")

    def _first(
        self, lock: Lock | None, key: str, sha256: str, size: int, until: datetime
    ) -> Lock:
        return Lock(
            n=lock.n if lock else 0,
            key=key,
            version=f"{self._clock():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
            sha256=sha256,
            size=size,
            retain_until=until,
            hold=False,
            deleted=False,
            at=self._clock(),
        )

    def _live(self, key: str, version: str, lock: Lock | None) -> Lock:
        if lock is None or lock.deleted or lock.version != version:
            raise missing(key)
        return lock


def _checked(key: str, data: bytes, sha256: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise TamperedError(
            f"The bytes of {key} were changed: SHA-256 is {found}. "
            "Keep the file as evidence and restore it from the backup.",
            found=found,
        )
    return data
