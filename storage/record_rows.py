"""One row of a file of records: its columns, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum

from kamizero.model import InsuredRecord, OfficeRecord
from storage.columns import Table
from storage.tables import RecordInsured, RecordOffice


class RecordKind(StrEnum):
    """What a file of records is about; its columns are the record's attributes."""

    OFFICES = "offices"
    INSURED = "insured"


COLUMNS = {
    RecordKind.OFFICES: tuple(field.name for field in fields(OfficeRecord)),
    RecordKind.INSURED: tuple(field.name for field in fields(InsuredRecord)),
}


def record_of(
    kind: RecordKind, cells: Mapping[str, str]
) -> OfficeRecord | InsuredRecord:
    """The record a row describes.

    Raises:
        ValueError: it describes none; the message says why and quotes no number.
    """
    if kind == RecordKind.OFFICES:
        return _office(cells)
    return insured_of(cells)


def _office(cells: Mapping[str, str]) -> OfficeRecord:
    _demand(cells, "symbol", "name")
    _fit(cells, RecordOffice)
    return OfficeRecord(**cells)


def insured_of(cells: Mapping[str, str]) -> InsuredRecord:
    """An insured person from cells as text. Raises ValueError."""
    _demand(cells, "office_symbol", "serial_number", "birth_date")
    _fit(cells, RecordInsured)
    for name, length in (("my_number", 12), ("pension_number", 10)):
        number = cells[name]
        # The number itself is not repeated: this goes to a screen and a log.
        if number and not (
            len(number) == length and number.isascii() and number.isdigit()
        ):
            raise ValueError(f"{name} has not {length} digits")
    return InsuredRecord(
        office_symbol=cells["office_symbol"],
        serial_number=cells["serial_number"],
        name_kana=cells["name_kana"],
        name_kanji=cells["name_kanji"],
        birth_date=_day(cells, "birth_date"),
        my_number=cells["my_number"],
        pension_number=cells["pension_number"],
        acquired_on=_day(cells, "acquired_on") if cells["acquired_on"] else None,
        lost_on=_day(cells, "lost_on") if cells["lost_on"] else None,
    )


def _demand(cells: Mapping[str, str], *names: str) -> None:
    empty = [name for name in names if not cells[name]]
    if empty:
        raise ValueError(f"{', '.join(empty)} is empty")


def _fit(cells: Mapping[str, str], table: type[Table]) -> None:
    # PostgreSQL would refuse the whole batch for one cell that is too long.
    for name, column in table.__table__.columns.items():
        longest = getattr(column.type, "length", None)
        if longest and len(cells.get(name, "")) > longest:
            raise ValueError(f"{name} has more than {longest} characters")


def _day(cells: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(cells[name])
    except ValueError as error:
        raise ValueError(f"{name} is no date: write it as 1990-05-12") from error
