"""Measures the ledger of one day and of everything, with few and many filings.

Every bundle has a separator, two filings of a form page and an empty back each; a
thousand filings come a day. Needs PostgreSQL; prints the median of several looks.
"""

import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta

import psycopg

from storage.database import Database
from storage.ledger.account import draw_up
from storage.ledger.span import EVER, Span
from tests.services import postgres_database, postgres_server

_FIRST = date(2026, 1, 5)
_A_DAY = 1_000
_LOOKS = 3

# Bundles b of two filings; ids follow from the number, so that rows fit by make.
_FILL = """
INSERT INTO site (code, name) VALUES ('main', 'main');
INSERT INTO job (id, site, door, operator, created_at, received_on, sides,
                 declared_sheets)
SELECT b, 'main', 'bench', 'bench', day, day::date, '2', 3
FROM bundles;
INSERT INTO original (id, sha256, size, media_type, store_key, store_version,
                      stored_at, retain_until, legal_medium)
SELECT b, lpad(to_hex(b), 64, '0'), 1, 'image/tiff', b::text, '1', day, day, 'paper'
FROM bundles;
INSERT INTO arrival (id, job_id, seq, original_id, source, state, page_count)
SELECT b, b, 1, b, 'bench.tif', 'taken', 6 FROM bundles;
INSERT INTO bundle (id, job_id, number, site, scheme, form, declared_sheets,
                    declared_entries, received_on, balance)
SELECT b, b, b::text, 'main', 'KOSEI', '2200', 2, 2, day::date, 'balanced'
FROM bundles;
INSERT INTO filing (id, receipt_number, arrival_id, bundle_id, site, form, revision,
                    kind, received_on, created_at, step, version)
SELECT b * 2 + n, 'R' || (b * 2 + n), b, b, 'main', '2200', '2020-12', 'new',
       day::date, day, 'done', 1
FROM bundles, generate_series(0, 1) n;
INSERT INTO page (arrival_id, number, width_px, height_px, dpi, depth, kind, form,
                  revision, form_page, bundle_id, filing_id, standing)
SELECT b, p, 1654, 2339, 200, 8,
       CASE WHEN p = 1 THEN 'separator' WHEN p IN (3, 5) THEN 'form' ELSE 'blank' END,
       CASE WHEN p IN (3, 5) THEN '2200' END,
       CASE WHEN p IN (3, 5) THEN '2020-12' END,
       CASE WHEN p IN (3, 5) THEN 1 END,
       b, CASE WHEN p > 2 THEN b * 2 + (p - 3) / 2 END, 'valid'
FROM bundles, generate_series(1, 6) p;
INSERT INTO entry (id, filing_id, n, version, state, straight_through, reasons,
                   approval_id)
SELECT id, id, 1, 1, 'approved', true, '[]', 1 FROM filing;
INSERT INTO delivery (entry_id, subscriber, state, changed_at)
SELECT id, 'api', CASE WHEN id % 9 = 0 THEN 'pending' ELSE 'taken' END, now()
FROM entry;
INSERT INTO work (kind, subject, site, priority, due_at, deadline, doubt, state,
                  attempts, fence, created_at)
SELECT 'read', id, 'main', 100, now(), '2099-12-31', 0, 'done', 1, 2, now()
FROM filing;
"""


def main(counts: list[int]) -> None:
    row = "{:>10}{:>10}{:>14}{:>16}{:>14}"
    print(row.format("filings", "pages", "ms one day", "ms everything", "differences"))
    with postgres_server() as server:
        for count in counts:
            with postgres_database(server) as url:
                print(row.format(*_measured(url, count)), flush=True)


def _measured(url: str, count: int) -> tuple[str, ...]:
    database = Database(url)
    database.upgrade()
    _fill(url, count)
    last = _FIRST + timedelta(days=(count - 1) // _A_DAY)
    day, differences = _timed(database, Span(last, last))
    everything, all_differences = _timed(database, EVER)
    database.close()
    return (
        f"{count:,}",
        f"{count * 3:,}",
        f"{day:.0f}",
        f"{everything:.0f}",
        str(differences + all_differences),
    )


def _timed(database: Database, span: Span) -> tuple[float, int]:
    seconds = []
    for _ in range(_LOOKS):
        start = time.perf_counter()
        with database.look() as session:
            found = draw_up(session, subscribers=["api"], span=span)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1000, len(found.differences)


def _fill(url: str, count: int) -> None:
    begin = datetime.combine(_FIRST, datetime.min.time(), UTC)
    with psycopg.connect(url) as connection:
        # Guards ask each row for its bundle and approval; these rows fit by make.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "CREATE TEMP TABLE bundles AS SELECT b, %s::timestamptz "
            "+ (b * 2 - 1) / %s * interval '1 day' AS day "
            "FROM generate_series(1, %s) b",
            (begin, _A_DAY, count // 2),
        )
        for statement in _FILL.split(";"):
            if statement.strip():
                connection.execute(statement)  # pyright: ignore
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1_000, 10_000, 100_000])
