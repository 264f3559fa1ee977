"""What one list of a host says, or at which line and column it is broken."""

from typing import Any

import pytest
from pydantic import ValidationError

from delivery.answers.layout import (
    AnswerLayout,
    Verdict,
    fields_named,
    lines_of,
    verdict_of,
)
from delivery.answers.lists import BrokenListError
from delivery.answers.records import Span
from delivery.exports.fixed import Place, Side, laid

COLUMNS = {"$key": "番号", "result": "結果", "code": "コード"}
HEAD = "番号,結果,コード\r\n"


def layout(**other: Any) -> AnswerLayout:
    said = {
        "folder": "/srv/in",
        "file_name": "kekka-*.csv",
        "encoding": "cp932",
        "columns": COLUMNS,
        "registered": ["OK"],
        "rejected": ["NG"],
        **other,
    }
    return AnswerLayout.model_validate(said)


def test_a_list_is_read_by_its_headings_wherever_they_stand() -> None:
    data = '備考,コード,番号,結果\r\n"a,\r\nb",E1,12,NG\r\n,,13,OK\r\n\x1a'

    found = lines_of(layout(), data.encode("cp932"))

    assert [(one.line, one.cells["$key"]) for one in found] == [(2, "12"), (4, "13")]
    verdicts = [verdict_of(layout(), one.cells) for one in found]
    assert verdicts == [Verdict.REJECTED, Verdict.REGISTERED]


def test_a_list_without_headings_is_read_by_places() -> None:
    plain = layout(headings=False, columns={"$key": 2, "result": 1}, encoding="utf-8")

    (found,) = lines_of(plain, b"OK,0012,more\n")

    assert dict(found.cells) == {"$key": "0012", "result": "OK"}


BROKEN = {
    "encoding": (HEAD.encode("cp932") + b"1,OK,\r\n\x81\xff,OK,\r\n", 3, ""),
    "heading": ("番号,結果\r\n1,OK\r\n".encode("cp932"), 1, "コード"),
    "cells": ((HEAD + "1,OK,,x\r\n").encode("cp932"), 2, "4"),
    "quotes": ((HEAD + '1,OK,"E\r\n').encode("cp932"), 2, ""),
    "too_long": ((HEAD + f"1,OK,{'E' * 501}\r\n").encode("cp932"), 2, "code"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_list_names_line_and_column(kind: str) -> None:
    data, line, column = BROKEN[kind]

    with pytest.raises(BrokenListError) as refused:
        lines_of(layout(), data)

    found = (refused.value.kind, refused.value.line, refused.value.column)
    assert found == (kind, line, column)


def test_the_field_is_known_by_the_code_or_by_what_the_host_calls_it() -> None:
    known = layout(
        columns={**COLUMNS, "item": "項目"}, fields={"E1": "insured.birth_date"}
    )
    columns = {"氏名": "insured.name_kanji", "番号": "$key"}

    both = fields_named(known, columns, {"code": "E1", "item": "氏名"})
    neither = fields_named(known, columns, {"code": "E9", "item": "番号"})

    assert both == ("insured.birth_date", "insured.name_kanji")
    assert neither == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": {"result": "結果"}},
        {"columns": {**COLUMNS, "name": "氏名"}},
        {"columns": {"$key": "番号"}},
        {"every": "rejected"},
        {"registered": [], "rejected": []},
        {"rejected": ["OK"]},
        {"headings": False},
        {"file_name": "../*.csv"},
    ],
    ids=str,
)
def test_a_layout_that_cannot_be_read_by_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        layout(**wrong)


def test_a_list_of_errors_alone_needs_no_column_of_results() -> None:
    errors = layout(columns={"$key": "番号"}, every="rejected")

    assert verdict_of(errors, {"$key": "1"}) == Verdict.REJECTED


