"""How a host writes its answers, as data, and what one list of them says. Pure."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from io import StringIO
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from delivery.answers.lists import END, MOST_BYTES, MOST_CELL, BrokenListError, Said
from delivery.answers.records import Records, Span
from delivery.buckets import BucketTerms

KEY, RECEIPT, ENTRY = "$key", "$receipt_number", "$entry"
FILE_NUMBER, LINE = "$file_number", "$line"
# What names an entry: any one of these, whole.
KEYS = ((KEY,), (RECEIPT, ENTRY), (FILE_NUMBER, LINE))
RESULT, CODE, MESSAGE = "result", "code", "message"
HOST_NUMBER, ITEM = "host_number", "item"
_SAID = frozenset({RESULT, CODE, MESSAGE, HOST_NUMBER, ITEM})
_PATTERN = re.compile(r"[A-Za-z0-9_.*?-]+")


class Verdict(StrEnum):
    REGISTERED = "registered"
    REJECTED = "rejected"


class AnswerLayout(BaseModel):
    """Where the answers of one destination lie and how they are written.

    Attributes:
        folder, bucket: where lists lie; one of the two.
        file_name: with `*` and `?`; nothing else there is touched.
        columns: what is known by which heading, or by which place from 1 where a list
            has no headings, or where in a record.
        records: how a list of fixed columns is laid out; without it, it is CSV.
        registered, rejected: the words of the column `result`.
        every: what each line says where there is no such column.
        fields: by the host's code the field it is about.
        items: by what the host calls a field in the column `item`, the field.
        quiet_seconds: how long nothing was written to a list before it is read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Annotated[str, Field(pattern=r"^/")] | None = None
    bucket: BucketTerms | None = None
    file_name: str
    encoding: Literal["utf-8-sig", "utf-8", "cp932", "shift_jis"] = "utf-8-sig"
    headings: bool = True
    columns: dict[str, str | int | Span]
    records: Records | None = None
    registered: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    every: Verdict | None = None
    fields: dict[str, str] = {}
    items: dict[str, str] = {}
    quiet_seconds: Annotated[int, Field(ge=1, le=3600)] = 10

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if (self.folder is None) == (self.bucket is None):
            raise ValueError("lists lie either in a `folder` or in a `bucket`")
        if not _PATTERN.fullmatch(self.file_name):
            raise ValueError("file_name is letters, digits, _.- and * or ?")
        strange = set(self.columns) - _SAID - {one for key in KEYS for one in key}
        if strange:
            raise ValueError(f"columns knows no {', '.join(sorted(strange))}")
        if self.key is None:
            raise ValueError(
                "columns needs $key, or $receipt_number and $entry, or $file_number "
                "and $line"
            )
        if (RESULT in self.columns) == (self.every is not None):
            raise ValueError("say either a column `result`, or `every`")
        if RESULT in self.columns and not (self.registered or self.rejected):
            raise ValueError("say which words are registered, and which rejected")
        if set(self.registered) & set(self.rejected):
            raise ValueError("a word says either registered or rejected")
        self._demand_places()
        return self

    def _demand_places(self) -> None:
        if self.records is not None:
            self.records.demand_fit(self.spans, self.encoding)
        kind = Span if self.records else str if self.headings else int
        if not all(isinstance(one, kind) for one in self.columns.values()):
            raise ValueError(
                "columns are headings, or places from 1 where `headings` is false, or "
                "`at` and `width` where there are `records`"
            )

    @property
    def spans(self) -> dict[str, Span]:
        """The columns that say where in a record they stand."""
        return {
            name: one for name, one in self.columns.items() if isinstance(one, Span)
        }

    @property
    def key(self) -> tuple[str, ...] | None:
        """The columns by which an entry is named."""
        return next((one for one in KEYS if set(one) <= set(self.columns)), None)

    @property
    def named_fields(self) -> frozenset[str]:
        return frozenset((*self.fields.values(), *self.items.values()))


def lines_of(layout: AnswerLayout, data: bytes) -> list[Said]:
    """Every line of a list. Raises BrokenListError."""
    if len(data) > MOST_BYTES:
        raise BrokenListError("too_large")
    if layout.records is not None:
        return layout.records.lines(data, layout.spans, layout.encoding)
    rows = _rows(_text(layout, data))
    if layout.headings:
        number, headings = next(rows, (1, []))
        places = _places(layout, headings)
        width = len(headings)
    else:
        places = {
            name: at - 1 for name, at in layout.columns.items() if isinstance(at, int)
        }
        width = 0
    found = []
    for number, cells in rows:
        if width and len(cells) != width:
            raise BrokenListError("cells", line=number, column=str(len(cells)))
        found.append(Said(number, _cells(places, number, cells)))
    return found


def verdict_of(layout: AnswerLayout, said: Mapping[str, str]) -> Verdict | None:
    """What the line says of its entry; None for a word nobody explained."""
    if layout.every is not None:
        return layout.every
    word = said.get(RESULT, "")
    if word in layout.registered:
        return Verdict.REGISTERED
    return Verdict.REJECTED if word in layout.rejected else None


def fields_named(
    layout: AnswerLayout, columns: Mapping[str, str], said: Mapping[str, str]
) -> tuple[str, ...]:
    """The flat names of the fields that the line is about, as far as they are known.

    Args:
        columns: fields by the headings of the file that the host was given.
    """
    by_item = {**columns, **layout.items}
    named = (layout.fields.get(said.get(CODE, "")), by_item.get(said.get(ITEM, "")))
    return tuple(dict.fromkeys(one for one in named if one and one[0] != "$"))


def _text(layout: AnswerLayout, data: bytes) -> str:
    try:
        text = data.decode(layout.encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenListError("encoding", line=line) from error
    text = text.rstrip(END)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BrokenListError("encoding", line=line)
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenListError("quotes", line=begins) from error
        if any(cells):
            yield begins, cells


def _places(layout: AnswerLayout, headings: Sequence[str]) -> dict[str, int]:
    plain = [one.strip() for one in headings]
    for heading in layout.columns.values():
        if plain.count(str(heading)) != 1:
            raise BrokenListError("heading", line=1, column=str(heading))
    return {name: plain.index(str(one)) for name, one in layout.columns.items()}


def _cells(
    places: Mapping[str, int], line: int, cells: Sequence[str]
) -> dict[str, str]:
    found = {}
    for name, at in places.items():
        if at >= len(cells):
            raise BrokenListError("cells", line=line, column=str(at + 1))
        if len(cells[at]) > MOST_CELL:
            raise BrokenListError("too_long", line=line, column=name)
        found[name] = cells[at].strip()
    return found
