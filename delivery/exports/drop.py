"""Laying a file where its receiver fetches it, whoever is lost half way."""

from typing import Protocol

from kamizero.errors import StoreError

DONE = ".done"


class Drop(Protocol):
    """A place from which one receiver fetches files. All methods raise StoreError."""

    def found(self, name: str) -> bytes | None:
        """What lies there under a name."""
        ...

    def put(self, name: str, data: bytes) -> None:
        """Lay it there so that nobody sees half of it; again, it changes nothing.

        Raises:
            StoreError: something else lies there, which stays as it is.
        """
        ...

    def remove(self, name: str) -> None:
        """Take it away; where it is gone already, nothing happens."""
        ...


def lay(drop: Drop, name: str, data: bytes, done: bytes) -> None:
    """`name`, then `name.done`; done again, it changes nothing.

    Whoever receives takes a file away once its `.done` is there.

    Raises:
        StoreError: the place cannot be written, or the name is another's.
    """
    mark = f"{name}{DONE}"
    marked = drop.found(mark)
    if marked is None:
        drop.put(name, data)
        drop.put(mark, done)
    else:
        demand_same(marked, done, mark)


def demand_same(found: bytes, data: bytes, where: object) -> None:
    """Raises StoreError where what lies there is another's."""
    if found != data:
        raise StoreError(
            f"{where} is there already and is another file. Move it away: files of a "
            "destination are never written over."
        )
