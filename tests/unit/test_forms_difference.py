"""What differs between two revisions of a form is said field by field."""

from forms.definition import FormDefinition
from forms.difference import differences
from forms.library import Library
from kamizero.model import Box

FORM = Library.shipped().get("2201@2020-12")


def revised(name: str, **changes: object) -> FormDefinition:
    """The form as another revision in which one field of the first entry changed."""
    fields = [
        field.model_copy(update=changes) if field.name == name else field
        for field in FORM.fields
    ]
    return FORM.model_copy(update={"revision": "2024-12", "fields": tuple(fields)})


def test_a_form_does_not_differ_from_itself() -> None:
    assert list(differences(FORM, FORM)) == []


def test_another_label_and_place_are_said() -> None:
    name = "insured.1.cards_returned"
    old = FORM.field(name)
    box = Box(old.box_mm.x + 1, *old.box_mm[1:])

    found = list(differences(FORM, revised(name, label="資格確認書", box_mm=box)))

    assert found == [
        f"~ {name}: label {old.label} -> 資格確認書",
        f"~ {name}: stands elsewhere",
    ]


def test_choices_that_changed_are_told_with_their_codes() -> None:
    name = "insured.1.cause"
    choices = FORM.field(name).choices

    (said,) = differences(FORM, revised(name, choices=choices[:1]))

    assert said.endswith(f"-> {choices[0].code}.{choices[0].label}")


def test_a_field_that_came_or_went_is_said_once_for_all_entries() -> None:
    fewer = [f for f in FORM.fields if not f.name.endswith(".remarks")]
    without = FORM.model_copy(update={"fields": tuple(fewer)})

    assert list(differences(FORM, without)) == ["- insured.1.remarks"]
    assert list(differences(without, FORM)) == ["+ insured.1.remarks"]
