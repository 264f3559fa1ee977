"""Whom and which office a filing names in the register, and whether they agree."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar, cast

from forms.grammar import folded_kana, folded_kanji, folded_office
from forms.grammar.characters import without_spaces
from kamizero.errors import RecordsUnavailableError
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
from validation.line import Line

_Answer = TypeVar("_Answer")

_NAMES = ("name_kana", "name_kanji")
_ADDRESS_UNITS = re.compile("丁目|番地の?|番|号|-")


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """The person an entry names, and the item that named them."""

    record: InsuredRecord
    by: str


class NameMatch(Enum):
    """How near a written name is to the one on record.

    SPELLING is the same name in other kanji or kana (髙 for 高), FORMER the one
    before it changed (旧姓).
    """

    SAME = "same"
    SPELLING = "spelling"
    FORMER = "former"
    ANOTHER = "another"


class RememberedRecords:
    """Records that are asked each question once: many rules ask the same.

    An outside system that does not answer is not waited for a second time.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._answers: dict[tuple[object, ...], object] = {}
        self._outage: RecordsUnavailableError | None = None

    def holds(self, kind: RecordKind) -> bool:
        return self._once(("holds", kind), lambda: self._records.holds(kind))

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        return self._once(
            ("office", symbol, number), lambda: self._records.office(symbol, number)
        )

    def attorney(self, number: str) -> Sequence[AttorneyRecord]:
        return self._once(("attorney", number), lambda: self._records.attorney(number))

    def insured(
        self,
        *,
        my_number: str = "",
        pension_number: str = "",
        serial: str = "",
        office_symbol: str = "",
    ) -> Sequence[InsuredRecord]:
        return self._once(
            ("insured", my_number, pension_number, serial, office_symbol),
            lambda: self._records.insured(
                my_number=my_number,
                pension_number=pension_number,
                serial=serial,
                office_symbol=office_symbol,
            ),
        )

    def payee(
        self, *, my_number: str = "", pension_number: str = ""
    ) -> Sequence[PayeeRecord]:
        return self._once(
            ("payee", my_number, pension_number),
            lambda: self._records.payee(
                my_number=my_number, pension_number=pension_number
            ),
        )

    def branch(self, bank_code: str, branch_code: str) -> Sequence[BranchRecord]:
        return self._once(
            ("branch", bank_code, branch_code),
            lambda: self._records.branch(bank_code, branch_code),
        )

    def postcode(self, postal_code: str) -> Sequence[PostcodeRecord]:
        return self._once(
            ("postcode", postal_code), lambda: self._records.postcode(postal_code)
        )

    def _once(
        self, question: tuple[object, ...], ask: Callable[[], _Answer]
    ) -> _Answer:
        if question not in self._answers:
            if self._outage is not None:
                raise self._outage
            try:
                self._answers[question] = ask()
            except RecordsUnavailableError as outage:
                self._outage = outage
                raise
        return cast("_Answer", self._answers[question])


def named_office(head: Line) -> OfficeRecord | None:
    """The office that symbol and number name together.

    One that is blank is not asked for; where the rest names several, none is meant.
    """
    symbol, number = head.value("office.symbol"), head.value("office.number")
    fitting = [
        office
        for office in known_offices(head)
        if symbol in ("", office.symbol) and _same_number(number, office.number)
    ]
    return fitting[0] if len(fitting) == 1 else None


def known_offices(head: Line) -> Sequence[OfficeRecord]:
    """The offices that either the symbol or the number names."""
    symbol, number = head.value("office.symbol"), head.value("office.number")
    if head.records is None or not (symbol or number):
        return ()
    return head.records.office(symbol, number)


def named_person(line: Line) -> PersonMatch | None:
    """The person the entry's numbers name, asked from the surest number on.

    Of several records of one person, the one in the filing's office counts, then the
    one that still runs, then the newest.
    """
    for item in _naming_items(line):
        found = persons_named_by(line, item)
        if found:
            symbol = line.value("office.symbol")
            nearest = max(found, key=lambda record: _nearness(record, symbol))
            return PersonMatch(nearest, item)
    return None


