"""Dates from a circled era and six boxes."""

import numpy as np
import pytest

from forms.definition import Choice, Field, FieldType
from kamizero.model import Box, Candidate, FieldState
from ocr.boxes.comb_field import CombAnswer, CombPiece
from ocr.boxes.date_field import CALENDAR_RULE, DateSpelling, read_date
from ocr.outcome import Outcome, empty
from ocr.strokes.crops import Glyphs, close_up

ERAS = tuple(
    Choice(code=code, label="", box_mm=Box(0, 0, 1, 1)) for code in ("5", "7", "9")
)
FIELD = Field(
    name="insured.1.birth_date",
    label="生年月日",
    label_en="Date of birth",
    item="③",
    type=FieldType.DATE,
    box_mm=Box(0, 0, 30, 6),
    choices=ERAS,
)


def piece(filled: tuple[int, ...] = (0, 1, 2, 3, 4, 5)) -> CombPiece:
    ink = np.zeros((30, 12), np.uint8)
    cells = tuple(ink if at in filled else None for at in range(6))
    glyphs = Glyphs(cells, views=cells)
    return CombPiece(FIELD, glyphs, close_up(glyphs) if filled else None, False)


def answer(digits: str, *unsure: tuple[int, str, float]) -> CombAnswer:
    table = np.full((len(digits), 10), 1e-7)
    for at, digit in enumerate(digits):
        table[at, int(digit)] = 1
    for at, other, share in unsure:
        table[at, int(other)] = share
        table[at, int(digits[at])] = 1 - share
    return CombAnswer(table, table, table, tuple("0123456789"))


def era(code: str) -> Outcome:
    return Outcome(FieldState.READ, (Candidate(code, code, 0.9999),))


def test_era_and_digits_make_a_day() -> None:
    outcome = read_date(piece(), answer("020512"), era("7"))

    assert (outcome.best.value, outcome.best.text) == ("1990-05-12", "7 020512")
    assert "calendar" in outcome.grounds


def test_a_day_that_does_not_exist_has_no_value_and_keeps_its_writing() -> None:
    outcome = read_date(piece(), answer("020230"), era("7"))

    assert outcome.state is FieldState.READ
    assert (outcome.best.value, outcome.best.text) == ("", "7 020230")
    assert outcome.chosen_by is None


def test_a_near_tie_is_settled_by_the_calendar() -> None:
    unsure = answer("020231", (3, "3", 0.45))

    outcome = read_date(piece(), unsure, era("7"))

    assert outcome.best.value == "1990-03-31"
    assert outcome.chosen_by == CALENDAR_RULE


def test_a_day_outside_its_era_is_converted() -> None:
    outcome = read_date(piece(), answer("350401"), era("7"))

    assert outcome.best.value == "2023-04-01"


def test_one_digit_in_a_pair_of_boxes_is_the_units() -> None:
    spelling = DateSpelling("7", filled=(1, 3, 4, 5))

    assert spelling("2512") == ("1990-05-12", "7 020512")


def test_an_empty_pair_leaves_the_date_without_value() -> None:
    outcome = read_date(piece((0, 1, 2, 3)), answer("0205"), era("7"))

    assert outcome.best.value == ""
    assert "empty boxes" in outcome.doubts


def test_two_eras_circled_are_several() -> None:
    both = Outcome(FieldState.SEVERAL, doubts=("several",))

    outcome = read_date(piece(), answer("020512"), both)

    assert outcome.state is FieldState.SEVERAL
    assert outcome.best.value == ""


def test_digits_without_an_era_need_an_eye() -> None:
    outcome = read_date(piece(), answer("020512"), empty(certainty=0.99))

    assert outcome.best.value == ""
    assert "no era" in outcome.doubts


@pytest.mark.parametrize("code", ["5", "9"])
def test_an_era_without_digits_is_no_date(code: str) -> None:
    outcome = read_date(piece(()), None, era(code))

    assert outcome.state is FieldState.READ
    assert outcome.best.value == ""
    assert outcome.doubts


def test_nothing_written_is_blank() -> None:
    outcome = read_date(piece(()), None, empty(certainty=0.9999))

    assert outcome.state is FieldState.BLANK
