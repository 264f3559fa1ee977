"""Loading records: a file of any length in a stream, a batch a transaction."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from kamizero.records import RecordKind
from storage.database import Database
from storage.insertion import insert
from storage.records.rows import COLUMNS, REQUIRED, Record, record_of
from storage.records.shelves import SHELVES, Shelf
from storage.vault import Vault

_BATCH = 5_000
_CHUNK = 1 << 20
_ENCODINGS = ("utf-8-sig", "cp932")

Numbered = tuple[int, Mapping[str, str | None]]
"""A row and its last line in the file, counted from 1."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was kept aside, why, and its cells as they were."""

    line: int
    reason: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    count: int
    rejected: int


def load_csv(
    database: Database,
    vault: Vault,
    kind: RecordKind,
    path: Path,
    *,
    progress: Callable[[int], None] = lambda _: None,
    aside: Callable[[Rejected], None] = lambda _: None,
) -> Loaded:
    """Load a file in UTF-8 or Shift_JIS whose first line names the columns.

    Raises:
        WrongCallError: there is no such file, it is no CSV in one of these
            encodings, or a column is missing.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        rows = _rows(path, kind, file)
        return load(database, vault, kind, rows, progress=progress, aside=aside)


def load(
    database: Database,
    vault: Vault,
    kind: RecordKind,
    rows: Iterable[Numbered],
    *,
    progress: Callable[[int], None] = lambda _: None,
    aside: Callable[[Rejected], None] = lambda _: None,
) -> Loaded:
    """Add records or replace older ones; bad rows are handed to `aside`.

    Loading the same file again, or after a crash, changes nothing.

    Args:
        progress: called with the number of records loaded so far.
    """
    count = rejected = 0
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        records, bad = _sorted_out(kind, batch)
        if records:
            with database.begin() as session:
                _write(session, vault, SHELVES[kind], records)
        for one in bad:
            aside(one)
        count += len(records)
        rejected += len(bad)
        progress(count)
    return Loaded(count=count, rejected=rejected)


def _encoding(path: Path) -> str:
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding) as file:
                while file.read(_CHUNK):
                    pass
        except UnicodeDecodeError:
            continue
        except OSError as error:
            raise WrongCallError(
                f"{path} cannot be read ({error.strerror})."
            ) from error
        return encoding
    raise WrongCallError(f"{path} is neither UTF-8 nor Shift_JIS. Save it as UTF-8.")


def _rows(path: Path, kind: RecordKind, file: TextIOWrapper) -> Iterator[Numbered]:
    reader = csv.DictReader(file)
    missing = [one for one in REQUIRED[kind] if one not in (reader.fieldnames or ())]
    if missing:
        raise WrongCallError(
            f"{path} has no column {', '.join(missing)}. "
            f"Its first line must be: {','.join(COLUMNS[kind])}"
        )
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise WrongCallError(
            f"{path} is no CSV file from line {reader.line_num + 1} on ({error}). "
            "Mend it and load it again: what came before is loaded already."
        ) from error


def _sorted_out(
    kind: RecordKind, batch: Iterable[Numbered]
) -> tuple[list[Record], list[Rejected]]:
    records: list[Record] = []
    rejected: list[Rejected] = []
    for line, row in batch:
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS[kind]}
        try:
            _demand_one_cell_a_column(row)
            records.append(record_of(kind, cells))
        except ValueError as error:
            rejected.append(Rejected(line, str(error), cells))
    return records, rejected


def _demand_one_cell_a_column(row: Mapping[str, str | None]) -> None:
    # What DictReader does with a row that is too long or too short. Either way the
    # cells after the mistake stand in the wrong columns.
    if None in row or None in row.values():
        raise ValueError("it has more or fewer cells than the first line")


def _write(
    session: Session, vault: Vault, shelf: Shelf, records: Sequence[Record]
) -> None:
    # Of two rows of one record the later one counts, as if they came one by one.
    rows: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for record in records:
        row = shelf.row(vault, record)
        for key in shelf.once_keys_of(row):
            rows.pop(key, None)
        rows[shelf.key_of(row)] = row
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, shelf, list(rows.values()))
    else:
        _insert(session, shelf, list(rows.values()))


def _insert(session: Session, shelf: Shelf, rows: Sequence[Mapping[str, Any]]) -> None:
    if shelf.once:
        session.execute(text(_forget(shelf, ":{}")), rows)
    statement = insert(session, shelf.table)
    replaced = {name: statement.excluded[name] for name in _replaced(shelf, rows[0])}
    session.execute(
        statement.on_conflict_do_update(index_elements=shelf.key, set_=replaced)
        if replaced
        else statement.on_conflict_do_nothing(index_elements=shelf.key),
        rows,
    )


def _copy(session: Session, shelf: Shelf, rows: Sequence[Mapping[str, Any]]) -> None:
    """Copy into a table of this transaction alone, and from there in one statement."""
    table, columns = shelf.table.__tablename__, list(rows[0])
    names = ", ".join(columns)
    session.execute(
        text(
            f"CREATE TEMP TABLE loading ON COMMIT DROP AS SELECT {names} "  # noqa: S608  No word of it comes from outside.
            f"FROM {table} WITH NO DATA"
        )
    )
    driver = session.connection().connection.cursor()
    with driver.copy(f"COPY loading ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(row.values()))
    driver.close()
    if shelf.once:
        session.execute(text(_forget(shelf, "loading.{}", using="USING loading ")))
    replaced = ", ".join(
        f"{name} = excluded.{name}" for name in _replaced(shelf, rows[0])
    )
    then = f"UPDATE SET {replaced}" if replaced else "NOTHING"
    session.execute(
        text(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM loading "  # noqa: S608  As above.
            f"ON CONFLICT ({', '.join(shelf.key)}) DO {then}"
        )
    )


def _forget(shelf: Shelf, new: str, using: str = "") -> str:
    """Take away what a new row was known by before; `new` is how its columns stand."""
    table, (*head, last) = shelf.table.__tablename__, shelf.key
    same = [f"{table}.{name} = {new.format(name)}" for name in head]
    once = ", ".join(new.format(name) for name in shelf.once)
    return (
        f"DELETE FROM {table} {using}"  # noqa: S608  No word of it comes from outside.
        f"WHERE {' AND '.join(same)} AND {table}.{last} IN ({once}) "
        f"AND {table}.{last} <> {new.format(last)}"
    )


def _replaced(shelf: Shelf, row: Mapping[str, Any]) -> list[str]:
    return [name for name in row if name not in shelf.key]
