"""Phone numbers are written without boxes: their digits are cut one by one."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from forms import typeface
from forms.definition import Field, FieldType
from kamizero.model import Box, Candidate, FieldState
from ocr.boxes.cells import cell_shares
from ocr.boxes.digit_row import (
    NO_NUMBER,
    PHONE,
    PHONE_RULE,
    DigitRow,
    cut_row,
    ranked_as_phone,
)
from ocr.outcome import Outcome
from ocr.strokes.ink import Ink

FIELD = Field(
    name="office.phone",
    label="電話番号",
    label_en="Phone",
    item="",
    type=FieldType.DIGITS,
    box_mm=Box(2, 2, 60, 8),
    format=PHONE,
)


def written(text: str, *, closer_px: int = 0) -> Ink:
    """A line in print; the last two signs stand closer by so much."""
    picture = Image.new("L", (64 * 8, 12 * 8))
    face = ImageFont.truetype(str(typeface.path()), 40)
    x = 24.0
    for at, char in enumerate(text):
        ImageDraw.Draw(picture).text((x, 24), char, font=face, fill=255)
        x += 26 - closer_px * (at == len(text) - 2)
    black = np.array(picture)
    return Ink(black, np.zeros_like(black), 255 - black, strength=255.0, noise=0.0)


def row_of(ink: Ink) -> DigitRow:
    row = cut_row(ink, FIELD)
    assert row is not None
    return row


def seen_in(row: DigitRow) -> str:
    """The digits as the model of cells sees each by itself."""
    return "".join(map(str, cell_shares(row.views)[:, :10].argmax(axis=1)))


@pytest.mark.parametrize(
    "number", ["03-4567-8902", "045-678-9023", "0422-56-7890", "080-4567-8923"]
)
def test_each_digit_of_a_phone_number_is_cut_by_itself(number: str) -> None:
    row = row_of(written(number))

    digits = number.replace("-", "")
    assert len(row.views) == len(digits)
    assert row.spelt(digits) == number


def test_the_digits_keep_their_strokes() -> None:
    row = row_of(written("03-4562-8902"))

    assert seen_in(row) == "0345628902"


def test_digits_that_touch_are_cut_where_the_number_wants_two() -> None:
    ink = written("045-678-2382", closer_px=7)

    row = row_of(ink)

    assert len(row.views) == 10
    assert seen_in(row)[:8] == "04567823"


@pytest.mark.parametrize("text", ["0345678902", "03-45678902", "03(4567)8902", ""])
def test_a_line_without_two_hyphens_is_no_row(text: str) -> None:
    assert cut_row(written(text), FIELD) is None


def test_what_cannot_be_a_number_is_told_from_what_can() -> None:
    row = row_of(written("022-9163-2286"))

    assert not row.can_be("022-9163-2286")
    assert row.can_be("080-9163-2286")


def test_more_signs_than_a_number_has_are_no_row() -> None:
    assert cut_row(written("034-56789-0234"), FIELD) is None


def read_as(*ways: tuple[str, float]) -> Outcome:
    return Outcome(
        FieldState.READ,
        tuple(Candidate(text, text, share) for text, share in ways),
    )


def test_a_number_that_can_be_is_taken_before_one_that_cannot() -> None:
    outcome = read_as(("052-8926-846", 0.7), ("052-892-6846", 0.2))

    ranked = ranked_as_phone(FIELD, outcome)

    assert [one.value for one in ranked.candidates] == ["052-892-6846", "052-8926-846"]
    assert ranked.chosen_by == PHONE_RULE.name
    assert "chosen by a rule" in ranked.doubts


def test_what_the_strokes_say_plainly_stays_though_it_is_no_number() -> None:
    outcome = read_as(("052-892-684", 0.9999), ("052-892-6844", 0.00005))

    ranked = ranked_as_phone(FIELD, outcome)

    assert ranked.candidates == outcome.candidates
    assert ranked.chosen_by is None
    assert ranked.doubts == (NO_NUMBER,)


def test_a_number_that_can_be_stays_as_it_was_read() -> None:
    outcome = read_as(("03-4567-8902", 0.5), ("03-4567-8962", 0.4))

    assert ranked_as_phone(FIELD, outcome) == outcome


@pytest.mark.parametrize(
    ("digits", "holds"),
    [("0345678902", True), ("08045678902", True), ("03456789024", False),
     ("3345678902", False)],
)  # fmt: skip
def test_ten_digits_from_zero_on_are_a_number(digits: str, holds: bool) -> None:
    assert PHONE_RULE.holds(digits) is holds
