"""Trying at start what a locked store must refuse, because no server's name proves it.

Each trial is made on an object of its own under a short lock. A delete that the account
may not make looks like one the lock refused: the shortening proves the lock then.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import urllib3
from urllib3.exceptions import HTTPError

from kamizero.errors import ForbiddenError, MissingError, StoreError
from storage.s3.bucket import COMPLIANCE, SECONDS, SMALLEST_PART, Bucket, Keys
from storage.store_keys import PROBES

LOCK = timedelta(seconds=20)
_BODY = b"kamizero tries whether this store locks what it keeps"

NAMES = {
    "versioning": "the bucket keeps no versions",
    "object_lock": "the bucket was made without object lock",
    "put_locked": "a lock asked for with the bytes is not there afterwards",
    "delete": "a locked version can be deleted",
    "shorten": "the date of a lock can be made earlier",
    "downgrade": "a COMPLIANCE lock can be made a GOVERNANCE lock",
    "clear": "a lock can be taken off",
    "past": "a lock whose date is past is taken without a word",
    "suspend": "versions can be turned off",
    "parts": "a locked version that was written in parts can be deleted",
    "bytes": "the bytes that are read are not those that were written",
    "wrong_secret": "an account with a wrong secret can read",
    "anonymous": "anybody can read without an account",
}


def broken_promises(bucket: Bucket, keys: Keys, *, now: datetime) -> tuple[str, ...]:
    """What the store fails at, by the names of NAMES; empty for one that locks.

    Raises:
        StoreError: the server does not answer, or refuses what it must allow.
    """
    _sweep(bucket)
    trial = _Trial(bucket, keys, until=(now + LOCK).replace(microsecond=0))
    return tuple(trial.failures())


class _Trial:
    """One object under a short lock, and everything that is tried on it."""

    def __init__(self, bucket: Bucket, keys: Keys, *, until: datetime) -> None:
        self._bucket = bucket
        self._keys = keys
        self._until = until
        self._key = f"{PROBES}/{uuid4().hex}"

    def failures(self) -> Iterator[str]:
        if not self._bucket.is_versioned():
            yield "versioning"
            return
        if not self._bucket.is_lockable():
            yield "object_lock"
            return
        self._version = self._bucket.put(self._key, _BODY, until=self._until)
        trials: dict[str, Callable[[], bool]] = {
            "put_locked": self._is_locked,
            "shorten": self._stands(self._shorten),
            "downgrade": self._stands(self._downgrade),
            "clear": self._stands(self._clear),
            "past": self._refuses(self._past),
            "suspend": self._keeps_versions,
            "wrong_secret": self._knows_secrets,
            "anonymous": self._is_closed,
            "parts": self._keeps_parts,
            "delete": self._keeps,
            "bytes": self._reads_back,
        }
        for name, holds in trials.items():
            if not holds():
                yield name

    def _refuses(self, act: Callable[[], None]) -> Callable[[], bool]:
        return lambda: _refused(act)

    def _stands(self, act: Callable[[], None]) -> Callable[[], bool]:
        """Both must hold: the act is refused, and the lock is as it was."""
        return lambda: _refused(act) and self._is_locked()

    def _is_locked(self) -> bool:
        found = self._bucket.look(self._key, self._version)
        return found.mode == COMPLIANCE and found.until >= self._until

    def _shorten(self) -> None:
        self._bucket.lock(
            self._key, self._version, until=self._until - timedelta(seconds=10)
        )

    def _downgrade(self) -> None:
        later = self._until + timedelta(seconds=10)
        self._bucket.lock(self._key, self._version, until=later, mode="GOVERNANCE")

    def _clear(self) -> None:
        self._bucket.clear_lock(self._key, self._version)

    def _past(self) -> None:
        past = self._until - timedelta(days=2)
        self._bucket.put(f"{self._key}-past", _BODY, until=past)

    def _keeps_versions(self) -> bool:
        if _refused(lambda: self._bucket.set_versioning(on=False)):
            return self._bucket.is_versioned()
        self._bucket.set_versioning(on=True)
        return False

    def _knows_secrets(self) -> bool:
        stranger = self._bucket.as_another(Keys(self._keys.access, "x" * 40))
        return _refused(lambda: stranger.read(self._key, self._version))

    def _is_closed(self) -> bool:
        address = f"{self._bucket.url}/{self._bucket.name}/{self._key}"
        try:
            with urllib3.PoolManager(timeout=SECONDS, retries=False) as nobody:
                return nobody.request("GET", address).status >= 400
        except HTTPError as error:
            raise StoreError(f"The store {self._bucket.url} is silent.") from error

    def _keeps_parts(self) -> bool:
        key = f"{self._key}-parts"
        body = _BODY.ljust(SMALLEST_PART + 1, b".")
        version = self._bucket.put(
            key, body, until=self._until, part_size=SMALLEST_PART
        )
        if self._bucket.look(key, version).until < self._until:
            # What the store does itself where a server forgot the lock.
            self._bucket.lock(key, version, until=self._until)
        return _refused(lambda: self._bucket.remove(key, version))

    def _keeps(self) -> bool:
        return _refused(lambda: self._bucket.remove(self._key, self._version))

    def _reads_back(self) -> bool:
        try:
            return self._bucket.read(self._key, self._version) == _BODY
        except MissingError:
            return False


def _refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except (ForbiddenError, StoreError):
        # Each server has its own words for no, and some drop the connection.
        return True
    return False


def _sweep(bucket: Bucket) -> None:
    """Remove what earlier trials left, as far as locks and rights allow."""
    for key, version in list(bucket.versions(f"{PROBES}/")):
        if version is not None:
            _refused(partial(bucket.remove, key, version))
