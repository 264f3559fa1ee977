"""Digits weighed by how the hand of the page writes those that grammar settles."""

from dataclasses import replace

import numpy as np
import pytest

from forms.definition import Field, FieldType
from kamizero.model import Box
from ocr.boxes.comb_field import CombAnswer, CombPiece
from ocr.boxes.combs import Shares
from ocr.boxes.one_hand import Digits, by_one_hand
from ocr.boxes.settled import Settled, settled
from ocr.reader import FORMAT_RULES
from ocr.strokes.crops import HIDDEN, Glyphs, Shape

ONE, SEVEN = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
MONTH = frozenset({0, 1})


def shares(*likeliest: tuple[int, int, float]) -> Shares:
    """Of each cell two digits, and how probable the first of them is."""
    found = np.full((len(likeliest), 10), 1e-7)
    for row, (first, second, share) in zip(found, likeliest, strict=True):
        row[first], row[second] = share, 1 - share
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def field(
    read: Shares, looks: list[list[float]], settled: Settled | None = None
) -> Digits:
    return Digits(
        read,
        np.array(looks),
        settled or (None,) * len(looks),
        hidden=(False,) * len(looks),
    )


def months(look: list[float], read: tuple[int, int, float] = (1, 7, 0.9)) -> Digits:
    """Three tens of months that look so."""
    return field(shares(read, read, read), [look] * 3, (MONTH,) * 3)


def test_a_1_like_those_of_months_is_surer_to_be_no_7() -> None:
    unsure = shares((1, 7, 0.99))

    *_, like = by_one_hand([months(ONE), field(unsure, [ONE])])

    assert like[0, 1] > 0.995 > unsure[0, 1]
    assert like.sum() == pytest.approx(1)


def test_a_lone_example_says_as_much_as_three() -> None:
    unsure = shares((1, 7, 0.9))
    lone = field(shares((1, 7, 0.9)), [ONE], (MONTH,))

    *_, by_one = by_one_hand([lone, field(unsure, [ONE])])
    *_, by_three = by_one_hand([months(ONE), field(unsure, [ONE])])

    assert by_one[0, 1] == pytest.approx(by_three[0, 1])
    assert by_one[0, 1] > 0.99


def test_a_digit_unlike_all_examples_is_left_as_it_is() -> None:
    unsure = shares((7, 1, 0.8))

    *_, unlike = by_one_hand([months(ONE), field(unsure, [SEVEN])])

    assert unlike == pytest.approx(unsure)


def test_what_looks_alone_say_to_be_a_digit_speaks_for_no_other() -> None:
    sure, unsure = shares((7, 1, 0.9999)), shares((7, 1, 0.9))

    *_, weighed = by_one_hand(
        [field(sure, [ONE]), field(sure, [ONE]), field(unsure, [ONE])]
    )

    assert weighed == pytest.approx(unsure)


def test_a_hand_whose_flagged_1s_look_like_7s_is_read_by_its_months() -> None:
    """Both models take its 1s for 7s, which the tens of no month can be."""
    flagged = (7, 1, 0.6)

    *_, weighed = by_one_hand([months(ONE, flagged), field(shares(flagged), [ONE])])

    assert weighed[0].argmax() == 1


def test_what_is_hardly_any_digit_that_may_stand_there_is_no_example() -> None:
    """A writer who put 7 where only 0 or 1 may stand."""
    unsure = shares((7, 1, 0.9))

    *_, weighed = by_one_hand([months(SEVEN, (7, 1, 0.99)), field(unsure, [SEVEN])])

    assert weighed == pytest.approx(unsure)


def test_what_may_be_either_of_two_that_may_stand_there_is_no_example() -> None:
    unsure = shares((0, 6, 0.9))

    *_, weighed = by_one_hand([months(ONE, (0, 1, 0.9)), field(unsure, [ONE])])

    assert weighed == pytest.approx(unsure)


def test_an_example_does_not_speak_for_itself() -> None:
    read = shares((1, 7, 0.9))

    (weighed,) = by_one_hand([field(read, [ONE], (MONTH,))])

    assert weighed == pytest.approx(read)


def test_one_of_two_writers_speaks_for_those_that_look_like_its_own() -> None:
    other = [0.0, 0.0, 1.0]
    unsure = shares((1, 7, 0.99), (1, 7, 0.99))

    *_, weighed = by_one_hand([months(ONE), months(other), field(unsure, [ONE, SEVEN])])

    assert weighed[0, 1] > 0.995
    assert weighed[1] == pytest.approx(unsure[1])


