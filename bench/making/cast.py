"""Made-up people and offices, drawn by chance."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from bench.making.names import (
    COMPANIES,
    MEN,
    OFFICE_NAMES,
    OFFICE_TRADES,
    SURNAMES,
    TOWNS,
    WOMEN,
)
from forms.grammar import my_number_check_digit
from kamizero.records import OfficeRecord
from samples.making.people import Person

Chance = np.random.Generator
T = TypeVar("T")

_DAYS_A_YEAR = 365.25


def drawn(rng: Chance, values: Sequence[T]) -> T:
    """One of the values, each as likely."""
    return values[int(rng.integers(len(values)))]


def person(rng: Chance, *, on: date, ages: tuple[int, int]) -> Person:
    """Somebody whose age in years, on a day, lies between the two."""
    woman = bool(rng.integers(2))
    surname = drawn(rng, SURNAMES)
    given = drawn(rng, WOMEN if woman else MEN)
    years = rng.uniform(ages[0] + 0.05, ages[1])
    number = "".join(map(str, [rng.integers(1, 10), *rng.integers(0, 10, 10)]))
    serial = "".join(map(str, rng.integers(0, 10, 8)))
    return Person(
        kanji=f"{surname[0]}　{given[0]}",
        kana=f"{surname[1]}　{given[1]}",
        born=on - timedelta(days=int(years * _DAYS_A_YEAR)),
        category="2" if woman else "1",
        my_number=number + str(my_number_check_digit(number)),
        # The first two digits name a prefecture, from 01 on.
        pension_number=f"{rng.integers(1, 80):02}{serial}",
    )


def address(rng: Chance) -> dict[str, str]:
    """Where somebody lives: postal code, kanji and kana."""
    postal_code, kanji, kana = drawn(rng, TOWNS)
    number = _number(rng)
    return {
        "postal_code": postal_code,
        "address_kanji": kanji + number,
        "address_kana": kana + number,
    }


def office(rng: Chance) -> OfficeRecord:
    """An office that files."""
    name, symbol = drawn(rng, OFFICE_NAMES)
    postal_code, kanji, _ = drawn(rng, TOWNS)
    surname, given = drawn(rng, SURNAMES), drawn(rng, MEN + WOMEN)
    return OfficeRecord(
        symbol=f"{rng.integers(1, 99):02}-{symbol}",
        number=str(rng.integers(1, 100_000)),
        name=f"{drawn(rng, COMPANIES)}{name}{drawn(rng, OFFICE_TRADES)}",
        owner_name=f"{surname[0]}　{given[0]}",
        postal_code=postal_code,
        address=kanji + _number(rng),
        phone=_phone(rng),
    )


def _number(rng: Chance) -> str:
    parts = (rng.integers(1, 9), rng.integers(1, 30), rng.integers(1, 20))
    return "-".join(map(str, parts[: int(rng.integers(2, 4))]))


def _phone(rng: Chance) -> str:
    area = drawn(rng, ("03", "06", "045", "048", "052", "092", "0422", "011", "022"))
    middle = 10 - len(area) - 4
    first = rng.integers(2, 10)
    rest = rng.integers(0, 10, middle - 1)
    return f"{area}-{first}{''.join(map(str, rest))}-{rng.integers(10_000):04}"
