"""Looks filings up in a small and a large database, kind by kind of question.

Every filing is one person's; of the names of the shipped list the most common one is
one person's in eighty, an office has fifty people. What is measured is what a page of
hits costs the server: the questions to PostgreSQL and the lines that are shown. Beside
the times stands what the plan of the question reads whole: nothing, or a table.

    python -m bench.look_up --filings 100000
"""

import argparse
import gc
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import psycopg
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from bench.crowded_queue import SITE, Crowd, fill
from forms.headings import heading_of
from forms.library import Library
from ocr.words.names import Part, names
from storage.database import Database
from storage.searches.criteria import Criteria, DayOf
from storage.searches.hits import find, matching
from storage.tables import EntryState, Filing
from storage.vault import KeyRing, Vault
from tests.services import postgres_database, postgres_server
from web.shown.searches import hit_lines

_NOW = datetime(2026, 11, 25, tzinfo=UTC)
_DAYS = 1_100
_FIRST_DAY = date(2023, 11, 1)
_PAGE = 50
_IN_AN_OFFICE = 50
_OTHER_SITE = "OTHER"
_WHOLE = re.compile(r"Seq Scan on (\w+)")
# What a filing came with stands in rows of its own; the fields say the rest.
_SPREAD = (
    "UPDATE filing SET received_on = date '2023-11-01' + (id % 1100)::int,"
    " site = CASE WHEN id % 3 = 0 THEN 'OTHER' ELSE site END",
    "UPDATE entry SET state = CASE WHEN id % 97 = 0 THEN 'returned'"
    " WHEN id % 4 = 0 THEN 'ready' ELSE state END",
)


class People:
    """Who filed what: always the same for the same number."""

    def __init__(self, filings: int) -> None:
        self.filings = filings
        self._family = _weighted(Part.FAMILY)
        self._given = _weighted(Part.GIVEN)

    def __call__(self, number: int) -> Mapping[str, str]:
        """What stands on a filing."""
        chance = Random(number)
        pairs = [
            chance.choices(words, cum_weights=weights)[0]
            for words, weights in (self._family, self._given)
        ]
        office, pay = (
            number // _IN_AN_OFFICE,
            1_000 * int(chance.lognormvariate(5.5, 0.4)),
        )
        return {
            "submitted_on": _day(chance, _FIRST_DAY, _DAYS),
            "office.symbol": f"{office % 90 + 1:02}-{_letters(office // 90)}",
            "office.number": f"{office + 1:05}",
            "office.name": f"株式会社{pairs[0][0]}{office % 7}製作所",
            "office.owner_name": "見本　一郎",
            "insured.1.serial_number": str(number % _IN_AN_OFFICE + 1),
            "insured.1.name_kanji": "　".join(name for name, _ in pairs),
            "insured.1.name_kana": "　".join(reading for _, reading in pairs),
            "insured.1.birth_date": _day(chance, date(1955, 1, 1), 18_000),
            "insured.1.my_number": f"{number * 7_919 + 10**11:012}",
            "insured.1.pension_number": f"{number * 104_729 % 10**10:010}",
            "insured.1.acquired_on": _day(chance, _FIRST_DAY, _DAYS),
            "insured.1.remuneration_cash": str(pay),
            "insured.1.remuneration_in_kind": "0",
            "insured.1.remuneration_total": str(pay),
        }

    def questions(self, chance: Random) -> Mapping[str, Callable[[], dict[str, Any]]]:
        """Kinds of questions; each call asks about another filing."""

        def of(name: str) -> str:
            return self(chance.randint(1, self.filings))[name]

        def days(length: int) -> dict[str, Any]:
            first = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS - length))
            return {"day_from": first, "day_until": first + timedelta(days=length)}

        def together() -> dict[str, Any]:
            one = self(chance.randint(1, self.filings))
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

        common, number = self._family[0][0][0], "insured.1.pension_number"
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
            "a month on the form": lambda: {"day_of": DayOf.ON_FORM, **days(30)},
            "a week of receipt": lambda: days(6),
            "an amount": lambda: just("amount", int(of(paid))),
            "amounts, a wide range": lambda: wide,
            "a rare state": lambda: returned,
            "name and wide amounts": lambda: {"name": common, **wide},
            "rare state and a week": lambda: {**returned, **days(6)},
            "name, office, amounts and form": together,
            "nobody": lambda: {"name": "無い　名前", **wide},
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """A database full of filings, asked as the page asks it."""

    database: Database
    vault: Vault
    library: Library

    def ask(self, asked: Criteria, *, before: int | None = None) -> int:
        with self.database.look() as session:
            hits = find(session, self.vault, asked, before=before, limit=_PAGE + 1)
            hit_lines(session, self.vault, self.library, hits[:_PAGE], language="ja")
        return len(hits)

    def read_whole(self, asked: Criteria) -> str:
        """The tables that the plan of a question reads from end to end."""
        with self.database.look() as session:
            plan = _plan(session, matching(self.vault, asked).limit(_PAGE + 1))
        return " ".join(sorted(set(_WHOLE.findall(plan)))) or "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--filings", type=int, default=100_000)
    parser.add_argument("--asks", type=int, default=40)
    wanted = parser.parse_args()
    library = Library.shipped()
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server() as server,
        postgres_database(server) as url,
    ):
        database, vault = Database(url), Vault(KeyRing.load(Path(folder) / "keys"))
        database.upgrade()
        done = 0
        for filings in sorted({min(1_000, wanted.filings), wanted.filings}):
            people = People(filings)
            _fill(url, _crowd(library, vault, people), done + 1, filings)
            done = filings
            # What was made for filling is no part of a server's heap: each sweep for
            # garbage would go through all of it, and be measured as a question.
            gc.collect()
            gc.freeze()
            _print(Bench(database, vault, library), people, wanted.asks)
        database.close()


