"""Times a backup and its restore, with one paper destroyed between the two.

`python -m bench.backup 1000 200000` makes a thousand filings whose originals have two
hundred thousand bytes each, on SQLite and a folder. It prints seconds, and ends with 1
where the destroyed paper is back or verification finds a difference.
"""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from kamizero.model import Role
from storage.backup.erasures import erasures_in, publish
from storage.backup.making import Source, make_backup
from storage.backup.restoring import Target, restore_backup
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.retention.destruction import approve, destroy, propose_file
from storage.retention.record_files import keep_up
from storage.retention.schedule import Schedule
from storage.tables import RecordFile
from storage.vault import KeyRing, Vault
from storage.verification import verify
from tests.archive import NOW, Archive, archive

_OLD, _LONG_AGO = date(2019, 5, 7), datetime(2019, 9, 4, tzinfo=UTC)
_Made = TypeVar("_Made")


def main(count: int, size: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix="kz-backup-"))
    try:
        return _drill(folder, count, size)
    finally:
        shutil.rmtree(folder)


def _drill(folder: Path, count: int, size: int) -> int:
    data, backup, outside = (folder / name for name in ("data", "backup", "outside"))
    data.mkdir()
    outside.mkdir()
    kept = archive(data, embedded_url(data))
    _fill(kept, count, size)
    print(f"{count:,} filings, {count * size / 1e6:,.0f} MB of originals")
    source = Source(kept.database, data / "objects", data / "keys")
    keys = folder / "keys"
    _timed(
        "backup", lambda: make_backup(source, backup, keys=keys, by="bench", now=NOW)
    )
    _destroy_one(kept)
    publish(kept.database, kept.store, outside)
    kept.database.close()
    shutil.rmtree(data)
    target = Target(data, None, partial(DirectoryStore, data))
    done = _timed(
        "restore",
        lambda: restore_backup(
            backup,
            target,
            keys=keys,
            erasures=erasures_in(outside),
            by="bench",
            clock=lambda: NOW,
        ),
    )
    database = Database(embedded_url(data))
    vault = Vault(KeyRing.load(data / "keys", create=False))
    report = _timed("verify", lambda: verify(database, DirectoryStore(data), vault))
    database.close()
    print(f"destroyed again: {done.erased}; differences: {len(report.differences)}")
    return int(done.erased != 1 or bool(report.differences))


def _fill(kept: Archive, count: int, size: int) -> None:
    chance = random.Random(1)
    kept.approve(
        kept.receive(chance.randbytes(size), received_on=_OLD, until=_LONG_AGO)
    )
    for _ in range(count - 1):
        kept.approve(kept.receive(chance.randbytes(size)))
    lock = timedelta(days=120)
    keep_up(kept.database, kept.store, Schedule.shipped(), short_lock=lock, now=NOW)
    kept.seal()


def _destroy_one(kept: Archive) -> None:
    with kept.database.begin() as session:
        file = session.scalars(
            select(RecordFile).where(RecordFile.fiscal_year == _OLD.year)
        ).one()
        proposal = propose_file(session, file, reason="満了", by="rika", now=NOW)
    with kept.database.begin() as session:
        approve(session, proposal.id, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
    destroy(kept.database, kept.store, proposal.id, by="rika", clock=lambda: NOW)


def _timed(name: str, do: Callable[[], _Made]) -> _Made:
    start = time.perf_counter()
    made = do()
    print(f"{name:10} {time.perf_counter() - start:8.1f} s", flush=True)
    return made


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["1000", "200000"])))
