"""A register in memory, for tests that need one to be asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kamizero.errors import RecordsUnavailableError
from kamizero.records import (
    AttorneyRecord,
    BranchRecord,
    InsuredRecord,
    OfficeRecord,
    PayeeRecord,
    PostcodeRecord,
    RecordKind,
)


@dataclass
class ListedRecords:
    """Records of a test, and how often they were asked.

    Attributes:
        silent_about: a number about which no answer comes.
    """

    offices: Sequence[OfficeRecord] = ()
    people: Sequence[InsuredRecord] = ()
    payees: Sequence[PayeeRecord] = ()
    branches: Sequence[BranchRecord] = ()
    postcodes: Sequence[PostcodeRecord] = ()
    attorneys: Sequence[AttorneyRecord] = ()
    silent_about: str = ""
    asked: int = field(default=0)

    def holds(self, kind: RecordKind) -> bool:
        listed = {
            RecordKind.OFFICES: self.offices,
            RecordKind.ATTORNEYS: self.attorneys,
            RecordKind.INSURED: self.people,
            RecordKind.PAYEES: self.payees,
            RecordKind.BRANCHES: self.branches,
            RecordKind.POSTCODES: self.postcodes,
        }
        return bool(listed[kind])

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        self.asked += 1
        return [
            one
            for one in self.offices
            if symbol == one.symbol
            or (number and number.lstrip("0") == one.number.lstrip("0"))
        ]

    def attorney(self, number: str) -> Sequence[AttorneyRecord]:
        return [one for one in self.attorneys if one.number == number]

    def insured(
        self,
        *,
        my_number: str = "",
        pension_number: str = "",
        serial: str = "",
        office_symbol: str = "",
    ) -> Sequence[InsuredRecord]:
        self.asked += 1
        if self.silent_about and self.silent_about in (my_number, pension_number):
            raise RecordsUnavailableError("No answer.")
        return [
            one
            for one in self.people
            if (my_number and my_number == one.my_number)
            or (pension_number and pension_number == one.pension_number)
            or (
                serial
                and (serial, office_symbol) == (one.serial_number, one.office_symbol)
            )
        ]

    def payee(
        self, *, my_number: str = "", pension_number: str = ""
    ) -> Sequence[PayeeRecord]:
        self.asked += 1
        return [
            one
            for one in self.payees
            if (my_number and my_number == one.my_number)
            or (pension_number and pension_number == one.pension_number)
        ]

    def branch(self, bank_code: str, branch_code: str) -> Sequence[BranchRecord]:
        return [
            one
            for one in self.branches
            if one.bank_code == bank_code and branch_code in ("", one.branch_code)
        ]

    def postcode(self, postal_code: str) -> Sequence[PostcodeRecord]:
        return [one for one in self.postcodes if one.postal_code == postal_code]
