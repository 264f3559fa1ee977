"""The rows of a crowd: what each filing left in every table that it passed.

Two filings lie in a bundle that came as a job, behind a separator, each with a form
page and an empty back; a thousand filings come a day. Of a hundred about seventy-four
wait for review, twenty-five are approved and put out, and one is returned. Ids follow
from the number, so that rows fit by make.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache

from forms.definition import Field, FormDefinition
from forms.headings import Heading, heading_of
from kamizero.business_days import NATIONAL
from storage.cards import facts_of
from storage.vault import Index, Vault

SITE, OTHER_SITE = "BENCH", "OTHER"
FIRST_DAY = date(2024, 1, 1)
A_DAY = 1_000
# One, two or three of these are doubtful, filing by filing.
DOUBTFUL = ("insured.1.name_kana", "insured.1.birth_date", "insured.1.name_kanji")
RULE = "common.kana_kanji"
SUBSCRIBER = "api"

Rows = dict[str, list[str]]

COLUMNS: Mapping[str, str] = {
    "job": "id site door operator created_at received_on sides declared_sheets",
    "original": "id sha256 size media_type store_key store_version stored_at "
    "retain_until legal_medium",
    "arrival": "id job_id seq original_id source state page_count",
    "bundle": "id job_id number site scheme form declared_sheets declared_entries "
    "received_on balance",
    "filing": "id receipt_number arrival_id bundle_id site form revision kind "
    "received_on created_at step version",
    "page": "id arrival_id number width_px height_px dpi depth kind form revision "
    "form_page bundle_id filing_id standing",
    "entry": "id filing_id n version state straight_through reasons approval_id",
    "delivery": "id entry_id subscriber state changed_at",
    "clock": "entry_id site form channel received_on standard business_days ends "
    "priority due_on",
    "work": "id kind subject site priority due_at deadline form doubt state attempts "
    "fence created_at done_at seconds",
    "finding": "id filing_id entry_n rule severity fields message_ja message_en",
    "field": "id filing_id entry_n position name sensitive heading page_id box_px "
    "as_written_id",
    "field_version": "id field_id seq purpose author_kind author at state confidence "
    "accepted grounds commitment",
    "field_value": "version_id body sealed key_id salt",
    "card": "version_id n filing_id entry_n heading token index_key day amount",
}
_ENGINE = "pp-ocrv6-small@bench"
_PAGES = ("separator", "blank", "form", "blank", "form", "blank")
_SALT = rf"\\x{bytes(32).hex()}"


@dataclass(frozen=True)
class Crowd:
    """How filings are made: of which form, and what stands on them.

    Attributes:
        wanted: which fields of the form there are.
        unsettled: which bundles declare a sheet too many, so that nobody settled them.
    """

    definition: FormDefinition
    vault: Vault
    written: Callable[[int], Mapping[str, str]]
    wanted: Callable[[Field], bool] = lambda _: True
    unsettled: Callable[[int], bool] = lambda _: False

    @cached_property
    def fields(self) -> list["Column"]:
        fields = self.definition.fields
        own = [one for one in fields if (one.entry or 1) == 1 and self.wanted(one)]
        return [Column.of(one) for one in own]

    @cached_property
    def index(self) -> Index:
        return self.vault.index()

    def rows(self, number: int) -> Rows:
        """The lines of one filing by table, its bundle's with the first of the two."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        if number % 2:
            for table, row in _bundle(self, number // 2 + 1):
                found[table].append(row)
        for table, row in _filing(self, number):
            found[table].append(row)
        for table, rows in _fields(self, number):
            found[table] += rows
        return found


@dataclass(frozen=True, slots=True)
class Column:
    """One field of the form, with what is the same on all filings."""

    name: str
    entry: int
    sensitive: bool
    heading: Heading | None
    row: str

    @classmethod
    def of(cls, field: Field) -> "Column":
        box = json.dumps([round(side * 7.874, 1) for side in field.box_mm])
        heading = heading_of(field)
        said = (field.entry or 0, "%d", field.name, field.sensitive, heading)
        row = line(("%d", "%d", *said, "%d", box, "%d"))
        return cls(field.name, field.entry or 0, field.sensitive, heading, row)


def day_of(number: int) -> date:
    return FIRST_DAY + timedelta(days=(number - 1) // A_DAY)


def state_of(number: int) -> str:
    """What people made of a filing's one entry."""
    if number % 97 == 0:
        return "returned"
    return "approved" if number % 4 == 0 else "in_review"


def doubtful_in(number: int) -> tuple[str, ...]:
    """The fields of a filing that a person must settle."""
    return DOUBTFUL[: number % 3 + 1] if state_of(number) == "in_review" else ()


def line(row: tuple[object, ...]) -> str:
    return "\t".join(map(_text, row)) + "\n"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


@cache
def _moment(day: date) -> str:
    return str(datetime.combine(day, time(3), UTC))


@cache
def _due(day: date) -> date:
    return NATIONAL.after(day, 5)


def _site_of(bundle: int) -> str:
    return OTHER_SITE if bundle % 3 == 0 else SITE


def _bundle(crowd: Crowd, number: int) -> Iterator[tuple[str, str]]:
    form, revision = crowd.definition.form, crowd.definition.revision
    day, site = day_of(number * 2 - 1), _site_of(number)
    at, sha = _moment(day), f"{number:064x}"
    is_open = crowd.unsettled(number)
    balance = "open" if is_open else "balanced"
    key = f"originals/{sha[:2]}/{sha}"
    yield "job", f"{number}\t{site}\tbench\tbench\t{at}\t{day}\t2\t3\n"
    yield (
        "original",
        f"{number}\t{sha}\t1\timage/tiff\t{key}\t1\t{at}\t{at}\tpaper\n",
    )
    yield "arrival", f"{number}\t{number}\t1\t{number}\tbench.tif\ttaken\t6\n"
    yield (
        "bundle",
        f"{number}\t{number}\t{number}\t{site}\tKOSEI\t{form}\t{2 + is_open}\t2\t"
        f"{day}\t{balance}\n",
    )
    for place, kind in enumerate(_PAGES, 1):
        what = f"{form}\t{revision}\t1" if kind == "form" else "\\N\t\\N\t\\N"
        filing = number * 2 - 1 + (place - 3) // 2 if place > 2 else "\\N"
        yield (
            "page",
            f"{(number - 1) * 6 + place}\t{number}\t{place}\t1654\t2339\t200\t8\t"
            f"{kind}\t{what}\t{number}\t{filing}\tvalid\n",
        )


def _filing(crowd: Crowd, number: int) -> Iterator[tuple[str, str]]:
    form, revision = crowd.definition.form, crowd.definition.revision
    bundle, day, state = (number + 1) // 2, day_of(number), state_of(number)
    at, site, due = _moment(day), _site_of(bundle), _due(day)
    priority, doubtful = 50 if number % 2 else 100, doubtful_in(number)
    yield (
        "filing",
        f"{number}\t{number:08d}-0001\t{bundle}\t{bundle}\t{site}\t{form}\t{revision}\t"
        f"new\t{day}\t{at}\tdone\t1\n",
    )
    approval = "1" if state == "approved" else "\\N"
    yield (
        "entry",
        f"{number}\t{number}\t1\t1\t{state}\tf\t{_reasons(doubtful)}\t{approval}\n",
    )
    yield (
        "clock",
        f"{number}\t{site}\t{form}\tpaper\t{day}\tbench\t5\tapproval\t{priority}\t"
        f"{due}\n",
    )
    yield "finding", f"{number}\t{number}\t1\t{RULE}\tinfo\t[]\t。\t.\n"
    yield (
        "work",
        f"{number * 2 - 1}\tread\t{number}\t{site}\t100\t{at}\t{due}\t{form}\t0\t"
        f"done\t1\t2\t{at}\t{at}\t1.0\n",
    )
    if state == "in_review":
        yield (
            "work",
            f"{number * 2}\treview\t{number}\t{site}\t{priority}\t{at}\t{due}\t{form}\t"
            f"{len(doubtful)}\topen\t0\t0\t{at}\t\\N\t\\N\n",
        )
    if state == "approved":
        taken = "pending" if number % 9 == 0 else "taken"
        yield "delivery", f"{number}\t{number}\t{SUBSCRIBER}\t{taken}\t{at}\n"


@cache
def _reasons(doubtful: tuple[str, ...]) -> str:
    return json.dumps([f"doubtful:{name}" for name in doubtful])


def _fields(crowd: Crowd, number: int) -> Iterator[tuple[str, list[str]]]:
    """Templates, not tuples: of a filing these are nearly all the rows."""
    said, open_ones = crowd.written(number), doubtful_in(number)
    columns, at = crowd.fields, _moment(day_of(number))
    first = (number - 1) * len(columns) + 1
    keyed = list(enumerate(columns, first))
    page = (number - 1) * 3 + 3 - (number + 1) % 2
    yield (
        "field",
        [one.row % (key, number, key - first, page, key) for key, one in keyed],
    )
    yield (
        "field_version",
        [
            f"{key}\t{key}\t1\tas_written\tengine\t{_ENGINE}\t{at}\t"
            f"{'read' if said.get(one.name) else 'blank'}\t"
            + ("0.7\tf" if one.name in open_ones else "0.9999\tt")
            + f"\t[]\t{'0' * 64}\n"
            for key, one in keyed
        ],
    )
    values = [(key, one, said.get(one.name, "")) for key, one in keyed]
    yield "field_value", [_value(crowd, *of_one) for of_one in values]
    yield (
        "card",
        [
            f"{key}\t{n}\t{number}\t{one.entry}\t{one.heading}\t{fact}"
            for key, one, value in values
            if one.heading is not None and value
            for n, fact in enumerate(_facts(crowd.index, one.heading, value))
        ],
    )


def _value(crowd: Crowd, key: int, one: Column, value: str) -> str:
    word = json.dumps(value, ensure_ascii=False)
    body = f'{{"value": {word}, "text": {word}, "candidates": []}}'
    if not one.sensitive:
        return f"{key}\t{body}\t\\N\t\\N\t{_SALT}\n"
    sealed = crowd.vault.seal(body.encode(), bound_to=f"field/{key}/version/1")
    return f"{key}\t\\N\t{_text(sealed.data)}\t{sealed.key_id}\t{_SALT}\n"


@lru_cache(maxsize=100_000)
def _facts(index: Index, heading: Heading, value: str) -> tuple[str, ...]:
    """What lies behind the heading; offices and common names come again and again."""
    return tuple(
        line(tuple(fact.get(name) for name in ("token", "index_key", "day", "amount")))
        for fact in facts_of(index, heading, value)
    )
