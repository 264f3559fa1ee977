"""Measures the list of bundles at the desk, with few and with many of them open.

Every bundle has a separator, two filings of two pages and an attachment; they come
twenty a job and batch. Needs PostgreSQL; prints the median of several looks.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import event, insert

from forms.library import Library
from storage.columns import Table
from storage.database import Database
from storage.tables import (
    Arrival,
    ArrivalState,
    Batch,
    Bundle,
    Entry,
    Filing,
    FilingStep,
    Job,
    Original,
    Page,
    Site,
)
from tests.services import postgres_database, postgres_server
from web.shown.sorting import open_bundles

_NOW = datetime(2026, 11, 25, tzinfo=UTC)
_DAY = date(2026, 11, 25)
_IN_A_JOB = 20
_LOOKS = 5
_KINDS = ("separator", "form", "form", "form", "form", "attachment")


def main(counts: list[int]) -> None:
    row = "{:>14}{:>12}{:>12}"
    print(row.format("open bundles", "ms a look", "statements"))
    with postgres_server() as server:
        for count in counts:
            with postgres_database(server) as url:
                print(row.format(f"{count:,}", *_measured(url, count)), flush=True)


def _measured(url: str, count: int) -> tuple[str, str]:
    database = Database(url)
    database.upgrade()
    _fill(database, count)
    asked: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *told: asked.append(told[2])
    )
    library, seconds = Library.shipped(), []
    for _ in range(_LOOKS):
        asked.clear()
        with database.look() as session:
            start = time.perf_counter()
            open_bundles(session, library, "ja")
            seconds.append(time.perf_counter() - start)
    database.close()
    return f"{statistics.median(seconds) * 1000:.0f}", str(len(asked))


def _fill(database: Database, count: int) -> None:
    with database.begin() as session:
        session.add(Site(code="main", name="main"))
        session.flush()
        for table, rows in _rows(count):
            session.execute(insert(table), rows)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _rows(count: int) -> Iterator[tuple[type[Table], list[dict[str, Any]]]]:
    """Row by row what the intake and the steps would have written."""
    jobs = range(1, count // _IN_A_JOB + 1)
    bundles = range(1, count + 1)
    filings = range(1, 2 * count + 1)
    yield (
        Job,
        [
            {
                "id": n,
                "site": "main",
                "door": "bench",
                "operator": "bench",
                "created_at": _NOW,
                "received_on": _DAY,
                "declared_sheets": _IN_A_JOB * len(_KINDS),
                "sides": "1",
            }
            for n in jobs
        ],
    )
    yield (
        Original,
        [
            {
                "id": n,
                "sha256": f"{n:064x}",
                "size": 1,
                "media_type": "image/tiff",
                "store_key": str(n),
                "store_version": "1",
                "stored_at": _NOW,
                "retain_until": _NOW,
            }
            for n in jobs
        ],
    )
    yield (
        Arrival,
        [
            {
                "id": n,
                "job_id": n,
                "seq": 1,
                "original_id": n,
                "source": f"{n}.tif",
                "state": ArrivalState.TAKEN,
            }
            for n in jobs
        ],
    )
    yield (
        Batch,
        [
            {
                "id": n,
                "job_id": n,
                "number": str(n),
                "site": "main",
                "declared_bundles": _IN_A_JOB,
                "declared_sheets": _IN_A_JOB * 5,
            }
            for n in jobs
        ],
    )
    yield (
        Bundle,
        [
            {
                "id": n,
                "job_id": _job_of(n),
                "batch_id": _job_of(n),
                "number": str(n),
                "site": "main",
                "scheme": "KOSEI",
                "form": "2200",
                "received_on": _DAY,
                # One sheet more than there is: nobody has settled it yet.
                "declared_sheets": 6,
                "declared_entries": 2,
            }
            for n in bundles
        ],
    )
    yield (
        Filing,
        [
            {
                "id": n,
                "receipt_number": f"R{n}",
                "arrival_id": _job_of((n + 1) // 2),
                "bundle_id": (n + 1) // 2,
                "site": "main",
                "form": "2200",
                "revision": "2020-12",
                "received_on": _DAY,
                "created_at": _NOW,
                "step": FilingStep.DONE,
            }
            for n in filings
        ],
    )
    yield Entry, [{"filing_id": n, "n": 1} for n in filings]
    yield (
        Page,
        [
            {
                "arrival_id": _job_of(n),
                "number": (n - 1) % _IN_A_JOB * len(_KINDS) + at + 1,
                "width_px": 1654,
                "height_px": 2339,
                "dpi": 200.0,
                "depth": 8,
                "kind": kind,
                "form": "2200" if kind == "form" else None,
                "form_page": (at - 1) % 2 + 1 if kind == "form" else None,
                "quality": {"sharpness": 1.0, "skew": 0.1, "faults": []},
                "bundle_id": n,
                "filing_id": 2 * n - (at < 3) if at else None,
            }
            for n in bundles
            for at, kind in enumerate(_KINDS)
        ],
    )


def _job_of(bundle: int) -> int:
    return (bundle - 1) // _IN_A_JOB + 1


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1_000, 10_000])