def _crowd(library: Library, vault: Vault, people: People) -> Crowd:
    return Crowd(
        definition=library.get("2200"),
        vault=vault,
        now=_NOW,
        written=cache(people),
        wanted=lambda field: heading_of(field) is not None,
    )


def _fill(url: str, crowd: Crowd, first: int, last: int) -> None:
    begun = time.monotonic()
    with psycopg.connect(url) as connection:
        if first == 1:
            connection.execute("INSERT INTO site VALUES (%s, %s)", [_OTHER_SITE] * 2)
        fill(connection, crowd, first, last)
        connection.execute("SET session_replication_role = replica")
        for change in _SPREAD:
            connection.execute(change)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        ((cards,),) = connection.execute("SELECT count(*) FROM card").fetchall()
    took = time.monotonic() - begun
    print(f"\n{last:,} filings, {cards:,} cards; filled in {took:.0f} s")


def _print(bench: Bench, people: People, asks: int) -> None:
    print(f"{'':34}{'hits':>6}{'p50 ms':>9}{'p95 ms':>9}  read whole")
    for kind, ask in people.questions(Random(7)).items():
        _print_row(bench, kind, [Criteria(**ask()) for _ in range(asks)])
    common = Criteria(**people.questions(Random(7))["most common family name"]())
    _print_row(
        bench, "the same, half way back", [common] * asks, before=people.filings // 2
    )
    narrowed = Bench(
        bench.database.within(frozenset({SITE})), bench.vault, bench.library
    )
    _print_row(narrowed, "the same, of one site", [common] * asks)


def _print_row(
    bench: Bench, kind: str, asked: list[Criteria], *, before: int | None = None
) -> None:
    took, hits = [], 0
    # The first ask of a connection prepares what all others have.
    bench.ask(asked[0], before=before)
    for one in asked:
        begun = time.perf_counter()
        hits += bench.ask(one, before=before)
        took.append((time.perf_counter() - begun) * 1_000)
    cuts = quantiles(took, n=20)
    whole = bench.read_whole(asked[0])
    print(
        f"{kind:34}{hits / len(asked):6.1f}{cuts[9]:9.1f}{cuts[18]:9.1f}  {whole}",
        flush=True,
    )


def _plan(session: Session, query: Select[Filing]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    asked = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    found = session.connection().exec_driver_sql(f"EXPLAIN {asked}", dict(asked.params))
    return "\n".join(row[0] for row in found)


def _weighted(part: Part) -> tuple[list[tuple[str, str]], list[float]]:
    pairs = [(name, how) for name, how, common in names(part).all_pairs() if common]
    return pairs, list(accumulate(1 / (rank + 20) for rank in range(len(pairs))))


def _day(chance: Random, first: date, days: int) -> str:
    return (first + timedelta(days=chance.randrange(days))).isoformat()


def _letters(number: int) -> str:
    alphabet = "アイウエオカキクケコサシスセソタチツテト"
    return alphabet[number % 20] + alphabet[number // 20 % 20] + "ハ"


if __name__ == "__main__":
    main()
