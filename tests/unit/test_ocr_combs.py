"""Reading comb boxes cell by cell, and ranking by rules."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from forms.definition import Field, FieldType
from forms.grammar import my_number_is_valid
from kamizero.model import Box, FieldState
from ocr.boxes.cells import NO_DIGIT, SeenCells
from ocr.boxes.comb_field import CombAnswer, CombPiece, Rule, answer_of, choose
from ocr.boxes.combs import Shares, from_cells, from_line, sequences, with_shapes
from ocr.outcome import Outcome
from ocr.reader import FORMAT_RULES
from ocr.strokes.crops import HIDDEN, Glyphs, SetLine, Shape, close_up
from ocr.words.alphabets import Alphabet

DIGITS = tuple("0123456789")


def digits_field(format: str | None) -> Field:
    return Field(
        name="office.number",
        label="事業所番号",
        label_en="Office number",
        item="",
        type=FieldType.DIGITS,
        box_mm=Box(0, 0, 5, 6),
        format=format,
    )


FIELD = digits_field(None)
VALID = "123456789018"
RULE = Rule("common.my_number_check_digit", "check_digit", my_number_is_valid, 0.1)


def shares(text: str, *unsure: tuple[int, str, float], sure: float = 0.99999) -> Shares:
    """What a recogniser says that reads a text; `unsure`: at, other digit, share."""
    table = np.full((len(text), 10), (1 - sure) / 9)
    for at, char in enumerate(text):
        table[at, int(char)] = sure
    for at, other, share in unsure:
        table[at] = 1e-7
        table[at, int(text[at])] = 1 - share
        table[at, int(other)] = share
    return table


def answer(table: np.ndarray) -> CombAnswer:
    return CombAnswer(table, table, table, DIGITS)


def as_is(text: str) -> tuple[str, str]:
    return text, text


def chosen(table: np.ndarray, rule: Rule | None = RULE) -> Outcome:
    return choose(answer(table), spell=as_is, rule=rule)


def test_a_misreading_that_breaks_the_rule_hardly_counts_against_it() -> None:
    """No other digit there satisfies the check digit: a writer would have erred."""
    unsure = shares(VALID, (4, "6", 0.1))

    assert chosen(unsure).best.probability == pytest.approx(0.9989, abs=0.0002)
    assert chosen(unsure, rule=None).best.probability == pytest.approx(0.9, abs=0.001)


def test_a_misreading_that_satisfies_the_rule_counts_in_full() -> None:
    even = Rule("common.even", "even", lambda text: int(text) % 2 == 0, 0.5)
    unsure = shares("1238", (3, "6", 0.1))

    assert chosen(unsure, rule=even).best.probability == pytest.approx(0.9, abs=0.001)


def test_what_nobody_looked_at_satisfies_the_rule_by_chance() -> None:
    vague = np.full((4, 10), 0.02)
    vague[range(4), (1, 2, 3, 8)] = 0.82
    even = Rule("common.even", "even", lambda text: int(text) % 2 == 0, 0.5)
    share = 0.82**4

    found = chosen(vague, rule=even).best.probability

    assert share < found < share / (share + (1 - share) * 0.45)


def test_sequences_come_in_the_order_of_their_probability() -> None:
    table = np.array([[0.6, 0.4], [0.7, 0.3]])

    found = list(sequences(table))

    assert [number for number, _ in found] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert [share for _, share in found] == pytest.approx([0.42, 0.28, 0.18, 0.12])


def test_each_way_to_read_is_told_once() -> None:
    table = np.array([[0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6]])

    found = list(sequences(table))

    shares = [share for _, share in found]
    assert sorted(number for number, _ in found) == list(product(range(3), repeat=3))
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0)


def test_a_line_wider_than_the_recogniser_takes_is_read_where_its_cells_stand() -> None:
    """Twelve flat strokes, set as one line of 6,000 pixels that is read as 3,000."""
    spans = tuple((500 * n, 500 * n + 500) for n in range(12))
    line = SetLine(np.zeros((48, 6000), np.uint8), spans)
    steps = np.full((375, 11), 0.01)
    steps[-5, 1 + 7] = 0.9

    table = from_line(steps, line)

    assert table[11].argmax() == 7
    assert table[10].argmax() != 7


def test_what_looks_like_no_digit_leaves_its_share_to_all() -> None:
    blot = np.zeros((1, NO_DIGIT + 1))
    blot[0, [3, NO_DIGIT]] = 0.2, 0.8

    table = from_cells(blot)

    assert table[0, [3, 4]].tolist() == pytest.approx([0.28, 0.08], abs=1e-5)


@pytest.mark.parametrize(
    ("shape", "left"),
    [
        (Shape(0.6, 0.1, roof=1), 0.05),
        (Shape(0.6, 0.3, roof=1), 0.0130),
        (Shape(0.8, 0.3, roof=1), 0.05),
        (Shape(0.45, 0.0, roof=1), 0.0052),
        (Shape(0.35, 0.0, roof=1), 0.0016),
        (Shape(0.35, 0.0, roof=2), 0.05),
        (Shape(0.35, 0.3, roof=2), 0.0130),
        (HIDDEN, 0.05),
    ],
)
def test_narrow_strokes_and_a_flag_speak_against_a_7(shape: Shape, left: float) -> None:
    one_or_seven = shares("1", (0, "7", 0.05))

    found = with_shapes(one_or_seven, [shape])[0, 7]

    assert float(found) == pytest.approx(left, abs=1e-4)


def test_a_7_with_the_flag_of_a_1_is_no_sure_7() -> None:
    seven = shares("7", (0, "1", 0.01))

    assert float(with_shapes(seven, [Shape(0.6, 0.3, roof=1)])[0, 7]) < 0.97


def seen_alone(no_digit: float) -> CombAnswer:
    """One cell whose line shows a 0, and which is no digit by itself so surely."""
    cells = (np.zeros((30, 12), np.uint8),)
    glyphs = Glyphs(cells, views=cells, shapes=(HIDDEN,))
    piece = CombPiece(FIELD, glyphs, close_up(glyphs), faint=False)
    posteriors = np.full((6, 11), 0.05, np.float32)
    alone = np.full((1, NO_DIGIT + 1), (1 - no_digit) / NO_DIGIT)
    alone[0, NO_DIGIT] = no_digit
    seen = SeenCells(alone, np.ones((1, 3)))
    return answer_of(piece, posteriors, Alphabet(("", *DIGITS), "0123456789"), seen)


def test_a_blot_is_doubted_and_a_digit_is_not() -> None:
    assert seen_alone(0.9).doubts_of("0") == ("no digit",)
    assert seen_alone(0.1).doubts_of("0") == ()


def test_a_digit_that_may_be_another_without_its_roof_is_doubted() -> None:
    answer = replace(seen_alone(0.1), unroofed=("135",))

    assert all(answer.doubts_of(digit) == ("roof hidden",) for digit in "135")
    assert answer.doubts_of("7") == ()


STROKE = np.zeros((30, 12), np.uint8)


def filled_to(count: int, of: int, format: str | None) -> CombPiece:
    """A field whose first boxes hold a stroke each, and the others nothing."""
    cells = (*(STROKE,) * count, *(None,) * (of - count))
    return CombPiece(
        digits_field(format), Glyphs(cells, views=cells), None, faint=False
    )


@pytest.mark.parametrize(
    ("format", "boxes"),
    [
        ("my_number", 12),
        ("pension_number", 10),
        ("corporate_number", 13),
        ("postal_code", 7),
        ("bank_account", 7),
    ],
)
@pytest.mark.parametrize("written", [1, -1])
def test_a_number_of_one_length_that_leaves_boxes_empty_needs_an_eye(
    format: str, boxes: int, written: int
) -> None:
    assert "empty boxes" in filled_to(written % boxes, boxes, format).doubts


def test_a_number_that_fills_its_boxes_or_none_of_them_is_not_doubted() -> None:
    assert filled_to(12, 12, "my_number").doubts == ()
    assert filled_to(0, 12, "my_number").doubts == ()


@pytest.mark.parametrize("format", ["office_number", "serial_number", "count", None])
def test_a_number_of_any_length_may_leave_boxes_empty(format: str | None) -> None:
    assert filled_to(2, 5, format).doubts == ()


def test_a_near_tie_is_settled_by_the_check_digit() -> None:
    # The recogniser prefers 5 for the fourth digit by a hair; 4 fits the check digit.
    table = shares("123556789018", (3, "4", 0.45))

    outcome = chosen(table)

    assert outcome.best.value == VALID
    assert outcome.chosen_by == "common.my_number_check_digit"


def test_a_month_that_cannot_be_gives_way_to_one_that_can() -> None:
    outcome = chosen(shares("70", (0, "1", 0.3)), FORMAT_RULES["month"])

    assert outcome.best.value == "10"
    assert outcome.chosen_by == "common.month"
    assert outcome.candidates[1].value == "70"


def test_a_grammar_that_misreadings_pass_too_is_no_ground() -> None:
    outcome = chosen(shares("10"), FORMAT_RULES["month"])

    assert outcome.best.value == "10"
    assert FORMAT_RULES["month"].ground not in outcome.grounds


def test_the_free_reading_stands_first_behind_a_value_a_rule_chose() -> None:
    outcome = chosen(shares("123556789018", (3, "4", 0.45)))

    assert outcome.candidates[1].value == "123556789018"


def test_a_value_that_a_rule_chose_needs_an_eye() -> None:
    outcome = chosen(shares("123556789018", (3, "4", 0.45)))

    assert outcome.doubts
    assert "check_digit" not in outcome.grounds


def test_a_number_the_writer_got_wrong_is_not_repaired() -> None:
    written = "123456789012"

    outcome = chosen(shares(written))

    assert outcome.best.value == written
    assert outcome.chosen_by is None


def test_the_number_that_would_pass_is_kept_beside_a_wrong_one() -> None:
    outcome = chosen(shares("123456789012"))

    others = [candidate.value for candidate in outcome.candidates[1:]]
    assert any(my_number_is_valid(value) for value in others)


def test_a_check_digit_that_fits_is_one_more_ground() -> None:
    outcome = chosen(shares(VALID))

    assert outcome.grounds == ("line", "cells", "check_digit")


def test_a_check_digit_that_fits_makes_an_unsure_reading_surer() -> None:
    table = shares(VALID, (0, "7", 0.2))

    with_rule, without = chosen(table), chosen(table, rule=None)

    assert with_rule.confidence > without.confidence


def test_a_ground_that_reads_something_else_is_none() -> None:
    line = shares(VALID)
    cells = shares(VALID, (5, "0", 0.9))

    outcome = choose(CombAnswer(line, cells, line, DIGITS), spell=as_is, rule=None)

    assert outcome.grounds == ("line",)
    assert outcome.state is FieldState.READ


def test_a_cell_that_holds_no_digit_needs_an_eye() -> None:
    table = shares(VALID)

    outcome = choose(
        CombAnswer(table, table, table, DIGITS, no_digit=True), spell=as_is, rule=None
    )

    assert "no digit" in outcome.doubts
