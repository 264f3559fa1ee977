"""Times a backup and its restore, with one paper destroyed between the two.

`python -m bench.backup 1000 200000` makes a thousand filings whose originals have two
hundred thousand bytes each, on SQLite and a folder; with `bucket` behind it, on
PostgreSQL and in a bucket of Ceph RGW, restored into another bucket. It prints seconds,
and ends with 1 where the destroyed paper is back or verification finds a difference.
"""

import random
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import select

from kamizero.model import Role
from storage.backup.erasures import erasures_in, publish
from storage.backup.making import Source, make_backup
from storage.backup.restoring import Target, restore_backup
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.interfaces import ObjectStore
from storage.retention.destruction import approve, destroy, propose_file
from storage.retention.record_files import keep_up
from storage.retention.schedule import Schedule
from storage.s3.bucket import Bucket
from storage.s3.store import S3Store
from storage.tables import RecordFile
from storage.vault import KeyRing, Vault
from storage.verification import verify
from tests.archive import Archive, archive
from tests.buckets import a_bucket
from tests.services import postgres_database, postgres_server, s3_server

_OLD = date(2019, 5, 7)
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows and originals lie before and after; None for the data folder."""

    rows: tuple[str | None, str | None] = (None, None)
    buckets: tuple[Bucket, Bucket] | None = None

    def store(self, at: int, data: Path) -> ObjectStore:
        return S3Store(self.buckets[at]) if self.buckets else DirectoryStore(data)


def main(count: int, size: int, where: str = "folder") -> int:
    with ExitStack() as places:
        folder = Path(places.enter_context(TemporaryDirectory(prefix="kz-backup-")))
        if where == "folder":
            return _drill(folder, Places(), count, size)
        server = places.enter_context(postgres_server())
        rows = tuple(places.enter_context(postgres_database(server)) for _ in "12")
        address = places.enter_context(s3_server())
        buckets = (a_bucket(address), a_bucket(address))
        return _drill(folder, Places((rows[0], rows[1]), buckets), count, size)


def _drill(folder: Path, places: Places, count: int, size: int) -> int:
    data, backup, outside = (folder / name for name in ("data", "backup", "outside"))
    data.mkdir()
    outside.mkdir()
    kept = archive(data, places.rows[0] or embedded_url(data))
    kept = replace(kept, store=places.store(0, data))
    over_at = _fill(kept, count, size)
    print(f"{count:,} filings, {count * size / 1e6:,.0f} MB of originals")
    objects = kept.store if places.buckets else data / "objects"
    source, keys = Source(kept.database, objects, data / "keys"), folder / "keys"
    _timed(
        "backup", lambda: make_backup(source, backup, keys=keys, by="bench", now=_now())
    )
    time.sleep(max((over_at - _now()).total_seconds(), 0))
    _destroy_one(kept)
    publish(kept.database, kept.store, outside)
    kept.database.close()
    shutil.rmtree(data)
    target = Target(
        data,
        places.rows[1],
        lambda: places.store(1, data),
        in_bucket=places.buckets is not None,
    )
    done = _timed(
        "restore",
        lambda: restore_backup(
            backup,
            target,
            keys=keys,
            erasures=erasures_in(outside),
            by="bench",
            clock=_now,
        ),
    )
    database = Database(places.rows[1] or embedded_url(data))
    store, vault = places.store(1, data), Vault(KeyRing.load(data / "keys"))
    report = _timed("verify", lambda: verify(database, store, vault))
    database.close()
    print(f"destroyed again: {done.erased}; differences: {len(report.differences)}")
    return int(done.erased != 1 or bool(report.differences))


def _fill(kept: Archive, count: int, size: int) -> datetime:
    """When the first of them may be destroyed."""
    chance, over_at = random.Random(1), _now() + timedelta(seconds=5)
    kept.approve(kept.receive(chance.randbytes(size), received_on=_OLD, until=over_at))
    for _ in range(count - 1):
        kept.approve(kept.receive(chance.randbytes(size)))
    lock = timedelta(days=120)
    keep_up(kept.database, kept.store, Schedule.shipped(), short_lock=lock, now=_now())
    kept.seal()
    return over_at


def _destroy_one(kept: Archive) -> None:
    with kept.database.begin() as session:
        file = session.scalars(
            select(RecordFile).where(RecordFile.fiscal_year == _OLD.year)
        ).one()
        proposal = propose_file(session, file, reason="満了", by="rika", now=_now())
    with kept.database.begin() as session:
        approve(session, proposal.id, by="ryo", role=Role.RECORDS_MANAGER, now=_now())
    destroy(kept.database, kept.store, proposal.id, by="rika", clock=_now)


def _now() -> datetime:
    return datetime.now(UTC)


def _timed(name: str, do: Callable[[], _Made]) -> _Made:
    start = time.perf_counter()
    made = do()
    print(f"{name:10} {time.perf_counter() - start:8.1f} s", flush=True)
    return made


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:3]] or [1000, 200_000]
    sys.exit(main(numbers[0], numbers[1], *sys.argv[3:]))