FIXED: dict[str, Any] = {
    "records": {
        "width": 24,
        "header": 1,
        "trailer": 1,
        "data": {"at": 1, "width": 1, "text": "2"},
        "count": {"at": 2, "width": 6, "side": "right", "pad": "0"},
    },
    "columns": {
        "$key": {"at": 2, "width": 6, "side": "right", "pad": "0"},
        "result": {"at": 8, "width": 2},
        "code": {"at": 10, "width": 5},
        "message": {"at": 15, "width": 10},
    },
}
RECORDS = (
    "1KENPO20261130          ",
    "2000012OK               ",
    "2000130NGE1   氏名違い  ",
    "8a note between         ",
    "9000002                 ",
)


def records(*lines: str, end: str = "\r\n") -> bytes:
    return "".join(f"{one}{end}" for one in lines).encode("cp932")


@pytest.mark.parametrize("end", ["\r\n", "\n", ""], ids=["crlf", "lf", "none"])
def test_a_list_of_fixed_columns_is_read_by_places_of_bytes(end: str) -> None:
    name = {"\r\n": "crlf", "\n": "lf", "": "none"}[end]
    fixed = layout(**{**FIXED, "records": {**FIXED["records"], "line_end": name}})

    found = lines_of(fixed, records(*RECORDS, end=end) + b"\x1a")

    assert [one.line for one in found] == [2, 3]
    assert dict(found[0].cells) == {
        "$key": "12",
        "result": "OK",
        "code": "",
        "message": "",
    }
    assert dict(found[1].cells) == {
        "$key": "130",
        "result": "NG",
        "code": "E1",
        "message": "氏名違い",
    }


# The last record where there is one answer.
ONE = "9000001                 "
BROKEN_RECORDS = {
    "width": (records(*RECORDS[:2], "2000013OK", RECORDS[4]), 3, "9"),
    "count": (records(*RECORDS[:2], RECORDS[4]), 3, "2"),
    "records": (records(RECORDS[0]), 0, "1"),
    # A sign that the end of its column cuts in two.
    "encoding": (
        records(RECORDS[0], "2000012OK     x氏名違い氏", "9000001" + 17 * " ").replace(
            "氏\r\n9".encode("cp932"), b"\x8e\r\n9"
        ),
        2,
        "message",
    ),
    # What a mainframe fills with zeros.
    "encoding of a cell": (
        records(RECORDS[0], "2000012NGE1   bad".ljust(24, "\0"), ONE),
        2,
        "message",
    ),
    "encoding of a count": (
        records(*RECORDS[:2], ONE.replace("0", "\0")),
        3,
        "count",
    ),
}


@pytest.mark.parametrize("kind", BROKEN_RECORDS)
def test_a_broken_list_of_fixed_columns_names_record_and_column(kind: str) -> None:
    data, line, column = BROKEN_RECORDS[kind]

    with pytest.raises(BrokenListError) as refused:
        lines_of(layout(**FIXED), data)

    found = (refused.value.kind, refused.value.line, refused.value.column)
    assert found == (kind.split()[0], line, column)


def test_a_value_that_is_longer_than_any_breaks_a_list_of_fixed_columns() -> None:
    columns = {"$key": {"at": 1, "width": 6}, "result": {"at": 7, "width": 594}}
    wide = layout(records={"width": 600}, columns=columns)

    with pytest.raises(BrokenListError, match="too_long"):
        lines_of(wide, records("000012" + "x" * 594))


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": {"$key": "番号", "result": "結果"}},
        {"columns": {**FIXED["columns"], "code": {"at": 20, "width": 6}}},
        {"encoding": "utf-8-sig"},
        {"records": {**FIXED["records"], "trailer": 0}},
        {"records": None},
    ],
    ids=["headings", "behind", "bom", "count", "csv"],
)
def test_a_layout_of_records_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        layout(**{**FIXED, **wrong})


def test_what_a_file_of_fixed_columns_says_is_read_back_as_it_was_written() -> None:
    place = Place(width=6, side=Side.RIGHT, pad="0")
    span = Span(at=3, **place.model_dump())

    written = laid("130", place, "cp932")

    assert span.read(f"xx{written}".encode("cp932"), "cp932") == "130"
