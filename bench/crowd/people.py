"""Who files what in a crowd: always the same for the same number."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from forms.grammar import my_number_check_digit
from ocr.words.names import Part, names

FIRST_DAY = date(2023, 11, 1)
DAYS = 1_100
IN_AN_OFFICE = 50
# What is written on one of the samples, so that no rule objects.
_SAMPLE = "clean/2200-midori.png"
_SAMPLES = Path(__file__).parents[2] / "samples" / "values.json"
_FIRST: Mapping[str, str] = json.loads(_SAMPLES.read_text("utf-8"))[_SAMPLE][0][
    "fields"
]
_MY_NUMBER = "insured.1.my_number"


def somebody(number: int) -> Mapping[str, str]:
    """As on the sample, but each filing of a person of its own."""
    eleven = f"{number:011d}"
    return {**_FIRST, _MY_NUMBER: f"{eleven}{my_number_check_digit(eleven)}"}


class People:
    """Of the names of the shipped list the most common is one person's in eighty."""

    def __init__(self) -> None:
        self.family = _weighted(Part.FAMILY)
        self._given = _weighted(Part.GIVEN)

    def __call__(self, number: int) -> Mapping[str, str]:
        """What stands on a filing."""
        chance = Random(number)
        pairs = [
            chance.choices(words, cum_weights=weights)[0]
            for words, weights in (self.family, self._given)
        ]
        office = number // IN_AN_OFFICE
        pay = 1_000 * int(chance.lognormvariate(5.5, 0.4))
        return {
            "submitted_on": _day(chance, FIRST_DAY, DAYS),
            "office.symbol": f"{office % 90 + 1:02}-{_letters(office // 90)}",
            "office.number": f"{office + 1:05}",
            "office.name": f"株式会社{pairs[0][0]}{office % 7}製作所",
            "office.owner_name": "見本　一郎",
            "insured.1.serial_number": str(number % IN_AN_OFFICE + 1),
            "insured.1.name_kanji": "　".join(name for name, _ in pairs),
            "insured.1.name_kana": "　".join(reading for _, reading in pairs),
            "insured.1.birth_date": _day(chance, date(1955, 1, 1), 18_000),
            _MY_NUMBER: f"{number * 7_919 + 10**11:012}",
            "insured.1.pension_number": f"{number * 104_729 % 10**10:010}",
            "insured.1.acquired_on": _day(chance, FIRST_DAY, DAYS),
            "insured.1.remuneration_cash": str(pay),
            "insured.1.remuneration_in_kind": "0",
            "insured.1.remuneration_total": str(pay),
        }


def _weighted(part: Part) -> tuple[list[tuple[str, str]], list[float]]:
    pairs = [(name, how) for name, how, common in names(part).all_pairs() if common]
    return pairs, list(accumulate(1 / (rank + 20) for rank in range(len(pairs))))


def _day(chance: Random, first: date, days: int) -> str:
    return (first + timedelta(days=chance.randrange(days))).isoformat()


def _letters(number: int) -> str:
    alphabet = "アイウエオカキクケコサシスセソタチツテト"
    return alphabet[number % 20] + alphabet[number // 20 % 20] + "ハ"
