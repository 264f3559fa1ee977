"""Measures the list of bundles at the desk, with few and with many of them open.

Every bundle declares a sheet more than it holds, and nobody has settled it. Needs
PostgreSQL; prints the median of several looks.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import event

from bench.crowd.filling import fill
from bench.crowd.people import somebody
from bench.crowd.rows import Crowd
from forms.library import Library
from storage.database import Database
from storage.vault import KeyRing, Vault
from tests.services import postgres_database, postgres_server
from web.shown.sorting import open_bundles

_LOOKS = 5


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
    _fill(url, count)
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


def _fill(url: str, bundles: int) -> None:
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(url) as connection:
        crowd = Crowd(
            Library.shipped().get("2200"),
            Vault(KeyRing.load(Path(folder) / "keys")),
            somebody,
            wanted=lambda _: False,
            unsettled=lambda _: True,
        )
        fill(connection, crowd, 1, 2 * bundles)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1_000, 10_000])
