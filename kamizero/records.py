"""What a system of record knows, and how it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class RecordKind(StrEnum):
    """What records are about; the columns of a file are the record's attributes."""

    OFFICES = "offices"
    ATTORNEYS = "attorneys"
    INSURED = "insured"
    PAYEES = "payees"
    BRANCHES = "branches"
    POSTCODES = "postcodes"


@dataclass(frozen=True, slots=True)
class OfficeRecord:
    """An office as the register knows it; `symbol` as on paper (01-ケイト)."""

    symbol: str
    number: str
    name: str
    owner_name: str
    postal_code: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class AttorneyRecord:
    """A labour and social security attorney (社労士); `number` has eight digits."""

    number: str
    name: str
    office_name: str
    postal_code: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class InsuredRecord:
    """An insured person as the register knows them; numbers without separators.

    The former names are those before the last change of name (旧姓).
    """

    office_symbol: str
    serial_number: str
    name_kana: str
    name_kanji: str
    birth_date: date
    my_number: str
    pension_number: str
    acquired_on: date | None
    lost_on: date | None
    former_name_kana: str = ""
    former_name_kanji: str = ""


@dataclass(frozen=True, slots=True)
class PayeeRecord:
    """A pension somebody is paid: pension number and code are its certificate's."""

    pension_number: str
    pension_code: str
    name_kana: str
    name_kanji: str
    birth_date: date
    my_number: str = ""


@dataclass(frozen=True, slots=True)
class BranchRecord:
    """A branch of a bank; kana as banks write them (large kana alone)."""

    bank_code: str
    branch_code: str
    bank_name: str
    branch_name: str
    bank_kana: str = ""
    branch_kana: str = ""


@dataclass(frozen=True, slots=True)
class PostcodeRecord:
    """A place that a postal code stands for; some stand for several."""

    postal_code: str
    prefecture: str
    city: str
    town: str


class Records(Protocol):
    """The register that filings are checked against.

    None of the methods raises for a person or office that is not known. Where an
    outside system does not answer, each raises RecordsUnavailableError: the caller
    must then say that nothing was compared, never that all is well.
    """

    def holds(self, kind: RecordKind) -> bool:
        """Tell whether there are any records of a kind: else nobody is unknown."""
        ...

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        """Offices with this symbol or this number; either may be ""."""
        ...

    def attorney(self, number: str) -> Sequence[AttorneyRecord]: ...

    def insured(
        self,
        *,
        my_number: str = "",
        pension_number: str = "",
        serial: str = "",
        office_symbol: str = "",
    ) -> Sequence[InsuredRecord]:
        """Persons that one of the given numbers names (serial within an office)."""
        ...

    def payee(
        self, *, my_number: str = "", pension_number: str = ""
    ) -> Sequence[PayeeRecord]:
        """The pensions of whom one of the given numbers names."""
        ...

    def branch(self, bank_code: str, branch_code: str) -> Sequence[BranchRecord]:
        """The branch of these codes; without a branch code, any one of the bank."""
        ...

    def postcode(self, postal_code: str) -> Sequence[PostcodeRecord]:
        """The places of a postal code."""
        ...