def test_a_7_whose_roof_may_be_hidden_is_no_surer_to_be_a_1() -> None:
    unsure = replace(field(shares((1, 7, 0.99)), [ONE]), hidden=(True,))

    *_, weighed = by_one_hand([months(ONE), unsure])

    assert weighed == pytest.approx(unsure.shares)


def test_a_digit_of_which_a_part_may_be_hidden_is_no_example() -> None:
    unsure = shares((1, 7, 0.99))
    hidden = replace(months(ONE), hidden=(True,) * 3)

    *_, weighed = by_one_hand([hidden, field(unsure, [ONE])])

    assert weighed == pytest.approx(unsure)


def test_a_page_without_digits_has_nothing_to_weigh() -> None:
    assert by_one_hand([]) == []


def number(look: list[float]) -> Digits:
    """Three digits of a number that its check digit confirms to be 7."""
    read = shares(*[(7, 1, 0.9)] * 3)
    return replace(field(read, [look] * 3, ({7},) * 3), by_check_digit=True)


def test_a_check_digit_counts_less_than_the_calendar() -> None:
    unsure = shares((7, 1, 0.99))
    calendar = replace(number(SEVEN), by_check_digit=False)

    *_, checked = by_one_hand([number(SEVEN), field(unsure, [SEVEN])])
    *_, dated = by_one_hand([calendar, field(unsure, [SEVEN])])

    assert unsure[0, 7] < checked[0, 7] < dated[0, 7]


def test_the_digits_of_one_field_do_not_speak_for_each_other() -> None:
    checked = number(SEVEN)

    (weighed,) = by_one_hand([checked])

    assert weighed == pytest.approx(checked.shares)


def cells(format: str | None, filled: tuple[int, ...]) -> CombPiece:
    type = FieldType.DIGITS if format else FieldType.DATE
    one = Field(
        name="one",
        label="",
        label_en="",
        item="",
        type=type,
        format=format,
        box_mm=Box(0, 0, 30, 6),
    )
    pictures = [np.zeros((4, 4), np.uint8) if n in filled else None for n in range(12)]
    return CombPiece(one, Glyphs(tuple(pictures), tuple(pictures)), None, faint=False)


def answer(read: Shares) -> CombAnswer:
    return CombAnswer(read, read, read, tuple("0123456789"))


def test_the_calendar_settles_the_tens_of_months_and_days() -> None:
    found = settled(cells(None, (0, 1, 2, 3, 4, 5)), answer(np.ones((6, 10))), None)

    assert found == (None, None, {0, 1}, None, {0, 1, 2, 3}, None)


def test_of_a_date_with_empty_boxes_nothing_is_settled() -> None:
    found = settled(cells(None, (0, 1, 3, 4, 5)), answer(np.ones((5, 10))), None)

    assert found == (None,) * 5


@pytest.mark.parametrize(
    ("number", "share", "expected"),
    [("123456789018", 0.99, True), ("123456789017", 0.99, False),
     ("123456789018", 0.6, False)],
)  # fmt: skip
def test_a_check_digit_settles_what_is_plainly_read(
    number: str, share: float, expected: bool
) -> None:
    read = shares(*[(int(char), (int(char) + 1) % 10, share) for char in number])

    found = settled(
        cells("my_number", tuple(range(12))), answer(read), FORMAT_RULES["my_number"]
    )

    assert found == (tuple({int(c)} for c in number) if expected else (None,) * 12)


def test_no_rule_that_misreadings_pass_settles_anything() -> None:
    read = shares((1, 7, 0.99), (0, 6, 0.99))

    found = settled(cells("month", (0, 1)), answer(read), FORMAT_RULES["month"])

    assert found == (None, None)


@pytest.mark.parametrize(
    ("format", "by_check_digit"), [("my_number", True), ("month", False)]
)
def test_the_digits_of_a_field_say_what_settles_them_and_what_is_hidden(
    format: str, by_check_digit: bool
) -> None:
    plain = Shape(width=0.5, flag=0.1, roof=1.2)
    piece = cells(format, (0, 1))
    glyphs = replace(piece.glyphs, shapes=(HIDDEN, plain))
    read = answer(shares((1, 7, 0.99), (0, 6, 0.99)))

    found = Digits.of(
        replace(piece, glyphs=glyphs), read, np.ones((2, 3)), FORMAT_RULES[format]
    )

    assert found.hidden == [True, False]
    assert found.by_check_digit is by_check_digit
