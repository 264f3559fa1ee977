"""Forms are found by name and by the day they are in force."""

from datetime import date
from pathlib import Path

import pytest

from forms.definition import FormDefinition
from forms.library import Library, load
from forms.schema import json_schema
from kamizero.errors import DefinitionError, MissingError
from storage.tables import Filing


@pytest.fixture
def form() -> FormDefinition:
    return Library.shipped().get("2200@2020-12")


def test_the_shipped_library_has_the_forms_of_the_office() -> None:
    names = [definition.name for definition in Library.shipped().all()]

    assert names == [
        "2200@2018-03",
        "2200@2019-05",
        "2200@2020-12",
        "2200@2024-12",
        "2201@2018-03",
        "2201@2019-05",
        "2201@2020-12",
        "2201@2024-12",
        "2202@2020-12",
        "2218@2020-12",
        "2221@2019-05",
        "2221@2020-12",
        "2225@2019-05",
        "2225@2020-12",
        "2265@2018-03",
        "2265@2019-05",
        "2265@2020-12",
        "SOUKATSU@2020-12",
        "UKETORI@2020-12",
    ]


def test_a_name_with_a_revision_gives_exactly_that() -> None:
    library = Library.shipped()

    assert library.get("2200@2018-03").revision == "2018-03"
    assert library.get("2200@2020-12").revision == "2020-12"


def test_what_was_filed_on_a_revision_is_of_exactly_that() -> None:
    filing = Filing(form="2200", revision="2019-05")

    assert Library.shipped().of(filing).name == "2200@2019-05"


def test_a_name_alone_gives_the_latest_revision() -> None:
    assert Library.shipped().get("2200").revision == "2024-12"


@pytest.mark.parametrize(
    ("received_on", "revision"),
    [
        (date(2019, 4, 30), "2018-03"),
        (date(2019, 5, 1), "2019-05"),
        (date(2020, 11, 30), "2019-05"),
        (date(2020, 12, 1), "2020-12"),
        (date(2026, 11, 29), "2024-12"),
    ],
)
def test_a_day_decides_which_revision_is_in_force(
    received_on: date, revision: str
) -> None:
    assert Library.shipped().get("2200", on=received_on).revision == revision


def test_old_stock_has_the_eras_and_the_seal_of_its_day() -> None:
    old, next_, now = (
        Library.shipped().get(f"2200@{revision}")
        for revision in ("2018-03", "2019-05", "2020-12")
    )

    eras = [
        "".join(c.code for c in form.field("insured.1.birth_date").choices)
        for form in (old, next_, now)
    ]
    assert eras == ["57", "579", "579"]
    assert [c.code for c in old.field("submitted_on").choices] == ["7"]
    assert "office.owner_seal" in old.items & next_.items
    assert "office.owner_seal" not in now.items


def test_a_form_that_is_not_yet_in_force_is_missing() -> None:
    with pytest.raises(MissingError, match="not in force on 2018-02-28"):
        Library.shipped().get("2200", on=date(2018, 2, 28))


@pytest.mark.parametrize("name", ["9999", "2200@1999-01"])
def test_an_unknown_form_names_those_that_are_known(name: str) -> None:
    with pytest.raises(MissingError, match="2201@2020-12"):
        Library.shipped().get(name)


def test_a_wrong_definition_is_refused_with_its_lines() -> None:
    folder = Path(__file__).parents[2] / "forms" / "definitions"
    text = (folder / "2200@2020-12.yaml").read_text("utf-8")

    with pytest.raises(DefinitionError, match="line 4: unknown key 'titel_en'"):
        load(text.replace("title_en", "titel_en"))


def test_a_definition_survives_json(form: FormDefinition) -> None:
    text = form.model_dump_json()

    assert FormDefinition.model_validate_json(text) == form


def test_the_json_schema_describes_fields_and_entries() -> None:
    schema = json_schema()

    assert {"form", "head", "entry"} <= set(schema["properties"])
    assert "FieldSource" in schema["$defs"]


def test_field_lookup_by_name_knows_its_entry(form: FormDefinition) -> None:
    assert form.field("insured.3.my_number").entry == 3
    assert form.field("office.symbol").entry is None
    with pytest.raises(KeyError):
        form.field("insured.5.my_number")


def test_definitions_are_named_after_their_content() -> None:
    folder = Path(__file__).parents[2] / "forms" / "definitions"

    names = sorted(path.stem for path in folder.iterdir())

    assert names == [definition.name for definition in Library.shipped().all()]
