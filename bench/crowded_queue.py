"""Fills a PostgreSQL database with filings that wait for review, by COPY.

Each has what a read filing has: arrival, page, entry, clock, work, and every field of
its form with a version and a value, sensitive ones sealed. All share one original.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path

import psycopg

from forms.definition import Field, FormDefinition
from forms.grammar import my_number_check_digit
from forms.headings import Heading, heading_of
from kamizero.business_days import NATIONAL
from storage.cards import cards_of
from storage.clocks import office_day
from storage.vault import Index, Vault

SITE = "BENCH"
# One, two or three of these are doubtful, filing by filing.
DOUBTFUL = ("insured.1.name_kana", "insured.1.birth_date", "insured.1.name_kanji")
# What is written on one of the samples, so that no rule objects.
_SAMPLE = "clean/2200-midori.png"
_SAMPLES = Path(__file__).parents[1] / "samples" / "values.json"
_FIRST: Mapping[str, str] = json.loads(_SAMPLES.read_text("utf-8"))[_SAMPLE][0][
    "fields"
]
_MY_NUMBER = "insured.1.my_number"
_CODED = "pp-ocrv6-small@bench"
_RULE = "common.kana_kanji"

Row = tuple[object, ...]
# A call of the server for each row would cost more than the row.
_AT_ONCE = 200


def somebody(number: int) -> Mapping[str, str]:
    """As on the sample, but each filing of a person of its own."""
    eleven = f"{number:011d}"
    return {**_FIRST, _MY_NUMBER: f"{eleven}{my_number_check_digit(eleven)}"}


@dataclass(frozen=True)
class Crowd:
    """How filings are made: of which form, when they came, and what stands on them."""

    definition: FormDefinition
    vault: Vault
    now: datetime
    written: Callable[[int], Mapping[str, str]] = somebody
    wanted: Callable[[Field], bool] = lambda _: True

    @cached_property
    def fields(self) -> list[Field]:
        fields = self.definition.fields
        return [one for one in fields if (one.entry or 1) == 1 and self.wanted(one)]

    @cached_property
    def headings(self) -> Mapping[str, Heading | None]:
        return {one.name: heading_of(one) for one in self.fields}

    @cached_property
    def index(self) -> Index:
        return self.vault.index()


def fill(connection: psycopg.Connection, crowd: Crowd, first: int, last: int) -> None:
    """Let the filings of these numbers wait, the last one included."""
    numbers = range(first, last + 1)
    with connection.cursor() as cursor:
        # Foreign keys are checked one row at a time otherwise; the rows fit by make.
        cursor.execute("SET session_replication_role = replica")
        if first == 1:
            _copy(cursor, "site", ("code", "name"), iter([(SITE, SITE)]))
            _copy(cursor, "job", *_job(crowd))
            _copy(cursor, "original", *_original(crowd))
        for table, (columns, make) in _tables(crowd).items():
            rows = (row for number in numbers for row in make(number))
            _copy(cursor, table, columns, rows)
        for table in (*_tables(crowd), "job", "original"):
            if table not in ("clock", "field_value", "card"):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608
                    f"(SELECT max(id) FROM {table}))"
                )
        cursor.execute("SET session_replication_role = origin")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False


def doubtful_in(number: int) -> tuple[str, ...]:
    """The fields of a filing that a person must settle."""
    return DOUBTFUL[: number % 3 + 1]


def _copy(
    cursor: psycopg.Cursor, table: str, columns: tuple[str, ...], rows: Iterator[Row]
) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:  # pyright: ignore
        while some := list(islice(rows, _AT_ONCE)):
            copy.write("".join("\t".join(map(_text, row)) + "\n" for row in some))


def _text(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def _job(crowd: Crowd) -> tuple[tuple[str, ...], Iterator[Row]]:
    columns = ("id", "site", "door", "operator", "created_at", "received_on", "sides")
    day = office_day(crowd.now)
    return columns, iter([(1, SITE, "bench", "bench", crowd.now, day, "1")])


def _original(crowd: Crowd) -> tuple[tuple[str, ...], Iterator[Row]]:
    columns = ("id", "sha256", "size", "media_type", "store_key", "store_version",
               "stored_at", "retain_until", "legal_medium")  # fmt: skip
    key = "originals/00/" + "0" * 64
    stored = (crowd.now, crowd.now + timedelta(days=3653))
    row = (1, "0" * 64, 1, "image/png", key, "1", *stored, "paper")
    return columns, iter([row])


_Maker = Callable[[int], Iterator[Row]]


def _tables(crowd: Crowd) -> Mapping[str, tuple[tuple[str, ...], _Maker]]:
    """Columns and rows of each table, in the order in which rows refer back."""
    return {
        "arrival": (
            ("id", "job_id", "seq", "original_id", "source", "state"),
            lambda n: iter([(n, 1, n, 1, "bench.png", "taken")]),
        ),
        "filing": (
            ("id", "receipt_number", "arrival_id", "site", "form", "revision", "kind",
             "received_on", "created_at", "step", "version"),
            lambda n: iter([_filing(crowd, n)]),
        ),
        "page": (
            ("id", "arrival_id", "number", "width_px", "height_px", "dpi", "depth",
             "kind", "form", "revision", "form_page", "filing_id", "standing"),
            lambda n: iter([(n, n, 1, 1654, 2339, 200, 8, "form", crowd.definition.form,
                             crowd.definition.revision, 1, n, "valid")]),
        ),
        "entry": (
            ("id", "filing_id", "n", "version", "state", "straight_through", "reasons"),
            lambda n: iter([(n, n, 1, 1, "in_review", False, _reasons(n))]),
        ),
        "clock": (
            ("entry_id", "site", "form", "channel", "received_on", "standard",
             "business_days", "ends", "priority", "due_on"),
            lambda n: iter([_clock(crowd, n)]),
        ),
        "work": (
            ("id", "kind", "subject", "site", "priority", "due_at", "deadline", "form",
             "doubt", "state", "attempts", "fence", "created_at"),
            lambda n: iter([_work(crowd, n)]),
        ),
        "finding": (
            ("id", "filing_id", "entry_n", "rule", "severity", "fields", "message_ja",
             "message_en"),
            lambda n: iter([(n, n, 1, _RULE, "info", "[]", "。", ".")]),
        ),
        "field": (
            ("id", "filing_id", "entry_n", "position", "name", "sensitive", "heading",
             "page_id", "box_px", "as_written_id"),
            lambda n: _fields(crowd, n),
        ),
        "field_version": (
            ("id", "field_id", "seq", "purpose", "author_kind", "author", "at", "state",
             "confidence", "accepted", "grounds", "commitment"),
            lambda n: _versions(crowd, n),
        ),
        "field_value": (
            ("version_id", "body", "sealed", "key_id", "salt"),
            lambda n: _values(crowd, n),
        ),
        "card": (
            ("version_id", "n", "filing_id", "entry_n", "heading", "token",
             "index_key", "day", "amount"),
            lambda n: _cards(crowd, n),
        ),
    }  # fmt: skip


def _received(crowd: Crowd, number: int) -> datetime:
    return crowd.now - timedelta(days=number % 20)


def _filing(crowd: Crowd, number: int) -> Row:
    form = crowd.definition
    came = _received(crowd, number)
    return (number, f"{number:08d}-0001", number, SITE, form.form, form.revision, "new",
            office_day(came), came, "done", 1)  # fmt: skip


def _clock(crowd: Crowd, number: int) -> Row:
    day = office_day(_received(crowd, number))
    due = NATIONAL.after(day, 5)
    priority = 50 if number % 2 else 100
    return (number, SITE, crowd.definition.form, "paper", day, "bench", 5, "approval",
            priority, due)  # fmt: skip


def _work(crowd: Crowd, number: int) -> Row:
    *_, priority, due = _clock(crowd, number)
    came = _received(crowd, number)
    return (number, "review", number, SITE, priority, came, due, crowd.definition.form,
            len(doubtful_in(number)), "open", 0, 0, came)  # fmt: skip


def _reasons(number: int) -> str:
    return json.dumps([f"doubtful:{name}" for name in doubtful_in(number)])


def _ids(crowd: Crowd, number: int) -> Iterator[tuple[int, Field]]:
    fields = crowd.fields
    first = (number - 1) * len(fields) + 1
    return zip(range(first, first + len(fields)), fields, strict=True)


def _fields(crowd: Crowd, number: int) -> Iterator[Row]:
    for position, (key, field) in enumerate(_ids(crowd, number)):
        box = json.dumps([round(side * 7.874, 1) for side in field.box_mm])
        yield (key, number, field.entry or 0, position, field.name, field.sensitive,
               crowd.headings[field.name], number, box, key)  # fmt: skip


def _versions(crowd: Crowd, number: int) -> Iterator[Row]:
    open_ones, written = doubtful_in(number), crowd.written(number)
    at = _received(crowd, number)
    for key, field in _ids(crowd, number):
        accepted = field.name not in open_ones
        state = "read" if written.get(field.name) else "blank"
        yield (key, key, 1, "as_written", "engine", _CODED, at, state,
               0.9999 if accepted else 0.7, accepted, "[]", "0" * 64)  # fmt: skip


def _values(crowd: Crowd, number: int) -> Iterator[Row]:
    salt, said = bytes(32), crowd.written(number)
    for key, field in _ids(crowd, number):
        value = said.get(field.name, "")
        body = {"value": value, "text": value, "candidates": []}
        written = json.dumps(body, ensure_ascii=False)
        if not field.sensitive:
            yield (key, written, None, None, salt)
            continue
        sealed = crowd.vault.seal(written.encode(), bound_to=f"field/{key}/version/1")
        yield (key, None, sealed.data, sealed.key_id, salt)


def _cards(crowd: Crowd, number: int) -> Iterator[Row]:
    written = crowd.written(number)
    for key, field in _ids(crowd, number):
        heading, value = crowd.headings[field.name], written.get(field.name, "")
        if heading is None or not value:
            continue
        cards = cards_of(
            crowd.index,
            heading,
            value,
            filing_id=number,
            entry_n=field.entry or 0,
        )
        for card in cards:
            yield (key, card.n, number, card.entry_n, heading, card.token,
                   card.index_key, card.day, card.amount)  # fmt: skip
