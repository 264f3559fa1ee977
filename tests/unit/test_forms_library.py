"""Forms are found by name and by the day they are in force."""

from datetime import date
from pathlib import Path

import pytest

from forms.definition import FormDefinition
from forms.library import Library, load
from forms.schema import json_schema
from kamizero.errors import DefinitionError, MissingError


@pytest.fixture
def form() -> FormDefinition:
    return Library.shipped().get("2200")


def test_the_shipped_library_has_the_forms_of_the_office() -> None:
    names = [definition.name for definition in Library.shipped().all()]

    assert names == [
        "2200@2020-12",
        "2201@2020-12",
        "2202@2020-12",
        "2221@2020-12",
        "2225@2020-12",
        "2265@2020-12",
    ]


def test_a_name_with_a_revision_gives_exactly_that(form: FormDefinition) -> None:
    older = form.model_copy(update={"revision": "2018-03"})
    library = Library([form, older])

    assert library.get("2200@2018-03") == older
    assert library.get("2200@2020-12") == form


def test_a_name_alone_gives_the_latest_revision(form: FormDefinition) -> None:
    library = Library([form, form.model_copy(update={"revision": "2018-03"})])

    assert library.get("2200").revision == "2020-12"


def test_a_day_decides_which_revision_is_in_force(form: FormDefinition) -> None:
    library = Library([form, form.model_copy(update={"revision": "2018-03"})])

    assert library.get("2200", on=date(2020, 11, 30)).revision == "2018-03"
    assert library.get("2200", on=date(2020, 12, 1)).revision == "2020-12"


def test_a_form_that_is_not_yet_in_force_is_missing() -> None:
    with pytest.raises(MissingError, match="not in force on 2019-01-01"):
        Library.shipped().get("2200", on=date(2019, 1, 1))


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
