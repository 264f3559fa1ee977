"""What is left of a row that is struck out."""

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.model import Candidate, FieldState
from ocr.outcome import Outcome, empty
from ocr.struck_rows import DOUBT, doubt_leftovers

FORM = Library.shipped().get("2265@2020-12")
TICK = "insured.7.multiple_offices"


def doubted(form: FormDefinition, **states: FieldState) -> list[str]:
    """The fields that are doubted, where these of the seventh entry are written in."""
    outcomes = {field.name: empty(certainty=1.0) for field in form.fields}
    for name, state in states.items():
        outcomes[f"insured.7.{name}"] = Outcome(state, (Candidate("1", "1", 0.9999),))
    found = doubt_leftovers(form, outcomes)
    return [name for name, outcome in found.items() if DOUBT in outcome.doubts]


def test_a_tick_at_the_end_of_a_struck_row_is_doubted() -> None:
    struck = FieldState.STRUCK

    found = doubted(
        FORM,
        serial_number=struck,
        birth_date=struck,
        bonus_cash=struck,
        multiple_offices=FieldState.READ,
    )

    assert found == [TICK]


def test_one_field_struck_in_a_row_leaves_the_others_as_they_are() -> None:
    read = FieldState.READ

    found = doubted(
        FORM,
        serial_number=FieldState.STRUCK,
        birth_date=read,
        bonus_cash=read,
        multiple_offices=read,
    )

    assert found == []
