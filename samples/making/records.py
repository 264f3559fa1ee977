"""The register the samples are checked against: mostly agreeing with them."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from io import StringIO
from typing import Any

from kamizero.records import InsuredRecord, OfficeRecord
from samples.making.filing import Filing
from samples.making.filings import BONUSES, LOSSES
from samples.making.people import OFFICES, PEOPLE, Person

# What the register knows otherwise: findings a clerk has to settle.
_OFFICES_DIFFER: dict[str, dict[str, str]] = {
    "hikari": {"address": "愛知県名古屋市中区錦3-6-15", "phone": "052-951-3346"},
    "hokuto": {"owner_name": "斉藤　隆司"},
}
_PEOPLE_DIFFER: dict[str, dict[str, Any]] = {
    "岡田　勇気": {"birth_date": date(1995, 4, 16)},
    "石井　香織": {"name_kanji": "田口　香織", "name_kana": "タグチ　カオリ"},
    "藤田　理恵": {"my_number": "501473926082"},
    "高木　慎一": {"lost_on": date(2024, 12, 1)},
}
# Somebody whom a 2200 reports although an earlier employment never ended.
_ALREADY_INSURED = ("渡辺　健太郎", "yamato", "14", date(2018, 4, 1))


def offices_csv() -> str:
    """Every office, as `records load offices` takes it."""
    known = [
        replace(office, **_OFFICES_DIFFER.get(name, {}))
        for name, office in OFFICES.items()
    ]
    return _csv([field.name for field in fields(OfficeRecord)], map(asdict, known))


def insured_csv() -> str:
    """Everybody insured, as `records load insured` takes it."""
    rows = (asdict(record) for record in _insured())
    return _csv([field.name for field in fields(InsuredRecord)], rows)


def _insured() -> Iterator[InsuredRecord]:
    for filing in (LOSSES | BONUSES).values():
        yield from _of_filing(filing)
    name, office, serial, since = _ALREADY_INSURED
    yield _record(PEOPLE[name], OFFICES[office].symbol, serial, since)


def _of_filing(filing: Filing) -> Iterator[InsuredRecord]:
    for n in range(1, filing.definition.entries + 1):
        kanji = filing.written.get(f"insured.{n}.name_kanji")
        if kanji is None:
            return
        person, symbol = PEOPLE[kanji], filing.written["office.symbol"]
        serial = filing.written.get(f"insured.{n}.serial_number", "")
        # Most joined in the April after they turned 22, or when the office began.
        since = date(max(person.born.year + 23, 2004), 4, 1)
        record = _record(person, symbol, serial, min(since, date(2020, 4, 1)))
        yield replace(record, **_PEOPLE_DIFFER.get(kanji, {}))


def _record(person: Person, symbol: str, serial: str, since: date) -> InsuredRecord:
    return InsuredRecord(
        office_symbol=symbol,
        serial_number=serial,
        name_kana=person.kana,
        name_kanji=person.kanji,
        birth_date=person.born,
        my_number=person.my_number,
        pension_number=person.pension_number,
        acquired_on=since,
        lost_on=None,
    )


def _csv(columns: Sequence[str], rows: Iterator[dict[str, object]]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
