"""The benchmark counts what it says it counts."""

from collections.abc import Mapping
from typing import Any

import pytest

from bench.scoring import score_file
from forms.library import Library
from kamizero.bounds import upper_bound

FORMS = {form.form: form for form in Library.shipped().all()}
FILE = "clean/a.png"


def _truth(*, wrong: tuple[str, ...] = (), **values: str) -> dict[str, Any]:
    blank = {field.name: "" for field in FORMS["2201"].fields}
    return {"form": "2201", "fields": blank | values, "wrong": list(wrong)}


def _line(
    values: Mapping[str, str], findings: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    readings = [
        {"name": field.name, "value": values.get(field.name, ""), "accepted": True}
        for field in FORMS["2201"].fields
    ]
    return {"form": "2201", "fields": readings, "findings": list(findings)}


@pytest.mark.parametrize(("errors", "of"), [(0, 2995), (1, 4742), (2, 6294)])
def test_so_many_fields_prove_one_error_in_a_thousand(errors: int, of: int) -> None:
    bound = upper_bound(errors, of)

    assert bound <= 0.001
    assert upper_bound(errors, of - 1) > 0.001


def test_a_field_is_exact_only_where_the_whole_value_is() -> None:
    truth = _truth(submitted_on="2021-04-02")

    score = score_file(FILE, [truth], [_line({"submitted_on": "2021-04-03"})], FORMS)

    wrong = [field.name for field in score.fields if not field.exact]
    assert wrong == ["submitted_on"]


def test_ink_read_where_nothing_is_written_is_not_exact() -> None:
    score = score_file(FILE, [_truth()], [_line({"office.name": "株"})], FORMS)

    (found,) = (field for field in score.fields if not field.exact)
    assert (found.name, found.filled, found.accepted) == ("office.name", False, True)


def test_a_filing_that_was_not_found_counts_as_not_read() -> None:
    score = score_file(FILE, [_truth(submitted_on="2021-04-02")], [], FORMS)

    assert any(f.name == "submitted_on" and not f.exact for f in score.fields)
    assert score.problems


def test_a_written_error_is_reported_by_a_loud_finding_that_names_it() -> None:
    names = ("insured.1.lost_on", "insured.1.left_on")
    quiet = {"severity": "info", "fields": [names[1]]}
    loud = {"severity": "warning", "fields": [names[0]]}

    score = score_file(
        FILE, [_truth(wrong=names)], [_line({}, findings=(quiet, loud))], FORMS
    )

    assert [error.reported for error in score.errors] == [True, False]


def test_a_refusal_with_another_code_is_a_problem() -> None:
    refused = [{"error": {"code": "empty", "message": ""}}]

    assert not score_file(FILE, {"error": "empty"}, refused, FORMS).problems
    assert score_file(FILE, {"error": "damaged"}, refused, FORMS).problems


def test_an_unknown_paper_is_no_filing() -> None:
    unknown = [{"form": None, "pages": [1], "text": "拝啓"}]

    assert not score_file(FILE, [], unknown, FORMS).problems
    assert score_file(FILE, [], [_line({})], FORMS).problems
