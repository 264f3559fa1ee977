"""Records of which some kinds are asked elsewhere and the others are loaded here."""

from collections.abc import Collection, Sequence
from copy import copy

from sqlalchemy.orm import Session

from kamizero.records import (
    AttorneyRecord,
    BranchRecord,
    InsuredRecord,
    OfficeRecord,
    PayeeRecord,
    PostcodeRecord,
    RecordKind,
    Records,
)
from storage.records.register import Register


class DividedRecords:
    """Asks the system elsewhere about its kinds, and the register about the rest."""

    def __init__(
        self, register: Register, elsewhere: Records, kinds: Collection[RecordKind]
    ) -> None:
        self._register = register
        self._here: Records = register
        self._elsewhere = elsewhere
        self._kinds = frozenset(kinds)

    def within(self, session: Session) -> Records:
        """The same, whose own tables are asked in a transaction that is open."""
        asked = copy(self)
        asked._here = self._register.within(session)
        return asked

    def holds(self, kind: RecordKind) -> bool:
        return self._of(kind).holds(kind)

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        return self._of(RecordKind.OFFICES).office(symbol, number)

    def attorney(self, number: str) -> Sequence[AttorneyRecord]:
        return self._of(RecordKind.ATTORNEYS).attorney(number)

    def insured(
        self,
        *,
        my_number: str = "",
        pension_number: str = "",
        serial: str = "",
        office_symbol: str = "",
    ) -> Sequence[InsuredRecord]:
        return self._of(RecordKind.INSURED).insured(
            my_number=my_number,
            pension_number=pension_number,
            serial=serial,
            office_symbol=office_symbol,
        )

    def payee(
        self, *, my_number: str = "", pension_number: str = ""
    ) -> Sequence[PayeeRecord]:
        asked = self._of(RecordKind.PAYEES)
        return asked.payee(my_number=my_number, pension_number=pension_number)

    def branch(self, bank_code: str, branch_code: str) -> Sequence[BranchRecord]:
        return self._of(RecordKind.BRANCHES).branch(bank_code, branch_code)

    def postcode(self, postal_code: str) -> Sequence[PostcodeRecord]:
        return self._of(RecordKind.POSTCODES).postcode(postal_code)

    def _of(self, kind: RecordKind) -> Records:
        return self._elsewhere if kind in self._kinds else self._here
