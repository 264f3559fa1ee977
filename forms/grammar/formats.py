"""The grammar of each named format: which values satisfy what can be checked.

A value that does not is still what stands on the paper; it is reported, not hidden.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms.grammar.characters import (
    DIGITS,
    KANA_ALPHABET,
    KATAKANA,
    LETTERS,
    is_digits,
)
from forms.grammar.check_digits import corporate_number_is_valid, my_number_is_valid

_OFFICE_SYMBOL = re.compile(f"([0-9]{{2}})-([0-9{LETTERS}]{{1,4}}|[{KATAKANA}]{{1,4}})")
_ADDRESS_KANA = KANA_ALPHABET + DIGITS + LETTERS + "-()./"
# Mobile phones and the like have one digit more than those of a place.
_OF_NO_PLACE = re.compile("0[5-9]0")
_PHONE = re.compile(r"0\d{1,4}-\d{1,4}-\d{4,5}", re.ASCII)


def _pension_number(value: str) -> bool:
    return _exactly(10)(value) and value[:4] != "0000" and value[4:] != "000000"


def _postal_code(value: str) -> bool:
    return _exactly(7)(value) and value[:3] != "000"


def _office_symbol(value: str) -> bool:
    match = _OFFICE_SYMBOL.fullmatch(value)
    if match is None:
        return False
    district, symbol = match.groups()
    return district not in ("00", "99") and symbol.strip("0") != ""


def _phone(value: str) -> bool:
    if _PHONE.fullmatch(value) is None:
        return False
    digits = value.replace("-", "")
    return _OF_NO_PLACE.match(digits) is None or len(digits) == 11


def _address_kana(value: str) -> bool:
    return bool(value) and set(value) <= set(_ADDRESS_KANA)


def _day(value: str) -> bool:
    return _at_most(2)(value) and 1 <= int(value) <= 31


def _month(value: str) -> bool:
    return _at_most(2)(value) and 1 <= int(value) <= 12


def _days(value: str) -> bool:
    return _at_most(2)(value) and int(value) <= 31


def _yucho_symbol(value: str) -> bool:
    return _exactly(5)(value) and value[0] in "01"


def _exactly(length: int) -> Callable[[str], bool]:
    return lambda value: is_digits(value) and len(value) == length


def _at_most(length: int) -> Callable[[str], bool]:
    return lambda value: is_digits(value) and len(value) <= length


def _number_of_at_most(length: int) -> Callable[[str], bool]:
    return lambda value: _at_most(length)(value) and value.strip("0") != ""


CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "my_number": my_number_is_valid,
        "pension_number": _pension_number,
        "corporate_number": corporate_number_is_valid,
        "postal_code": _postal_code,
        "phone": _phone,
        "office_symbol": _office_symbol,
        "office_number": _number_of_at_most(5),
        "serial_number": _number_of_at_most(6),
        "bank_account": _exactly(7),
        "account_number": _number_of_at_most(7),
        "bank_code": _exactly(4),
        "branch_code": _exactly(3),
        "pension_code": _exactly(4),
        "yucho_symbol": _yucho_symbol,
        "yucho_number": _number_of_at_most(8),
        "count": _at_most(2),
        "persons": _at_most(5),
        "day": _day,
        "year": _number_of_at_most(2),
        "month": _month,
        "days": _days,
        "thousands": _number_of_at_most(4),
        "address_kana": _address_kana,
    }
)

FORMATS: frozenset[str] = frozenset(CHECKS)

ALPHABETS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(FORMATS, DIGITS)
    | {
        "address_kana": _ADDRESS_KANA,
        "phone": DIGITS + "-()",
        "office_symbol": DIGITS + LETTERS + KATAKANA + "-",
    }
)


def cell_alphabets(format: str | None, n_cells: int) -> tuple[str | None, ...]:
    """The characters each comb cell can hold, None where any can stand."""
    if format == "office_symbol":
        symbol = DIGITS + LETTERS + KATAKANA
        return ((DIGITS,) * 2 + (symbol,) * max(n_cells - 2, 0))[:n_cells]
    return (ALPHABETS.get(format) if format else None,) * n_cells
