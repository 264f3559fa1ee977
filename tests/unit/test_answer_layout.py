"""What one list of a host says, or at which line and column it is broken."""

from typing import Any

import pytest
from pydantic import ValidationError

from delivery.answers.layout import (
    AnswerLayout,
    BrokenListError,
    Verdict,
    fields_named,
    lines_of,
    verdict_of,
)

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
