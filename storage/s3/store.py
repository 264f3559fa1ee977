"""An object store over S3: versions, COMPLIANCE locks, and nothing believed unseen.

A row names a version, so a newer version or a delete marker on its key changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import TypeVar

from kamizero.errors import (
    ForbiddenError,
    MissingError,
    StoreError,
    TamperedError,
)
from storage.interfaces import Grade, Kept
from storage.s3.bucket import COMPLIANCE, MIB, NEVER, Bucket, Found
from storage.store_keys import is_key, key_of, known, missing

# Beyond this a body goes in parts, and some servers forget the lock on the way.
ONE_PUT = 128 * MIB
T = TypeVar("T")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class S3Store:
    """ObjectStore in a bucket.

    Args:
        bucket: as the account that reads and writes asks it.
        disposer: as the account asks it that sets holds and destroys; the same where
            there is none of its own.
        is_legal: False keeps bytes although the server does not lock them.
    """

    def __init__(
        self,
        bucket: Bucket,
        *,
        disposer: Bucket | None = None,
        is_legal: bool = True,
        one_put: int = ONE_PUT,
    ) -> None:
        self._bucket = bucket
        self._disposer = disposer or bucket
        self._is_legal = is_legal
        self._one_put = one_put
        # Two threads that put the same bytes would make two versions of them.
        self._turns = [Lock() for _ in range(64)]

    @property
    def grade(self) -> Grade:
        return Grade.LOCKED if self._is_legal else Grade.UNPROVEN

    def put(self, data: bytes, *, prefix: str, retain_until: datetime) -> Kept:
        sha256 = hashlib.sha256(data).hexdigest()
        key = key_of(sha256, prefix=prefix)
        until = _whole_second(retain_until)
        with self._turns[int(sha256[:2], 16) % len(self._turns)]:
            version = self._first_version(key)
            if version is None:
                version = self._bucket.put(
                    key, data, until=until, part_size=self._one_put
                )
        # What is read counts, whether it was written now or lay there.
        self.read(key, version=version, sha256=sha256)
        found = self._locked(key, version, until)
        if (found.sha256, found.size) != (sha256, len(data)):
            raise TamperedError(
                f"The store describes {key} as something else than was put there.",
                found=found.sha256,
            )
        return _kept(key, found)

    def read(self, key: str, *, version: str, sha256: str) -> bytes:
        named = version or self._first_version(known(key))
        if named is None:
            raise missing(key)
        data = self._told(key, lambda: self._bucket.read(known(key), named))
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise TamperedError(
                f"The bytes of {key} were changed: SHA-256 is {found}. "
                "Keep the object as evidence and restore it from the backup.",
                found=found,
            )
        return data

    def stat(self, key: str, *, version: str) -> Kept:
        return _kept(key, self._look(key, version))

    def extend(self, key: str, *, version: str, retain_until: datetime) -> None:
        found = self._look(key, version)
        if retain_until < found.until:
            raise ForbiddenError(
                f"{key} must be kept until {found.until:%Y-%m-%d}; "
                "that date can be moved later, never earlier."
            )
        self._locked(key, version, _whole_second(retain_until))

    def hold(self, key: str, *, version: str, on: bool) -> None:
        if self._look(key, version).hold == on:
            return
        self._told(key, lambda: self._disposer.hold(key, version, on=on))
        if self._look(key, version).hold != on:
            raise StoreError(f"The store did not {'set' if on else 'lift'} the hold.")

    def delete(self, key: str, *, version: str) -> None:
        """Destroy every version of the bytes; a marker stays to say that they were."""
        listed = [found for _, found in self._bucket.versions(known(key))]
        there = [found for found in listed if found is not None]
        if listed and not there:
            return
        if version not in there:
            raise missing(key)
        for one in there:
            self._demand_free(key, self._look(key, one))
        # Ours comes last, so that what broke off half way can be asked for again.
        for one in [found for found in there if found != version] + [version]:
            self._told(key, partial(self._disposer.remove, key, one))
            self._demand_gone(key, one)
        self._disposer.remove(key, None)

    def keys(self, prefix: str) -> Iterator[str]:
        last = None
        for key, version in self._bucket.versions(f"{prefix}/"):
            if version is not None and key != last and is_key(key):
                last = key
                yield key

    def path_of(self, key: str) -> str | None:
        del key
        return None

    def _first_version(self, key: str) -> str | None:
        """The oldest: whoever writes or hides later changes nothing."""
        for found, version in self._bucket.versions(key):
            if found == key and version is not None:
                return version
        return None

    def _look(self, key: str, version: str) -> Found:
        return self._told(key, lambda: self._bucket.look(known(key), version))

    def _locked(self, key: str, version: str, until: datetime) -> Found:
        """The version under a lock that lasts at least so long; set where it is not.

        Raises:
            StoreError: the server does not lock it, whatever it says.
        """
        found = self._look(key, version)
        if _lasts(found, until):
            return found
        try:
            self._bucket.lock(key, version, until=until)
            found = self._look(key, version)
        except ForbiddenError as error:
            if self._is_legal:
                raise StoreError(
                    f"The store does not let {key} be locked. Give the account the "
                    "right to set retention, and use a server with object lock."
                ) from error
        if self._is_legal and not _lasts(found, until):
            raise StoreError(
                f"The store keeps {key} without the lock that was asked for. Use a "
                "server with object lock, or restore its setting."
            )
        return found

    def _demand_free(self, key: str, found: Found) -> None:
        if found.hold:
            raise ForbiddenError(f"{key} is under a hold. Lift the hold first.")
        if _utc_now() < found.until:
            raise ForbiddenError(
                f"{key} must be kept until {found.until:%Y-%m-%d %H:%M:%S} UTC."
            )

    def _demand_gone(self, key: str, version: str) -> None:
        try:
            self._look(key, version)
        except MissingError:
            return
        raise StoreError(f"The store says it removed {key}, but still has it.")

    def _told(self, key: str, call: Callable[[], T]) -> T:
        try:
            return call()
        except MissingError as error:
            raise missing(key) from error


def _lasts(found: Found, until: datetime) -> bool:
    return found.mode == COMPLIANCE and found.until >= until


def _kept(key: str, found: Found) -> Kept:
    return Kept(
        key=key,
        version=found.version,
        sha256=found.sha256,
        size=found.size,
        # Any other mode can be taken off, so it keeps nothing.
        retain_until=found.until if found.mode == COMPLIANCE else NEVER,
        hold=found.hold,
    )


def _whole_second(until: datetime) -> datetime:
    """Never earlier than asked, whatever the server rounds away."""
    rounded = until.replace(microsecond=0)
    return rounded if rounded == until else rounded + timedelta(seconds=1)
