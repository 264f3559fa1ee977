"""The loaded register, answered from the database.

Persons are sealed: numbers are found by blind index and a row is opened only for the
filing that names it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, or_, select
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
from storage.columns import Table
from storage.database import Database
from storage.records.rows import insured_of, payee_of
from storage.records.shelves import SHELVES, opened
from storage.tables import (
    RecordAttorney,
    RecordBranch,
    RecordInsured,
    RecordOffice,
    RecordPayee,
    RecordPostcode,
)
from storage.vault import Vault

_ANY_HELD = select(*(exists(shelf.table.__table__.c.id) for shelf in SHELVES.values()))

_Row = TypeVar("_Row", bound=Table)
_Sealed = TypeVar("_Sealed", InsuredRecord, PayeeRecord)
_Plain = TypeVar("_Plain", OfficeRecord, AttorneyRecord, BranchRecord, PostcodeRecord)


class Register:
    """Records, answered from the database; safe to share between threads."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._look: Callable[[], AbstractContextManager[Session]] = database.look
        self._vault = vault
        self._held: Callable[[], frozenset[RecordKind]] = self._ask_held

    def within(self, session: Session) -> Records:
        """The same, asked in a transaction that is open already.

        Whoever holds a connection and waits for another may wait for ever.
        """
        asked = copy(self)
        asked._look = lambda: nullcontext(session)
        asked._held = cache(asked._ask_held)
        return asked

    def holds(self, kind: RecordKind) -> bool:
        return kind in self._held()

    def _ask_held(self) -> frozenset[RecordKind]:
        """The kinds of which there is a record, all in one question."""
        with self._look() as session:
            answers = session.execute(_ANY_HELD).one()
        return frozenset(
            kind for kind, is_held in zip(SHELVES, answers, strict=True) if is_held
        )

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        named: list[ColumnElement[bool]] = []
        if symbol:
            named.append(RecordOffice.symbol == symbol)
        if number:
            named.append(RecordOffice.number == number)
        return _plain(OfficeRecord, self._any(RecordOffice, named))

    def attorney(self, number: str) -> Sequence[AttorneyRecord]:
        named = [RecordAttorney.number == number]
        return _plain(AttorneyRecord, self._any(RecordAttorney, named))

    def insured(
        self,
        *,
        my_number: str = "",
        pension_number: str = "",
        serial: str = "",
        office_symbol: str = "",
    ) -> Sequence[InsuredRecord]:
        named: list[ColumnElement[bool]] = []
        if my_number:
            named.append(RecordInsured.my_number_index.in_(self._found_by(my_number)))
        if pension_number:
            found_by = self._found_by(pension_number)
            named.append(RecordInsured.pension_number_index.in_(found_by))
        if serial and office_symbol:
            named.append(
                (RecordInsured.office_symbol == office_symbol)
                & (RecordInsured.known_by == serial)
            )
        rows = self._any(RecordInsured, named)
        found = [insured_of(opened(row, self._vault)) for row in rows]
        return _newest(
            found,
            lambda one: (
                one.office_symbol,
                one.serial_number or one.pension_number or one.my_number,
            ),
        )

    def payee(
        self, *, my_number: str = "", pension_number: str = ""
    ) -> Sequence[PayeeRecord]:
        named: list[ColumnElement[bool]] = []
        if my_number:
            named.append(RecordPayee.my_number_index.in_(self._found_by(my_number)))
        if pension_number:
            found_by = self._found_by(pension_number)
            named.append(RecordPayee.pension_number_index.in_(found_by))
        rows = self._any(RecordPayee, named)
        found = [payee_of(opened(row, self._vault)) for row in rows]
        return _newest(found, lambda one: (one.pension_number, one.pension_code))

    def branch(self, bank_code: str, branch_code: str) -> Sequence[BranchRecord]:
        named = RecordBranch.bank_code == bank_code
        if branch_code:
            named &= RecordBranch.branch_code == branch_code
        rows = self._any(RecordBranch, [named], most=1)
        return _plain(BranchRecord, rows)

    def postcode(self, postal_code: str) -> Sequence[PostcodeRecord]:
        named = [RecordPostcode.postal_code == postal_code]
        return _plain(PostcodeRecord, self._any(RecordPostcode, named))

    def _found_by(self, number: str) -> list[str]:
        return [index.of(number) for index in self._vault.indexes()]

    def _any(
        self,
        table: type[_Row],
        named: Sequence[ColumnElement[bool]],
        *,
        most: int | None = None,
    ) -> Sequence[_Row]:
        if not named:
            return ()
        number: Any = table.__table__.c.id
        query = select(table).where(or_(*named)).order_by(number).limit(most)
        with self._look() as session:
            return session.scalars(query).all()


def _newest(
    found: Sequence[_Sealed], name: Callable[[_Sealed], object]
) -> Sequence[_Sealed]:
    """One that was loaded anew while the index key is exchanged is there twice."""
    return tuple({name(one): one for one in found}.values())


def _plain(record: type[_Plain], rows: Sequence[Table]) -> Sequence[_Plain]:
    names = [one.name for one in fields(record)]
    return tuple(record(**{name: getattr(row, name) for name in names}) for row in rows)
