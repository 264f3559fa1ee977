"""From shares of a model to probabilities of whole fields."""

import numpy as np
import pytest

from forms.definition import Field, FieldType
from kamizero.model import Box, Candidate, FieldState
from ocr.confidence import NOT_PLAIN, NOT_SURE, ONE_GROUND, doubts_about, joined
from ocr.outcome import Outcome, empty


def field(type: FieldType = FieldType.DIGITS, *, critical: bool = False) -> Field:
    return Field(
        name="office.number",
        label="事業所番号",
        label_en="Office number",
        item="",
        type=type,
        box_mm=Box(0, 0, 10, 5),
        critical=critical,
    )


def read(probability: float, *grounds: str, doubts: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        FieldState.READ,
        (Candidate("1", "1", probability),),
        grounds=grounds,
        doubts=doubts,
    )


SURE = np.array([[1 - 9e-6, *[1e-6] * 9]])
UNSURE = np.array([[0.5, 0.5 - 8e-6, *[1e-6] * 8]])
OTHER = np.array([[1e-6, 1 - 9e-6, *[1e-6] * 8]])


def test_line_and_cells_that_agree_make_each_other_surer() -> None:
    assert joined(UNSURE, SURE)[0, 0] > joined(UNSURE, UNSURE)[0, 0]


def test_line_and_cells_that_differ_are_not_accepted_however_sure_each_is() -> None:
    best = float(joined(SURE, OTHER)[0].max())

    assert doubts_about(field(), read(best, "cells"))
    assert not doubts_about(
        field(), read(float(joined(SURE, SURE)[0].max()), "line", "cells")
    )


def test_the_ground_that_is_sure_settles_what_the_other_leaves_open() -> None:
    assert joined(UNSURE, OTHER)[0].argmax() == 1
    assert joined(OTHER, UNSURE)[0].argmax() == 1


def test_nothing_is_ever_quite_ruled_out() -> None:
    assert joined(SURE, SURE).min() >= 1e-7


@pytest.mark.parametrize("cells", [SURE, None])
def test_probabilities_of_a_cell_sum_to_one(cells: np.ndarray | None) -> None:
    assert joined(UNSURE, cells).sum() == pytest.approx(1)


def test_an_unsure_reading_is_not_accepted() -> None:
    assert doubts_about(field(), read(0.95, "line", "cells"))


def test_a_sure_reading_is_accepted() -> None:
    assert not doubts_about(field(), read(0.9999, "line"))


def test_digits_that_only_the_line_speaks_for_must_be_surer() -> None:
    assert doubts_about(field(), read(0.998, "line"))
    assert not doubts_about(field(), read(0.998, "line", "sum"))


def test_a_critical_field_needs_two_grounds() -> None:
    critical = field(critical=True)

    assert doubts_about(critical, read(0.9999, "line"))
    assert not doubts_about(critical, read(0.9999, "line", "cells"))


@pytest.mark.parametrize(
    ("name", "format", "least"),
    [
        ("office.owner_name", None, 0.981),
        ("office.symbol", "office_symbol", 0.996),
        ("office.name", None, 0.9975),
    ],
)
def test_text_that_no_list_knows_must_be_surer(
    name: str, format: str | None, least: float
) -> None:
    text = field(FieldType.TEXT).model_copy(update={"name": name, "format": format})

    assert not doubts_about(text, read(least, "line"))
    assert doubts_about(text, read(least - 0.003, "line"))


def test_each_reason_to_look_has_a_name() -> None:
    critical = field(critical=True)
    several = Outcome(FieldState.SEVERAL, certainty=0.9999)

    assert doubts_about(critical, read(0.9999, "line")) == (ONE_GROUND,)
    assert doubts_about(field(), read(0.95, "line", doubts=("faint",))) == (
        "faint",
        NOT_SURE,
    )
    assert doubts_about(field(), several) == (NOT_PLAIN,)


def test_a_doubt_outweighs_any_probability() -> None:
    assert doubts_about(field(), read(0.9999, "line", doubts=("faint",)))


def test_a_surely_empty_field_is_accepted() -> None:
    assert not doubts_about(field(), empty(certainty=0.9995))


@pytest.mark.parametrize(
    "state", [FieldState.UNREADABLE, FieldState.SEVERAL, FieldState.DITTO]
)
def test_what_is_not_plainly_read_is_not_accepted(state: FieldState) -> None:
    assert doubts_about(field(), Outcome(state, certainty=0.9999))
