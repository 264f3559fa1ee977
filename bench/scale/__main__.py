"""Prints how long claims, the queue, look-ups and the ledger take, by filings.

    python -m bench.scale --sizes 1000 100000 1000000

Each size has a database of its own, and they are asked in turn, so that whatever else
the machine does meets all sizes alike. What is measured is what an ask costs the
server, its questions to PostgreSQL and what is made of the answers: by the clock, and
in processor time of the asking process and its backend, which says more on a machine
that others use. Beside the last size stand the tables that a statement of the ask read
from end to end, as PostgreSQL counts them, where they hold more than a few thousand
rows. The largest size takes 20 GB of the disk.
"""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import psycopg
from sqlalchemy import text

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
# A statement is prepared with its sixth, and its plan kept from its eleventh.
_FIRST_ASKS = 12
_SCANS = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE n_live_tup > %s"


@dataclass(frozen=True, slots=True)
class Took:
    """What an ask took, in ms: by the clock, and of the processor at the median."""

    p50: float
    p95: float
    processor: float


# By what was asked: at each size.
Table = dict[str, list[Took]]


@dataclass(frozen=True, slots=True)
class Place:
    """A database of so many filings, and what is asked of it.

    Attributes:
        backend: the process that answers.
    """

    url: str
    asks: Asks
    named: Mapping[str, Ask]
    backend: int

    def spent(self) -> int:
        """Processor time so far, in ns."""
        said = Path(f"/proc/{self.backend}/schedstat").read_text("ascii")
        return time.process_time_ns() + int(said.split()[0])


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--asks", type=int, default=40)
    parser.add_argument("--only", default="", help="asks whose names hold this")
    wanted = parser.parse_args()
    sizes = sorted(wanted.sizes)
    table, whole = Table(), dict[str, str]()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        server = held.enter_context(
            postgres_server(on_disk=True, settings=(*_SETTINGS, *_FILLING))
        )
        keys = KeyRing.load(folder / "keys")
        places = [held.enter_context(_place(server, keys, size)) for size in sizes]
        # What was made for filling is no part of a server's heap: each sweep for
        # garbage would go through all of it, and be measured as an ask.
        gc.collect()
        gc.freeze()
        for name in places[-1].named:
            if wanted.only in name:
                with _scans(places[-1].url) as scans:
                    table[name] = _timed(places, name, wanted.asks)
                whole[name] = ", ".join(sorted(scans))
                print(_line(name, table[name], whole[name]), flush=True)
        if wanted.only in "ledger":
            for place in places:
                _count("closed days were held against their rows", place.asks.hold)
    _print(sizes, table, whole)


@contextmanager
def _place(server: str, keys: KeyRing, size: int) -> Iterator[Place]:
    library, people, vault = Library.shipped(), People(), Vault(keys)
    crowd = Crowd(
        library.get("2200"),
        vault,
        people,
        wanted=lambda field: heading_of(field) is not None,
    )
    with postgres_database(server) as url:
        database = Database(url)
        database.upgrade()
        _fill(url, crowd, size)
        with database.look() as session:
            backend = session.scalars(text("SELECT pg_backend_pid()")).one()
        asks = Asks(database, vault, library, people, size)
        _count("days were closed", asks.close)
        yield Place(url, asks, dict(asks.all()), backend)
        database.close()


def _fill(url: str, crowd: Crowd, size: int) -> None:
    begun = time.monotonic()
    with psycopg.connect(url) as connection:
        fill(connection, crowd, 1, size)
        ((bytes_,),) = connection.execute(
            "SELECT pg_size_pretty(pg_database_size(current_database()))"
        ).fetchall()
    took = time.monotonic() - begun
    print(f"{size:,} filings, {bytes_}; filled in {took:.0f} s", flush=True)


def _count(what: str, act: Callable[[], int]) -> None:
    """Do what is done once, and say how much it was and how long it took."""
    begun = time.perf_counter()
    count = act()
    print(f"{count:,} {what} in {time.perf_counter() - begun:.1f} s", flush=True)


def _timed(places: Sequence[Place], name: str, asks: int) -> list[Took]:
    # The first asks of a connection prepare what all others have.
    for place in places:
        for _ in range(_FIRST_ASKS):
            place.named[name]()
    clock: list[list[float]] = [[] for _ in places]
    processor: list[list[float]] = [[] for _ in places]
    for _ in range(asks):
        for n, place in enumerate(places):
            before, begun = place.spent(), time.perf_counter()
            place.named[name]()
            clock[n].append((time.perf_counter() - begun) * 1_000)
            processor[n].append((place.spent() - before) / 1_000_000)
    return [
        Took(*_cuts(waited), median(used))
        for waited, used in zip(clock, processor, strict=True)
    ]


def _cuts(took: Sequence[float]) -> tuple[float, float]:
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


def _line(name: str, took: Sequence[Took], whole: str) -> str:
    said = "".join(f"{one.p50:9.1f}{one.p95:9.1f}{one.processor:9.1f}" for one in took)
    return f"{name:42}{said}{_growth(took):7.2f}  {whole}"


def _growth(took: Sequence[Took]) -> float:
    """How many times the processor time of the smallest the largest takes."""
    return took[-1].processor / took[0].processor


def _print(sizes: Sequence[int], table: Table, whole: Mapping[str, str]) -> None:
    load = os.getloadavg()[0]
    print(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, ", end="")
    print(f"load {load:.1f}; ms: p50, p95, and processor")
    heads = " | ".join(f"{size:,} | p95 | processor" for size in sizes)
    print(f"| asked | {heads} | times | whole |")
    print("|---" * (3 * len(sizes) + 3) + "|")
    for name, took in table.items():
        cells = " | ".join(
            f"{one.p50:.1f} | {one.p95:.1f} | {one.processor:.1f}" for one in took
        )
        print(f"| {name} | {cells} | {_growth(took):.2f} | {whole[name]} |")


if __name__ == "__main__":
    main()
