"""What is asked of the index of filings, kind by kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from bench.crowd import people
from bench.crowd.people import People
from bench.crowd.rows import A_DAY, FIRST_DAY
from storage.searches.criteria import DayOf
from storage.tables import EntryState


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of a crowd of so many filings."""

    people: People
    filings: int

    def kinds(self, chance: Random) -> Mapping[str, Callable[[], dict[str, Any]]]:
        """Kinds of questions; each call asks about another filing."""

        def of(name: str) -> str:
            return self.people(chance.randint(1, self.filings))[name]

        def days(first: date, span: int, length: int) -> dict[str, Any]:
            begin = first + timedelta(days=chance.randrange(max(span - length, 1)))
            return {"day_from": begin, "day_until": begin + timedelta(days=length)}

        def week() -> dict[str, Any]:
            return days(FIRST_DAY, self.filings // A_DAY, 6)

        def together() -> dict[str, Any]:
            one = self.people(chance.randint(1, self.filings))
            pay = int(one["insured.1.remuneration_total"])
            return {
                "name": one["insured.1.name_kana"].split("　")[0],
                "office": one["office.symbol"],
                "amount_from": pay - 10_000,
                "amount_until": pay + 10_000,
                "form": "2200",
            }

        def family() -> str:
            return of("insured.1.name_kana").split("　")[0]

        def just(first: str, value: object) -> dict[str, Any]:
            return {f"{first}_from": value, f"{first}_until": value}

        common, number = self.people.family[0][0][0], "insured.1.pension_number"
        paid, born = "insured.1.remuneration_total", "insured.1.birth_date"
        wide = {"amount_from": 100_000, "amount_until": 400_000}
        returned = {"state": EntryState.RETURNED}
        return {
            "receipt number": lambda: {
                "number": f"{chance.randint(1, self.filings):08}-0001"
            },
            "My Number": lambda: {"number": of("insured.1.my_number")},
            "pension number": lambda: {"number": of(number)},
            "whole name, kanji": lambda: {"name": of("insured.1.name_kanji")},
            "family name, kana": lambda: {"name": family()},
            "most common family name": lambda: {"name": common},
            "office symbol": lambda: {"office": of("office.symbol")},
            "office name": lambda: {"office": of("office.name")},
            "birth date": lambda: {
                "day_of": DayOf.BIRTH,
                **just("day", date.fromisoformat(of(born))),
            },
            "a month on the form": lambda: {
                "day_of": DayOf.ON_FORM,
                **days(people.FIRST_DAY, people.DAYS, 30),
            },
            "a week of receipt": week,
            "an amount": lambda: just("amount", int(of(paid))),
            "amounts, a wide range": lambda: wide,
            "a rare state": lambda: returned,
            "name and wide amounts": lambda: {"name": common, **wide},
            "rare state and a week": lambda: {**returned, **week()},
            "name, office, amounts and form": together,
            "nobody": lambda: {"name": "無い　名前", **wide},
        }
