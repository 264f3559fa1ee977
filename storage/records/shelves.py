"""Where the records of each kind lie: table, key, and the way between both."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from kamizero.records import InsuredRecord, PayeeRecord, RecordKind
from storage.columns import Table
from storage.records.rows import Record
from storage.tables import (
    RecordAttorney,
    RecordBranch,
    RecordInsured,
    RecordOffice,
    RecordPayee,
    RecordPostcode,
    insured_place,
    payee_place,
)
from storage.vault import Index, Sealed, Vault

SealedRecord = RecordInsured | RecordPayee


@dataclass(frozen=True, slots=True)
class Shelf:
    """The table of a kind, and the columns that make two rows the same record.

    Attributes:
        once: columns that a row with less in it was known by, in place of the last
            of `key`; such a row is the same record, and goes when this one comes.
    """

    table: type[Table]
    key: Sequence[str]
    row: Callable[[Vault, Any], Mapping[str, Any]]
    once: Sequence[str] = ()

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.key)

    def once_keys_of(self, row: Mapping[str, Any]) -> set[tuple[Any, ...]]:
        """What the same record may have been known by before."""
        *head, last = self.key_of(row)
        known = {row[name] for name in self.once} - {None, last}
        return {(*head, one) for one in known}


def opened(row: SealedRecord, vault: Vault) -> dict[str, str]:
    """What a sealed record says, "" where it says nothing."""
    sealed = Sealed(key_id=row.key_id, data=row.sealed)
    plain = vault.open(sealed, bound_to=row.sealed_place)
    cells: dict[str, str | None] = json.loads(plain)
    return {name: said or "" for name, said in cells.items()}


def certificate_index(index: Index, pension_number: str, pension_code: str) -> str:
    return index.of(f"{pension_number}-{pension_code}")


def _open_row(_: Vault, record: Record) -> Mapping[str, Any]:
    return _cells(record)


def _cells(record: Record) -> dict[str, Any]:
    # Not `asdict`, which copies each value: this is done a million times.
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _insured_row(vault: Vault, record: InsuredRecord) -> Mapping[str, Any]:
    found_by = _found_by(vault.index(), record)
    # The pension number comes first: a My Number may become known later, or change.
    known_by = (
        record.serial_number
        or found_by["pension_number_index"]
        or found_by["my_number_index"]
    )
    if known_by is None:
        raise ValueError("somebody without any number was let through")
    return {
        "office_symbol": record.office_symbol,
        "known_by": known_by,
        **found_by,
        **_sealed(vault, record, insured_place(record.office_symbol, known_by)),
    }


def _payee_row(vault: Vault, record: PayeeRecord) -> Mapping[str, Any]:
    index = vault.index()
    name = certificate_index(index, record.pension_number, record.pension_code)
    return {
        "certificate_index": name,
        **_found_by(index, record),
        **_sealed(vault, record, payee_place(name)),
    }


def _sealed(
    vault: Vault, record: InsuredRecord | PayeeRecord, place: str
) -> Mapping[str, Any]:
    plain = json.dumps(_cells(record), default=date.isoformat, ensure_ascii=False)
    sealed = vault.seal(plain.encode(), bound_to=place)
    return {"key_id": sealed.key_id, "sealed": sealed.data}


def _found_by(index: Index, record: InsuredRecord | PayeeRecord) -> dict[str, Any]:
    number, pension_number = record.my_number, record.pension_number
    return {
        "my_number_index": index.of(number) if number else None,
        "pension_number_index": index.of(pension_number) if pension_number else None,
        "index_key": index.key_id,
    }


SHELVES: Mapping[RecordKind, Shelf] = {
    RecordKind.OFFICES: Shelf(RecordOffice, ("symbol", "number"), _open_row),
    RecordKind.ATTORNEYS: Shelf(RecordAttorney, ("number",), _open_row),
    RecordKind.INSURED: Shelf(
        RecordInsured,
        ("office_symbol", "known_by"),
        _insured_row,
        once=("pension_number_index", "my_number_index"),
    ),
    RecordKind.PAYEES: Shelf(RecordPayee, ("certificate_index",), _payee_row),
    RecordKind.BRANCHES: Shelf(RecordBranch, ("bank_code", "branch_code"), _open_row),
    RecordKind.POSTCODES: Shelf(
        RecordPostcode, ("postal_code", "prefecture", "city", "town"), _open_row
    ),
}
