"""Every original is still the bytes that were received, and none has gone."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, StoreError, TamperedError
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.originals import KEPT, ORIGINALS, read_original
from storage.proofs import certificates
from storage.proofs.report import MISSING, Difference, Tally, path_in
from storage.tables import AuditEvent, DoomedOriginal, Original

KIND = "original"
WITHOUT_ROW = "original_without_row"

_CHUNK = 200
# Hashing leaves the interpreter's lock alone, so a few threads keep the disk busy.
_THREADS = 4


def prove(database: Database, store: ObjectStore, tally: Tally) -> None:
    tally.count(KIND, 0)
    known: set[str] = set()
    gone = certificates.prove(database, store, tally)
    certificates.prove_paper(database, store, tally)
    with ThreadPoolExecutor(_THREADS) as pool:
        for rows in _chunks(database):
            known.update(row.store_key for row in rows)
            for found in pool.map(partial(_check, store, gone), rows):
                tally.count(KIND)
                tally.add(found)
    with database.look() as session:
        for sha256 in _removed(session):
            tally.differs(KIND, sha256, expected="a row", found=MISSING)
    # Bytes come before their row, so a crash may leave some; they do no harm.
    tally.note(WITHOUT_ROW, sum(key not in known for key in store.keys(ORIGINALS)))


def _chunks(database: Database) -> Iterator[Sequence[Original]]:
    last = 0
    while True:
        with database.look() as session:
            rows = session.scalars(
                select(Original)
                .where(Original.id > last)
                .order_by(Original.id)
                .limit(_CHUNK)
            ).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _check(
    store: ObjectStore, gone: Mapping[int, DoomedOriginal], row: Original
) -> list[Difference]:
    path = path_in(store, row.store_key) or None

    def differs(expected: str, found: str) -> Difference:
        return Difference(KIND, row.sha256, path, expected, found)

    if row.id in gone:
        is_claimed = gone[row.id].destroyed_at is not None
        if is_claimed and _is_there(store, row):
            return [differs("destroyed", "still there")]
        return []
    try:
        size = len(read_original(store, row))
        lock = store.stat(row.store_key, version=row.store_version)
    except MissingError:
        return [differs(row.sha256, MISSING)]
    except TamperedError as error:
        return [differs(row.sha256, error.found or "changed")]
    except StoreError:
        return [differs(row.sha256, "unreadable")]
    differences = []
    if size != row.size:
        differences.append(differs(f"{row.size} bytes", f"{size} bytes"))
    if lock.retain_until < row.retain_until:
        differences.append(
            differs(
                f"kept until {row.retain_until:%Y-%m-%d}",
                f"kept until {lock.retain_until:%Y-%m-%d}",
            )
        )
    return differences


def _is_there(store: ObjectStore, row: Original) -> bool:
    try:
        store.stat(row.store_key, version=row.store_version)
    except (MissingError, TamperedError, StoreError):
        return False
    return True


def _removed(session: Session) -> Sequence[str]:
    return session.scalars(
        select(AuditEvent.subject_id)
        .outerjoin(Original, Original.sha256 == AuditEvent.subject_id)
        .where(
            AuditEvent.act == KEPT,
            AuditEvent.subject_kind == "original",
            Original.id.is_(None),
        )
        .order_by(AuditEvent.id)
    ).all()
