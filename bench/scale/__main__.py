"""Prints how long claims, the queue, look-ups and the ledger take, by filings.

    python -m bench.scale --sizes 1000 100000 1000000

What is measured is what an ask costs the server: its questions to PostgreSQL, and what
is made of the answers. Beside the last size stand the tables that a statement of the
ask read from end to end, as PostgreSQL counts them, where they hold more than a few
thousand rows. The largest size takes 20 GB of the disk.
"""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import psycopg

from bench.crowd.filling import fill
from bench.crowd.people import People
from bench.crowd.rows import Crowd
from bench.scale.asks import Ask, Asks
from forms.headings import heading_of
from forms.library import Library
from storage.database import Database
from storage.vault import KeyRing, Vault
from tests.services import postgres_database, postgres_server

# As PostgreSQL's manual begins; its own defaults are for machines of long ago.
_SETTINGS = ("shared_buffers=4GB", "work_mem=16MB", "max_wal_size=8GB")
_FILLING = ("wal_level=minimal", "max_wal_senders=0")
_LARGE = 10_000
_SCANS = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE n_live_tup > %s"

# By what was asked: p50 and p95 in ms at each size.
Table = dict[str, list[tuple[float, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--asks", type=int, default=40)
    parser.add_argument("--only", default="", help="asks whose names hold this")
    wanted = parser.parse_args()
    library, people = Library.shipped(), People()
    table, whole = Table(), dict[str, str]()
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(on_disk=True, settings=(*_SETTINGS, *_FILLING)) as server,
        postgres_database(server) as url,
    ):
        database, vault = Database(url), Vault(KeyRing.load(Path(folder) / "keys"))
        database.upgrade()
        crowd = Crowd(
            library.get("2200"),
            vault,
            people,
            wanted=lambda field: heading_of(field) is not None,
        )
        done = 0
        for size in sorted(wanted.sizes):
            _fill(url, crowd, done + 1, size)
            done = size
            asks = Asks(database, vault, library, people, size)
            _count("days were closed", asks.close)
            for name, ask in asks.all():
                if wanted.only in name:
                    with _scans(url) as scans:
                        took = _timed(ask, wanted.asks)
                    table.setdefault(name, []).append(took)
                    whole[name] = ", ".join(sorted(scans))
                    print(f"{name:42}{took[0]:9.1f}{took[1]:9.1f}  {whole[name]}")
            if wanted.only in "ledger":
                _count("closed days were held against their rows", asks.hold)
        database.close()
    _print(sorted(wanted.sizes), table, whole)


def _fill(url: str, crowd: Crowd, first: int, last: int) -> None:
    begun = time.monotonic()
    with psycopg.connect(url) as connection:
        fill(connection, crowd, first, last)
        ((size,),) = connection.execute(
            "SELECT pg_size_pretty(pg_database_size(current_database()))"
        ).fetchall()
    # What was made for filling is no part of a server's heap: each sweep for garbage
    # would go through all of it, and be measured as an ask.
    gc.collect()
    gc.freeze()
    took = time.monotonic() - begun
    print(f"\n{last:,} filings, {size}; filled in {took:.0f} s", flush=True)


def _count(what: str, act: Callable[[], int]) -> None:
    """Do what is done once, and say how much it was and how long it took."""
    begun = time.perf_counter()
    count = act()
    print(f"{count:,} {what} in {time.perf_counter() - begun:.1f} s", flush=True)


def _timed(ask: Ask, asks: int) -> tuple[float, float]:
    # The first ask of a connection prepares what all others have.
    ask()
    took = []
    for _ in range(asks):
        begun = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begun) * 1_000)
    cuts = quantiles(took, n=20)
    return cuts[9], cuts[18]


@contextmanager
def _scans(url: str) -> Iterator[set[str]]:
    """The large tables that were read from end to end meanwhile."""
    found: set[str] = set()
    with psycopg.connect(url, autocommit=True) as connection:
        before = _scanned(connection)
        yield found
        # A backend tells what it did a second after it fell idle.
        time.sleep(1.1)
        after = _scanned(connection)
    found |= {name for name, count in after.items() if count > before.get(name, 0)}


def _scanned(connection: psycopg.Connection) -> dict[str, int]:
    connection.execute("SELECT pg_stat_clear_snapshot()")
    return dict(connection.execute(_SCANS, [_LARGE]).fetchall())


def _print(sizes: list[int], table: Table, whole: dict[str, str]) -> None:
    load = os.getloadavg()[0]
    print(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, ", end="")
    print(f"load {load:.1f}; ms, p50 and p95")
    print("| asked | " + " | ".join(f"{size:,} | p95" for size in sizes) + " | whole |")
    print("|---" * (2 * len(sizes) + 2) + "|")
    for name, took in table.items():
        cells = " | ".join(f"{p50:.0f} | {p95:.0f}" for p50, p95 in took)
        print(f"| {name} | {cells} | {whole[name]} |")


if __name__ == "__main__":
    main()
