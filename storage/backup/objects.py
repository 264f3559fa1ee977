"""Originals of a bucket in a backup: out as files, and back under their locks.

A bucket that takes bytes back gives them versions of its own, so the rows are told
which: the one change that a restore makes to them beside what was destroyed since.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeVar

from sqlalchemy import Column, Connection, MetaData, Select, String, select, text, union
from sqlalchemy import Table as SqlTable

from kamizero.errors import MissingError
from storage.database import Database
from storage.files import create, explained
from storage.interfaces import ObjectStore
from storage.tables import Original

OBJECTS = "objects"
LOCKS = "objects.jsonl"
# No store takes a lock that is over already.
SHORTEST_LOCK = timedelta(minutes=1)
# A store answers several as fast as one.
_AT_ONCE = 8
_CHUNK = 1000

_MOVED = SqlTable(
    "moved_object",
    MetaData(),
    Column("key", String, primary_key=True),
    Column("was", String, primary_key=True),
    Column("version", String),
    prefixes=["TEMPORARY"],
)
_Asked = TypeVar("_Asked")
_Made = TypeVar("_Made")


class Named(NamedTuple):
    """Bytes as rows name them."""

    key: str
    version: str

    @property
    def sha256(self) -> str:
        return PurePosixPath(self.key).name


@dataclass(frozen=True, slots=True)
class Lock:
    """One object of the backup, and how it was locked."""

    named: Named
    retain_until: datetime
    hold: bool

    def line(self) -> str:
        return json.dumps(
            [*self.named, self.retain_until.isoformat(), self.hold], ensure_ascii=True
        )

    @classmethod
    def of(cls, line: str) -> "Lock":
        key, version, until, hold = json.loads(line)
        return cls(Named(key, version), datetime.fromisoformat(until), hold)


def copy_out(database: Database, store: ObjectStore, folder: Path) -> None:
    """Copy every version that rows name, and write down how each is locked."""
    with database.look() as session:
        named = [Named(*row) for row in session.execute(union(*map(_named, _tables())))]
    locks = _each(partial(_copy_one, store, folder / OBJECTS), named)
    lines = "".join(f"{lock.line()}\n" for lock in locks if lock is not None)
    create(folder / LOCKS, lines.encode())


def put_back(
    folder: Path,
    store: ObjectStore,
    *,
    erased: frozenset[str],
    clock: Callable[[], datetime],
) -> dict[Named, str]:
    """Give the store everything again; what rows name, and the version it has now.

    Args:
        erased: hashes of what was destroyed since, which never comes back.
    """
    lines = (folder / LOCKS).read_text("utf-8").splitlines()
    locks = [one for one in map(Lock.of, lines) if one.named.sha256 not in erased]
    versions = _each(partial(_put_one, store, folder / OBJECTS, clock), locks)
    return {lock.named: version for lock, version in zip(locks, versions, strict=True)}


def are_listed(folder: Path) -> bool:
    """Whether the originals of a backup came out of a bucket."""
    return (folder / LOCKS).is_file()


def tell_rows(database: Database, versions: dict[Named, str]) -> None:
    """Let the rows name the versions that the store has now."""
    moved = [
        {"key": named.key, "was": named.version, "version": version}
        for named, version in versions.items()
        if version != named.version
    ]
    if not moved:
        return
    with database.engine.begin() as connection:
        _MOVED.create(connection)
        connection.execute(_MOVED.insert(), moved)
        for table in _tables():
            here = (
                (_MOVED.c.key == table.c.store_key)
                & (_MOVED.c.was == table.c.store_version)
            )  # fmt: skip
            now = select(_MOVED.c.version).where(here)
            with _unguarded(connection, table.name):
                connection.execute(
                    table.update()
                    .values(store_version=now.scalar_subquery())
                    .where(now.exists())
                )
        _MOVED.drop(connection)


def _tables() -> list[SqlTable]:
    """Those whose rows name bytes in the store."""
    tables = Original.metadata.sorted_tables
    return [
        one for one in tables if {"store_key", "store_version"} <= set(one.c.keys())
    ]


def _named(table: SqlTable) -> Select[str, str]:
    return select(table.c.store_key, table.c.store_version).where(
        table.c.store_key.is_not(None)
    )


def _copy_one(store: ObjectStore, folder: Path, one: Named) -> Lock | None:
    try:
        data = store.read(one.key, version=one.version, sha256=one.sha256)
        kept = store.stat(one.key, version=one.version)
    except MissingError:
        # Destroyed, now or long ago; of anything else, verification tells.
        return None
    target = folder / one.key
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return Lock(one, kept.retain_until, kept.hold)


def _put_one(
    store: ObjectStore, folder: Path, clock: Callable[[], datetime], lock: Lock
) -> str:
    key = lock.named.key
    with explained(folder / key):
        data = (folder / key).read_bytes()
    # Counted from this object on: those before it took their time.
    until = max(lock.retain_until, clock() + SHORTEST_LOCK)
    prefix = key.partition("/")[0]
    kept = store.put(data, prefix=prefix, retain_until=until)
    if lock.hold:
        store.hold(kept.key, version=kept.version, on=True)
    return kept.version


def _each(do: Callable[[_Asked], _Made], asked: Sequence[_Asked]) -> list[_Made]:
    """Several at a time, in order."""
    made: list[_Made] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(asked), _CHUNK):
            made += pool.map(do, asked[start : start + _CHUNK])
    return made


@contextmanager
def _unguarded(connection: Connection, table: str) -> Iterator[None]:
    """Without what refuses that a row of evidence changes, for as long as this."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    guards = connection.execute(
        text(f"{query} AND tbl_name = :table"), {"table": table}
    ).all()
    for name, _ in guards:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, sql in guards:
        connection.exec_driver_sql(sql)
