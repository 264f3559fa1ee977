"""Where a host lays its lists: each read whole when quiet, put away when noted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

READ, BROKEN = "read", "broken"
# Of lists of one name, for who always writes under the same.
MOST_COPIES = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """One quiet list, as it was when it was read.

    Attributes:
        etag: what a server calls these bytes, "" in a folder.
    """

    name: str
    changed_ns: int
    data: bytes
    etag: str = ""

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    @property
    def mark(self) -> str:
        """Tells it from every other, a later one with the same words included."""
        signs = f"{self.name}\0{self.changed_ns}\0{self.sha256}"
        return sha256(signs.encode()).hexdigest()


class Tray(Protocol):
    """The place of one host's lists. Both methods raise StoreError."""

    def quiet(self, *, now: datetime) -> Iterator[Found]:
        """The lists that nobody writes any more, by name."""
        ...

    def put_away(self, found: Found, where: str) -> bool:
        """Move a list beside the others of its kind; False where it changed meanwhile.

        Nothing is ever written over, and nothing that was not read is moved.
        """
        ...
