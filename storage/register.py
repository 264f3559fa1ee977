"""The register that filings are checked against, loaded from CSV.

Insured persons are sealed: numbers are found by blind index and a row is opened only
for the filing that names it.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from kamizero.model import InsuredRecord, OfficeRecord, Records
from storage.database import Database
from storage.insertion import insert
from storage.record_rows import COLUMNS, RecordKind, insured_of, record_of
from storage.tables import RecordInsured, RecordOffice
from storage.vault import Sealed, Vault

__all__ = [
    "COLUMNS",
    "Loaded",
    "RecordKind",
    "Register",
    "Rejected",
    "load",
    "load_csv",
]

_BATCH = 1_000


# What makes two rows the same record.
_KEYS: dict[RecordKind, tuple[type[RecordOffice] | type[RecordInsured], Sequence[str]]]
_KEYS = {
    RecordKind.OFFICES: (RecordOffice, ("symbol", "number")),
    RecordKind.INSURED: (RecordInsured, ("office_symbol", "serial_number")),
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was kept aside; `line` counts the file's lines from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    count: int
    rejected: tuple[Rejected, ...]


class Register:
    """Records, answered from the database; safe to share between threads."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._look: Callable[[], AbstractContextManager[Session]] = database.look
        self._vault = vault

    def within(self, session: Session) -> Records | None:
        """The same, asked in a transaction that is open already; None while empty.

        Whoever holds a connection and waits for another may wait for ever.
        """
        asked = copy(self)
        asked._look = lambda: nullcontext(session)
        return None if asked.is_empty() else asked

    def is_empty(self) -> bool:
        """Tell whether nothing was ever loaded: then nobody can be unknown."""
        with self._look() as session:
            return session.scalar(select(RecordOffice.id).limit(1)) is None

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        named: list[ColumnElement[bool]] = []
        if symbol:
            named.append(RecordOffice.symbol == symbol)
        if number:
            named.append(RecordOffice.number == number)
        if not named:
            return ()
        with self._look() as session:
            rows = session.scalars(
                select(RecordOffice).where(or_(*named)).order_by(RecordOffice.id)
            ).all()
        return tuple(_office(row) for row in rows)

    def insured(
        self,
        *,
        my_number: str = "",
        pension_number: str = "",
        serial: str = "",
        office_symbol: str = "",
    ) -> Sequence[InsuredRecord]:
        index = self._vault.blind_index
        named: list[ColumnElement[bool]] = []
        if my_number:
            named.append(RecordInsured.my_number_index == index(my_number))
        if pension_number:
            named.append(RecordInsured.pension_number_index == index(pension_number))
        if serial and office_symbol:
            named.append(
                (RecordInsured.office_symbol == office_symbol)
                & (RecordInsured.serial_number == serial)
            )
        if not named:
            return ()
        with self._look() as session:
            rows = session.scalars(
                select(RecordInsured).where(or_(*named)).order_by(RecordInsured.id)
            ).all()
        return tuple(_insured(row, self._vault) for row in rows)


def load_csv(
    database: Database,
    vault: Vault,
    kind: RecordKind,
    path: Path,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Load a file in UTF-8 or Shift_JIS whose first line names the columns.

    A bad row is named by its last line in the file.

    Raises:
        WrongCallError: there is no such file, it is no CSV in one of these
            encodings, or a column is missing.
    """
    reader = csv.DictReader(io.StringIO(_text(path)))
    columns = COLUMNS[kind]
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise WrongCallError(
            f"{path} has no column {', '.join(missing)}. "
            f"Its first line must be: {','.join(columns)}"
        )
    return load(database, vault, kind, _rows(path, reader), progress=progress)


def load(
    database: Database,
    vault: Vault,
    kind: RecordKind,
    rows: Iterable[tuple[int, Mapping[str, str | None]]],
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Add records or replace older ones, a batch a transaction; keep bad rows aside.

    Loading the same file again, or after a crash, changes nothing.

    Args:
        rows: line number and cells by column.
        progress: called with the number of records loaded so far.
    """
    count = 0
    rejected: list[Rejected] = []
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        records = list(_records(kind, batch, rejected))
        with database.begin() as session:
            _write(session, vault, kind, records)
        count += len(records)
        progress(count)
    return Loaded(count=count, rejected=tuple(rejected))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WrongCallError(f"{path} cannot be read ({error.strerror}).") from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WrongCallError(f"{path} is neither UTF-8 nor Shift_JIS. Save it as UTF-8.")


def _rows(
    path: Path, reader: "csv.DictReader[str]"
) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise WrongCallError(
            f"{path} is no CSV file from line {reader.line_num + 1} on ({error}). "
            "Mend it and load it again: what came before is loaded already."
        ) from error


def _records(
    kind: RecordKind,
    batch: Iterable[tuple[int, Mapping[str, str | None]]],
    rejected: list[Rejected],
) -> Iterator[OfficeRecord | InsuredRecord]:
    for line, row in batch:
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS[kind]}
        try:
            _demand_one_cell_a_column(row)
            yield record_of(kind, cells)
        except ValueError as error:
            rejected.append(Rejected(line, str(error)))


def _demand_one_cell_a_column(row: Mapping[str, str | None]) -> None:
    # What DictReader does with a row that is too long or too short. Either way the
    # cells after the mistake stand in the wrong columns.
    if None in row or None in row.values():
        raise ValueError("it has more or fewer cells than the first line")


def _write(
    session: Session,
    vault: Vault,
    kind: RecordKind,
    records: Sequence[OfficeRecord | InsuredRecord],
) -> None:
    rows = [_row(vault, record) for record in records]
    table, key = _KEYS[kind]
    statement = insert(session, table)
    replaced = {
        name: statement.excluded[name]
        for name in table.__table__.columns.keys()  # noqa: SIM118  It is no dict.
        if name not in (*key, "id")
    }
    if rows:
        session.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=replaced),
            rows,
        )


def _row(vault: Vault, record: OfficeRecord | InsuredRecord) -> dict[str, Any]:
    if isinstance(record, OfficeRecord):
        return asdict(record)
    plain = json.dumps(asdict(record), default=date.isoformat, ensure_ascii=False)
    place = RecordInsured(
        office_symbol=record.office_symbol, serial_number=record.serial_number
    ).sealed_place
    sealed = vault.seal(plain.encode(), bound_to=place)
    return {
        "office_symbol": record.office_symbol,
        "serial_number": record.serial_number,
        "my_number_index": _index(vault, record.my_number),
        "pension_number_index": _index(vault, record.pension_number),
        "key_id": sealed.key_id,
        "sealed": sealed.data,
    }


def _index(vault: Vault, number: str) -> str | None:
    return vault.blind_index(number) if number else None


def _office(row: RecordOffice) -> OfficeRecord:
    columns = COLUMNS[RecordKind.OFFICES]
    return OfficeRecord(**{name: getattr(row, name) for name in columns})


def _insured(row: RecordInsured, vault: Vault) -> InsuredRecord:
    plain = vault.open(
        Sealed(key_id=row.key_id, data=row.sealed),
        bound_to=row.sealed_place,
    )
    cells: dict[str, str | None] = json.loads(plain)
    return insured_of({name: said or "" for name, said in cells.items()})
