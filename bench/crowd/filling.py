"""Brings a crowd into PostgreSQL by COPY, with the indexes made afterwards."""

import os
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context

import psycopg

from bench.crowd.rows import COLUMNS, OTHER_SITE, SITE, Crowd

# So many filings are made into text at once, and so many such texts wait at most.
_AT_ONCE = 2_000
_AHEAD = 4
_PLAIN_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = indexrelid
)
"""

# As the trigger does that says nothing meanwhile.
_KNOW_DAYS = """
INSERT INTO ledger_day (site, day)
SELECT DISTINCT site, (created_at AT TIME ZONE 'Asia/Tokyo')::date FROM job
ON CONFLICT DO NOTHING
"""


def fill(connection: psycopg.Connection, crowd: Crowd, first: int, last: int) -> None:
    """Add the filings of these numbers, the last one included.

    `first` is odd and `last` even: two lie in each bundle.
    """
    # Foreign keys and guards ask row by row otherwise; the rows fit by make.
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '1GB'")
    if first == 1:
        for site in (SITE, OTHER_SITE):
            connection.execute("INSERT INTO site VALUES (%s, %s)", [site, site])
    with _indexed_afterwards(connection):
        for texts in _made(crowd, first, last):
            _copy(connection, texts)
    for table, columns in COLUMNS.items():
        if columns.startswith("id "):
            connection.execute(  # pyright: ignore
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608
                f"(SELECT max(id) FROM {table}))"
            )
    connection.execute("SET session_replication_role = origin")
    connection.execute(_KNOW_DAYS)
    connection.commit()
    connection.autocommit = True
    connection.execute(f"VACUUM ANALYZE {', '.join(COLUMNS)}")  # pyright: ignore
    connection.execute("CHECKPOINT")
    connection.autocommit = False


def _made(crowd: Crowd, first: int, last: int) -> Iterator[Mapping[str, str]]:
    """What is copied, in order, made on every core while the database takes it in."""
    parts = [
        range(begin, min(begin + _AT_ONCE, last + 1))
        for begin in range(first, last + 1, _AT_ONCE)
    ]
    if len(parts) == 1:
        yield _text(crowd, parts[0])
        return
    # Forked: the keys of a vault go into no message.
    with get_context("fork").Pool(os.cpu_count(), _remember, [crowd]) as pool:
        waiting = deque(pool.apply_async(_remembered, [one]) for one in parts[:_AHEAD])
        for part in [*parts[_AHEAD:], None]:
            yield waiting.popleft().get()
            if part is not None:
                waiting.append(pool.apply_async(_remembered, [part]))
        yield from (one.get() for one in waiting)


_crowd: list[Crowd] = []


def _remember(crowd: Crowd) -> None:
    _crowd.append(crowd)


def _remembered(numbers: range) -> Mapping[str, str]:
    return _text(_crowd[-1], numbers)


def _text(crowd: Crowd, numbers: range) -> Mapping[str, str]:
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for number in numbers:
        for table, rows in crowd.rows(number).items():
            lines[table] += rows
    return {table: "".join(rows) for table, rows in lines.items()}


def _copy(connection: psycopg.Connection, texts: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        for table, names in COLUMNS.items():
            said = ", ".join(f'"{name}"' for name in names.split())
            with cursor.copy(f"COPY {table} ({said}) FROM STDIN") as copy:  # pyright: ignore
                copy.write(texts.get(table, ""))


@contextmanager
def _indexed_afterwards(connection: psycopg.Connection) -> Iterator[None]:
    """Without the indexes that no constraint rests on."""
    found = connection.execute(_PLAIN_INDEXES, [list(COLUMNS)]).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")  # pyright: ignore
    yield
    for _, made in found:
        connection.execute(made)  # pyright: ignore
