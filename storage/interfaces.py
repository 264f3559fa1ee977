"""The protocols several rooms share: what a store of bytes must promise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Grade(StrEnum):
    """What a store defends against, as it stands in records and on the command line."""

    TAMPER_EVIDENT = "tamper-evident"
    IMMUTABLE_FLAG = "tamper-evident, immutable flag"
    FLAG_REFUSED = "tamper-evident (the immutable flag is refused on this machine)"
    LOCKED = "locked (S3 object lock, COMPLIANCE)"
    UNPROVEN = "trial: the S3 server was not asked to prove its locks"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where bytes are kept and what was verified when they were stored."""

    key: str
    version: str
    sha256: str
    size: int
    retain_until: datetime
    hold: bool = False


class ObjectStore(Protocol):
    """Keeps bytes under their SHA-256 and never lets them change.

    Implementations may be used by several threads and processes at once; each
    method may be called again with the same arguments and then does nothing new.
    All raise StoreError (retryable) where the store cannot answer now.
    """

    @property
    def grade(self) -> Grade:
        """What the store defends against."""
        ...

    def put(self, data: bytes, *, prefix: str, retain_until: datetime) -> Kept:
        """Store, read back, and return only once the bytes are durable.

        Raises:
            TamperedError: other bytes are already kept under this hash.
        """
        ...

    def read(self, key: str, *, version: str, sha256: str) -> bytes:
        """The bytes, hashed again; version "" is whichever is kept.

        Raises:
            TamperedError: they are not what was stored.
            MissingError: they are gone.
        """
        ...

    def stat(self, key: str, *, version: str) -> Kept:
        """What is kept, from a fresh look at it. Raises MissingError."""
        ...

    def extend(self, key: str, *, version: str, retain_until: datetime) -> None:
        """Keep it longer; an earlier date than before raises ForbiddenError."""
        ...

    def hold(self, key: str, *, version: str, on: bool) -> None:
        """Set or lift a hold; while it is on, delete raises ForbiddenError."""
        ...

    def delete(self, key: str, *, version: str) -> None:
        """Destroy; before its date or under a hold it raises ForbiddenError."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below the prefix, in order."""
        ...

    def path_of(self, key: str) -> str | None:
        """The file below the data folder, or None where the store is no folder."""
        ...
