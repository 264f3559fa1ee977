"""One row of a file of records: its columns, and what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

from kamizero.records import (
    AttorneyRecord,
    BranchRecord,
    InsuredRecord,
    OfficeRecord,
    PayeeRecord,
    PostcodeRecord,
    RecordKind,
)
from storage.columns import Table
from storage.tables import (
    RecordAttorney,
    RecordBranch,
    RecordInsured,
    RecordOffice,
    RecordPostcode,
)

Record = (
    OfficeRecord
    | AttorneyRecord
    | InsuredRecord
    | PayeeRecord
    | BranchRecord
    | PostcodeRecord
)
Cells = Mapping[str, str]

_LONGEST_SERIAL = 8

_CLASSES: Mapping[RecordKind, type[Record]] = {
    RecordKind.OFFICES: OfficeRecord,
    RecordKind.ATTORNEYS: AttorneyRecord,
    RecordKind.INSURED: InsuredRecord,
    RecordKind.PAYEES: PayeeRecord,
    RecordKind.BRANCHES: BranchRecord,
    RecordKind.POSTCODES: PostcodeRecord,
}

COLUMNS = {
    kind: tuple(field.name for field in fields(record))
    for kind, record in _CLASSES.items()
}

REQUIRED = {
    kind: tuple(field.name for field in fields(record) if field.default is MISSING)
    for kind, record in _CLASSES.items()
}
"""The columns that a file must have; the others may be missing as a whole."""


def record_of(kind: RecordKind, cells: Cells) -> Record:
    """The record a row describes.

    Raises:
        ValueError: it describes none; the message says why and quotes no number.
    """
    return _MAKERS[kind](cells)


def office_of(cells: Cells) -> OfficeRecord:
    _demand(cells, "symbol", "name")
    _fit(cells, RecordOffice)
    return OfficeRecord(**cells)


def attorney_of(cells: Cells) -> AttorneyRecord:
    _demand(cells, "number", "name")
    _fit(cells, RecordAttorney)
    _digits(cells, number=8)
    return AttorneyRecord(**cells)


def insured_of(cells: Cells) -> InsuredRecord:
    _demand(cells, "office_symbol", "birth_date")
    _demand_one(cells, "serial_number", "pension_number", "my_number")
    _fit(cells, RecordInsured)
    if len(cells["serial_number"]) > _LONGEST_SERIAL:
        raise ValueError(f"serial_number has more than {_LONGEST_SERIAL} characters")
    _digits(cells, my_number=12, pension_number=10)
    return InsuredRecord(
        **_with_days(cells, "birth_date", "acquired_on", "lost_on"),
    )


def payee_of(cells: Cells) -> PayeeRecord:
    _demand(cells, "pension_number", "pension_code", "name_kana", "birth_date")
    _digits(cells, pension_number=10, pension_code=4, my_number=12)
    return PayeeRecord(**_with_days(cells, "birth_date"))


def branch_of(cells: Cells) -> BranchRecord:
    _demand(cells, "bank_code", "branch_code", "branch_name")
    _digits(cells, bank_code=4, branch_code=3)
    _fit(cells, RecordBranch)
    return BranchRecord(**cells)


def postcode_of(cells: Cells) -> PostcodeRecord:
    _demand(cells, "postal_code", "prefecture", "city")
    _digits(cells, postal_code=7)
    _fit(cells, RecordPostcode)
    return PostcodeRecord(**cells)


_MAKERS: Mapping[RecordKind, Callable[[Cells], Record]] = {
    RecordKind.OFFICES: office_of,
    RecordKind.ATTORNEYS: attorney_of,
    RecordKind.INSURED: insured_of,
    RecordKind.PAYEES: payee_of,
    RecordKind.BRANCHES: branch_of,
    RecordKind.POSTCODES: postcode_of,
}


def _demand(cells: Cells, *names: str) -> None:
    empty = [name for name in names if not cells[name]]
    if empty:
        raise ValueError(f"{', '.join(empty)} is empty")


def _demand_one(cells: Cells, *names: str) -> None:
    if not any(cells[name] for name in names):
        raise ValueError(f"one of {', '.join(names)} must be there")


def _digits(cells: Cells, **lengths: int) -> None:
    for name, length in lengths.items():
        number = cells.get(name, "")
        # The number itself is not repeated: this goes to a screen and a log.
        if number and not (
            len(number) == length and number.isascii() and number.isdigit()
        ):
            raise ValueError(f"{name} has not {length} digits")


def _fit(cells: Cells, table: type[Table]) -> None:
    # PostgreSQL would refuse the whole batch for one cell that is too long.
    for name, longest in _longest(table).items():
        if len(cells.get(name, "")) > longest:
            raise ValueError(f"{name} has more than {longest} characters")


def _longest(table: type[Table]) -> Mapping[str, int]:
    if table not in _LONGEST:
        _LONGEST[table] = {
            name: length
            for name, column in table.__table__.columns.items()
            if (length := getattr(column.type, "length", None))
        }
    return _LONGEST[table]


# Asked for each of a million rows.
_LONGEST: dict[type[Table], Mapping[str, int]] = {}


def _with_days(cells: Cells, *names: str) -> dict[str, Any]:
    days = {name: _day(cells, name) if cells[name] else None for name in names}
    return {**cells, **days}


def _day(cells: Cells, name: str) -> date:
    try:
        return date.fromisoformat(cells[name])
    except ValueError as error:
        raise ValueError(f"{name} is no date: write it as 1990-05-12") from error