def persons_named_by(line: Line, item: str) -> Sequence[InsuredRecord]:
    """The records one number of the entry names, none where it is not written."""
    value, records = line.value(item), line.records
    if not value or records is None:
        return ()
    if item == "my_number":
        return records.insured(my_number=value)
    if item == "pension_number":
        return records.insured(pension_number=value)
    symbol = line.value("office.symbol")
    if not symbol:
        return ()
    return records.insured(serial=value, office_symbol=symbol) or records.insured(
        serial=value.lstrip("0"), office_symbol=symbol
    )


def person_agrees(line: Line, record: InsuredRecord, item: str) -> bool | None:
    """Compare an item of an entry with the register, None where one side is empty.

    A name agrees in any spelling, and where it is the former one.
    """
    if item in _NAMES:
        match = name_match(line, record, item)
        return None if match is None else match is not NameMatch.ANOTHER
    known = known_value(record, item)
    return _agree(_PERSON_FOLDS[item], line.value(item), known)


def name_match(line: Line, record: InsuredRecord, item: str) -> NameMatch | None:
    """How near a written name is to the register's, None where one side is empty."""
    written, known = line.value(item), known_value(record, item)
    if not written or not known:
        return None
    fold = _PERSON_FOLDS[item]
    if fold(written) == fold(known):
        same = without_spaces(written) == without_spaces(known)
        return NameMatch.SAME if same else NameMatch.SPELLING
    former = known_value(record, f"former_{item}")
    is_former = bool(former) and fold(written) == fold(former)
    return NameMatch.FORMER if is_former else NameMatch.ANOTHER


def office_agrees(head: Line, record: OfficeRecord, item: str) -> bool | None:
    """Compare an item of the head with the register, None where one side is empty."""
    known = str(getattr(record, item.removeprefix("office.")))
    return _agree(_OFFICE_FOLDS[item], head.value(item), known)


def known_value(record: InsuredRecord, item: str) -> str:
    """What the register says of an item, spelt as its values are."""
    value = getattr(record, item)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def folded_address(text: str) -> str:
    """An address without width, and with one sign between its numbers."""
    plain = folded_kanji(unicodedata.normalize("NFKC", text))
    return _ADDRESS_UNITS.sub("-", plain).strip("-")


def is_same_person(one: InsuredRecord, other: InsuredRecord) -> bool:
    """Tell whether two records are of one person, by a number or name and birth."""
    if one.my_number and one.my_number == other.my_number:
        return True
    if one.pension_number and one.pension_number == other.pension_number:
        return True
    same_name = folded_kana(one.name_kana) == folded_kana(other.name_kana)
    return same_name and one.birth_date == other.birth_date


def _naming_items(line: Line) -> tuple[str, ...]:
    # The serial number of somebody who joins is new: it names nobody yet.
    if line.filing.form.newcomers:
        return ("my_number", "pension_number")
    return ("my_number", "pension_number", "serial_number")


def _nearness(record: InsuredRecord, symbol: str) -> tuple[bool, bool, date]:
    here = record.office_symbol == symbol
    return here, record.lost_on is None, record.acquired_on or date.min


def _agree(fold: Callable[[str], str], written: str, known: str) -> bool | None:
    if not written or not known:
        return None
    return fold(written) == fold(known)


def _same_number(written: str, known: str) -> bool:
    return written == "" or _without_zeros(written) == _without_zeros(known)


def _without_zeros(number: str) -> str:
    return number.lstrip("0")


def _only_digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


_PERSON_FOLDS: Mapping[str, Callable[[str], str]] = {
    "birth_date": str,
    "name_kana": folded_kana,
    "name_kanji": folded_kanji,
    "my_number": str,
    "pension_number": str,
    "serial_number": _without_zeros,
}
_OFFICE_FOLDS: Mapping[str, Callable[[str], str]] = {
    "office.symbol": str,
    "office.number": _without_zeros,
    "office.name": folded_office,
    "office.owner_name": folded_kanji,
    "office.address": folded_address,
    "office.postal_code": _only_digits,
    "office.phone": _only_digits,
}
