"""Each form's record as JSON Schema: real records fit it, and wrong ones do not."""

from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from delivery.record_schema import record_schema
from delivery.records import record
from forms.library import Library
from kamizero.model import Severity
from storage.tables import Filing
from tests.desk import Desk


def wrong_with(schema: dict[str, Any], said: Any) -> list[str]:
    validator = Draft202012Validator(
        schema, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [one.json_path for one in validator.iter_errors(said)]


@pytest.fixture
def said(desk: Desk) -> dict[str, Any]:
    """The record of an approved filing of two, one of them with a finding."""
    filing = desk.receive(entries=2)
    desk.find(filing, "made.up", severity=Severity.INFO, entry_n=2)
    desk.route(filing)
    desk.approve(filing)
    with desk.database.look() as session:
        return record(session, desk.vault, session.get_one(Filing, filing))


def test_every_form_has_a_schema_of_its_own() -> None:
    every = Library.shipped().all()

    found = {record_schema(one)["$id"] for one in every}

    assert len(found) == len(every)
    # The dialect's own schema takes a second for each.
    Draft202012Validator.check_schema(record_schema(Library.shipped().get("2201")))


def test_real_records_fit_the_schema_of_their_form(
    desk: Desk, said: dict[str, Any]
) -> None:
    filing = desk.receive(doubtful=["insured.1.name_kana"])
    with desk.database.look() as session:
        read = record(session, desk.vault, session.get_one(Filing, filing))
    schema = record_schema(desk.definition)

    assert wrong_with(schema, said) == []
    assert wrong_with(schema, read) == []
    assert said["approval"] != {} == read["approval"]


WRONG = {
    "a day that is none": ("birth_date", "as_decided", "H2.5.12"),
    "a number that is shown": ("my_number", "as_decided", "123456789018"),
    "a choice that is not printed": ("category", "as_written", "99"),
    "letters in digits": ("pension_number", "as_written", "12A"),
    "an author nobody knows": ("name_kana", "source", "wind"),
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_record_does_not_fit(
    desk: Desk, said: dict[str, Any], why: str
) -> None:
    item, member, value = WRONG[why]
    broken = deepcopy(said)
    broken["entries"][0]["fields"][f"insured.1.{item}"][member] = value

    assert wrong_with(record_schema(desk.definition), broken) != []


def test_a_field_of_another_line_or_form_does_not_fit(
    desk: Desk, said: dict[str, Any]
) -> None:
    schema = record_schema(desk.definition)
    moved, short, other = deepcopy(said), deepcopy(said), deepcopy(said)
    moved["entries"][0]["fields"]["insured.2.name_kana"] = moved["entries"][1][
        "fields"
    ].pop("insured.2.name_kana")
    del short["entries"][0]["state"]
    other["form"] = "2201"

    assert all(wrong_with(schema, one) for one in (moved, short, other))
