"""What the account of a day stands on: its rows by their ids, and a hash of each job.

Rows only come: one that was there when a day was closed, and is not there now, was
lost, whatever else changed since.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import FromClause, Select, select
from sqlalchemy.orm import Session

from storage.columns import Table
from storage.ledger.report import Difference, Sheet
from storage.ledger.span import Span
from storage.tables import (
    Arrival,
    Batch,
    Bundle,
    Delivery,
    Entry,
    Filing,
    Job,
    MediaFile,
    Page,
    Recall,
)

# Which columns an account stands on, beside the ids of its rows. Triggers open a closed
# day again where one of them changes.
STANDS_ON: Mapping[type[Table], str] = {
    Job: "site created_at declared_sheets sides",
    Arrival: "job_id seq state page_count medium_id first_arrival_id",
    Batch: "job_id declared_bundles declared_sheets",
    Bundle: "job_id batch_id kind number site form declared_sheets declared_entries "
    "received_on reference medium declared_offices declared_records uncovered sorting "
    "balance explained_for",
    Page: "arrival_id number kind form_page bundle_id filing_id front_id standing "
    "attachment",
    MediaFile: "role offices_said offices records",
    Filing: "receipt_number arrival_id bundle_id site form revision step dissolved_at",
    Entry: "filing_id n state reasons approval_id",
    Delivery: "entry_id subscriber state corrects_id",
    Recall: "entry_id new_entry_id state receivers",
}
_HASH_CHARS = 16

# "1-6 9": ids or numbers, those in a row as the first and the last.
Ids = str


@dataclass(frozen=True, slots=True)
class Footing:
    """The rows of the jobs of a day.

    Attributes:
        rows: by table, but for pages, the ids of the rows.
        pages: by job and file, as `12/1`, the numbers of its pages.
        hashes: by job, what its rows hash to.
    """

    rows: Mapping[str, Ids]
    pages: Mapping[str, Ids]
    hashes: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": dict(self.rows),
            "pages": dict(self.pages),
            "hashes": dict(self.hashes),
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Footing":
        return cls(told["rows"], told["pages"], told["hashes"])


def footing_of(session: Session, span: Span) -> Footing:
    """The footing of the jobs of a span, which is best a day of a site."""
    span = span.located(session)
    rows: dict[str, Ids] = {}
    hashes = defaultdict[int, Any](hashlib.sha256)
    for table, columns in STANDS_ON.items():
        ids = []
        for job, number, *values in session.execute(_rows_of(table, columns, span)):
            hashes[job].update(_words(table.__tablename__, number, *values))
            ids.append(number)
        if table is not Page:
            rows[table.__tablename__] = _ids(ids)
    return Footing(
        rows=rows,
        pages=_pages(session, span),
        hashes={str(job): one.hexdigest()[:_HASH_CHARS] for job, one in hashes.items()},
    )


def lost_since(closed: Footing, now: Footing) -> Iterator[Difference]:
    """Rows that were closed and are not there any more, pages down to the sheet."""
    for table, before in closed.rows.items():
        for number in _lacking(before, now.rows.get(table, "")):
            yield Difference("vanished", table, number, "1", "0")
    lost = [
        (file, number)
        for file, before in closed.pages.items()
        for number in _lacking(before, now.pages.get(file, ""))
    ]
    for job, pages in groupby(lost, key=lambda one: _place(one[0])[0]):
        sheets = tuple(Sheet(0, *_place(file), number) for file, number in pages)
        expected, found = (str(_count_of(one.pages, job)) for one in (closed, now))
        yield Difference("vanished", "job", job, expected, found, sheets)


def altered_since(closed: Footing, now: Footing) -> Iterator[Difference]:
    """Jobs of which a row changed, without that the day was opened again."""
    for job in sorted(map(int, closed.hashes.keys() | now.hashes.keys())):
        before, after = (one.hashes.get(str(job), "") for one in (closed, now))
        if before != after:
            yield Difference("altered", "job", job, before, after)


def _rows_of(kind: type[Table], columns: str, span: Span) -> Select[Any]:
    """The rows of a table, each behind the job it is of.

    Of tables, not of classes: a job of a site is its own in all its parts, whatever a
    separator sheet in it names.
    """
    rows = kind.__table__
    (key,) = rows.primary_key
    wanted = [rows.c[name] for name in columns.split()]
    query = _joined(kind, select(_JOB.c.id, key, *wanted), rows)
    in_time = span.of_jobs() if kind in _OF_JOBS else span.of_arrivals()
    return query.where(*in_time).order_by(key)


_JOB, _ARRIVAL = Job.__table__, Arrival.__table__
_FILING, _ENTRY = Filing.__table__, Entry.__table__
_OF_JOBS = (Job, Batch, Bundle)
# By which column a row leads to its entry.
_OF_ENTRIES = {Delivery: "entry_id", Recall: "new_entry_id"}


def _joined(kind: type[Table], query: Select[Any], rows: FromClause) -> Select[Any]:
    """The query, joined from the rows of a table to the jobs they are of."""
    if kind is Job:
        return query
    query = query.select_from(rows)
    if kind in _OF_JOBS:
        return query.join(_JOB, _JOB.c.id == rows.c.job_id)
    if kind in _OF_ENTRIES:
        query = query.join(_ENTRY, _ENTRY.c.id == rows.c[_OF_ENTRIES[kind]])
        rows = _ENTRY
    if rows is _ENTRY:
        query = query.join(_FILING, _FILING.c.id == rows.c.filing_id)
        rows = _FILING
    if rows is not _ARRIVAL:
        query = query.join(_ARRIVAL, _ARRIVAL.c.id == rows.c.arrival_id)
    return query.join(_JOB, _JOB.c.id == _ARRIVAL.c.job_id)


def _words(*values: Any) -> bytes:
    return json.dumps(values, default=str, sort_keys=True).encode()


def _pages(session: Session, span: Span) -> dict[str, Ids]:
    page = Page.__table__
    query = (
        select(_JOB.c.id, _ARRIVAL.c.seq, page.c.number)
        .join_from(_ARRIVAL, _JOB, _JOB.c.id == _ARRIVAL.c.job_id)
        .join(page, page.c.arrival_id == _ARRIVAL.c.id)
        .where(*span.of_arrivals())
        .order_by(_JOB.c.id, _ARRIVAL.c.seq, page.c.number)
    )
    files = groupby(session.execute(query), key=lambda row: (row[0], row[1]))
    return {
        f"{job}/{file}": _ids([number for _, _, number in pages])
        for (job, file), pages in files
    }


def _place(file: str) -> tuple[int, int]:
    job, _, seq = file.partition("/")
    return int(job), int(seq)


def _count_of(pages: Mapping[str, Ids], job: int) -> int:
    return sum(
        len(_numbers(ids)) for file, ids in pages.items() if _place(file)[0] == job
    )


def _lacking(before: Ids, after: Ids) -> list[int]:
    if before == after:
        return []
    return sorted(_numbers(before) - _numbers(after))


def _ids(numbers: Sequence[int]) -> Ids:
    """Ascending numbers as words."""
    runs = groupby(enumerate(numbers), key=lambda one: one[1] - one[0])
    return " ".join(_run([number for _, number in run]) for _, run in runs)


def _run(numbers: Sequence[int]) -> str:
    first, last = numbers[0], numbers[-1]
    return f"{first}-{last}" if last > first else str(first)


def _numbers(ids: Ids) -> set[int]:
    return set(_each(ids.split()))


def _each(words: Iterable[str]) -> Iterator[int]:
    for word in words:
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)
