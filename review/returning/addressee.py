"""Whom a letter goes to: as the register or the paper says, or as somebody typed."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from kamizero.records import OfficeRecord
from storage.tables import AddresseeKind, Entry, Field, ReturnNotice, ReturnSlip
from storage.values import body_of, decided_version
from storage.vault import Vault

_POSTAL_CODE = re.compile(r"\d{7}", re.ASCII)
# Twelve digits, however they are grouped, may be somebody's individual number.
_TWELVE_DIGITS = re.compile(r"(?<!\d)(?:\d[\s‐‑–—―ー・-]?){11}\d(?!\d)", re.ASCII)


class Offices(Protocol):
    """The part of the register a letter needs."""

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        """Offices with this symbol or this number; either may be ""."""
        ...


@dataclass(frozen=True, slots=True)
class Addressee:
    """A name and where they live or work; the postal code is seven digits."""

    name: str
    postal_code: str
    address: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.address.strip():
            raise WrongCallError("A letter needs a name and an address.")
        if not _POSTAL_CODE.fullmatch(self.postal_code):
            raise WrongCallError("A postal code has seven digits.")
        demand_no_number(self.name, self.address)

    def as_row(self) -> Mapping[str, str]:
        return asdict(self)


def demand_no_number(*texts: str) -> None:
    """Let no individual number get into a letter. Raises WrongCallError."""
    for text in texts:
        if _TWELVE_DIGITS.search(unicodedata.normalize("NFKC", text)):
            raise WrongCallError(
                "A letter never holds twelve digits in a row: they may be an "
                "individual number. Take them out."
            )


def typed(name: str, postal_code: str, address: str) -> Addressee:
    """What somebody typed; the second person holds it against the paper."""
    digits = unicodedata.normalize("NFKC", postal_code).replace("-", "").strip()
    return Addressee(name.strip(), digits, address.strip())


def known(
    session: Session, vault: Vault, notice: ReturnNotice, offices: Offices | None
) -> dict[AddresseeKind, Addressee]:
    """The addresses that need no typing."""
    values = _values(session, vault, notice)
    found = {
        AddresseeKind.OFFICE: _office(values, offices),
        AddresseeKind.INSURED: _insured(values, notice, session),
    }
    return {kind: one for kind, one in found.items() if one is not None}


def entry_numbers(session: Session, notice: ReturnNotice) -> list[int]:
    """The entries the letter is about."""
    return list(
        session.scalars(
            select(Entry.n)
            .join(ReturnSlip, ReturnSlip.entry_id == Entry.id)
            .where(ReturnSlip.notice_id == notice.id)
            .order_by(Entry.n)
        )
    )


def _values(session: Session, vault: Vault, notice: ReturnNotice) -> dict[str, str]:
    fields = session.scalars(
        select(Field).where(
            Field.filing_id == notice.filing_id,
            Field.sensitive.is_(False),
            Field.as_written_id.is_not(None),
        )
    )
    return {one.name: body_of(decided_version(one), vault).value for one in fields}


def _office(values: Mapping[str, str], offices: Offices | None) -> Addressee | None:
    symbol, number = values.get("office.symbol", ""), values.get("office.number", "")
    if offices is None or not (symbol or number):
        return None
    records = [
        one
        for one in offices.office(symbol, number)
        if (not symbol or one.symbol == symbol) and (not number or one.number == number)
    ]
    # Two offices that fit are one too many to guess from.
    if len(records) != 1:
        return None
    return _complete(records[0].name, records[0].postal_code, records[0].address)


def _insured(
    values: Mapping[str, str], notice: ReturnNotice, session: Session
) -> Addressee | None:
    """The one person the letter is about, as they wrote themselves."""
    numbers = entry_numbers(session, notice)
    if len(numbers) != 1:
        return None
    prefix = f"insured.{numbers[0]}."
    return _complete(
        values.get(f"{prefix}name_kanji", ""),
        values.get(f"{prefix}postal_code", ""),
        values.get(f"{prefix}address_kanji", ""),
    )


def _complete(name: str, postal_code: str, address: str) -> Addressee | None:
    try:
        return Addressee(name, postal_code.replace("-", ""), address)
    except WrongCallError:
        return None
