"""Reading comb boxes cell by cell, and ranking by rules."""

import numpy as np
import pytest

from forms.grammar import my_number_is_valid
from kamizero.model import FieldState
from ocr.comb_field import CombAnswer, Rule, choose
from ocr.combs import Shares, from_alone, sequences, together
from ocr.confidence import HandQuality
from ocr.outcome import Outcome

DIGITS = tuple("0123456789")
VALID = "123456789018"
RULE = Rule("common.my_number_check_digit", "check_digit", my_number_is_valid, 0.1)
HASTY = HandQuality(1.0)


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
    return choose(answer(table), hand=HASTY, spell=as_is, rule=rule)


def test_sequences_come_in_the_order_of_their_probability() -> None:
    table = np.array([[0.6, 0.4], [0.7, 0.3]])

    found = list(sequences(table))

    assert [number for number, _ in found] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert [share for _, share in found] == pytest.approx([0.42, 0.28, 0.18, 0.12])


def test_a_cell_alone_is_what_it_shows_most() -> None:
    blank_then_seven = np.array([[0.9, 0.0, 0.1], [0.1, 0.1, 0.8]])

    table = from_alone([blank_then_seven])

    assert table[0].argmax() == 1


def test_two_grounds_outweigh_one_that_is_unsure() -> None:
    unsure, sure = np.array([[0.55, 0.45]]), np.array([[0.1, 0.9]])

    joined = together((unsure, 0.5), (sure, 0.5))

    assert joined[0].argmax() == 1


def test_a_near_tie_is_settled_by_the_check_digit() -> None:
    # The recogniser prefers 5 for the fourth digit by a hair; 4 fits the check digit.
    table = shares("123556789018", (3, "4", 0.45))

    outcome = chosen(table)

    assert outcome.best.value == VALID
    assert outcome.chosen_by == "common.my_number_check_digit"


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

    outcome = choose(
        CombAnswer(line, cells, line, DIGITS), hand=HASTY, spell=as_is, rule=None
    )

    assert outcome.grounds == ("line",)
    assert outcome.state is FieldState.READ
