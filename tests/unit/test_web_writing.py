"""How values stand in inputs, how people read them, and what they may type."""

import pytest

from forms.definition import Choice, Field, FieldType
from kamizero.model import Box, FieldState
from storage.words import MASK
from web.language import Texts
from web.shown.places import place
from web.writing import Pen, from_typed, is_numeric, typed_form

JAPANESE = Pen(Texts.shipped(), "ja")
ENGLISH = Pen(Texts.shipped(), "en")
ERAS = tuple(
    Choice(code=code, label=label, box_mm=Box(10, 40 + 5 * row, 8, 4))
    for row, (code, label) in enumerate([("5", "昭和"), ("7", "平成"), ("9", "令和")])
)


def a_field(
    kind: FieldType, *, choices: tuple[Choice, ...] = (), format: str | None = None
) -> Field:
    return Field(
        name="insured.1.field",
        label="項目",
        label_en="Field",
        item="①",
        type=kind,
        format=format,
        box_mm=Box(20, 40, 30, 10),
        choices=choices,
    )


DATE = a_field(FieldType.DATE, choices=ERAS)
CHOICE = a_field(FieldType.CHOICE, choices=ERAS)
TICK = a_field(
    FieldType.CHECK, choices=(Choice(code="1", label="遡及", box_mm=Box(1, 1, 1, 1)),)
)
MY_NUMBER = a_field(FieldType.DIGITS, format="my_number")


@pytest.mark.parametrize(
    ("field", "value", "text", "japanese", "english"),
    [
        (DATE, "1990-05-12", "7 020512", "平成2年5月12日", "1990-05-12"),
        (DATE, "1990-05-12", "", "平成2年5月12日", "1990-05-12"),
        (
            DATE,
            "",
            "7 020230",
            "7 020230（存在しない日付）",
            "7 020230 (no such day)",
        ),
        (CHOICE, "7", "7", "7 平成", "7 平成"),
        (TICK, "1", "1", "☑ 遡及", "☑ 遡及"),
        (a_field(FieldType.AMOUNT), "280000", "280000", "280,000円", "280,000 yen"),
        (MY_NUMBER, "123456789018", "", "1234 5678 9018", "1234 5678 9018"),
        (a_field(FieldType.TEXT), "﨑　一", "﨑　一", "﨑　一", "﨑　一"),
        (MY_NUMBER, MASK, MASK, MASK, MASK),
    ],
)
def test_a_value_reads_as_people_say_it(
    field: Field, value: str, text: str, japanese: str, english: str
) -> None:
    read = {"state": FieldState.READ, "value": value, "text": text}

    assert JAPANESE.shown(field, **read) == japanese
    assert ENGLISH.shown(field, **read) == english


@pytest.mark.parametrize(
    ("state", "said"),
    [(FieldState.BLANK, ""), (FieldState.UNREADABLE, "判別不能"), ("struck", "抹消")],
)
def test_a_field_without_value_says_what_is_there(state: str, said: str) -> None:
    assert JAPANESE.shown(CHOICE, state=state, value="", text="") == said


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("7020512", "7 020512"),
        ("7 020512", "7 020512"),
        ("Ｈ０２０５１２", "7 020512"),
        ("令030401", "9 030401"),
        ("昭和601103", "5 601103"),
        ("1990/05/12", "1990-05-12"),
        ("19900512", "1990-05-12"),
        ("平成2年5月12日", "平成2年5月12日"),
    ],
)
def test_a_typed_date_is_spelt_as_the_grammar_knows_it(typed: str, known: str) -> None:
    assert from_typed(DATE, typed) == known


def test_only_dates_are_spelt_anew() -> None:
    assert from_typed(a_field(FieldType.TEXT), " ７０２０５１２ ") == "７０２０５１２"


def test_the_input_of_a_date_holds_what_stands_on_the_form() -> None:
    known = {"state": FieldState.READ, "value": "1990-05-12"}

    assert typed_form(DATE, text="5 650512", **known) == "5 650512"
    assert typed_form(DATE, text="1990-05-12", **known) == "7 020512"
    assert typed_form(DATE, state="blank", value="", text="") == ""


def test_numbers_are_typed_on_the_ten_key_pad_and_phones_are_not() -> None:
    assert is_numeric(MY_NUMBER)
    assert is_numeric(DATE)
    assert not is_numeric(a_field(FieldType.DIGITS, format="phone"))
    assert not is_numeric(a_field(FieldType.KANA))


@pytest.mark.parametrize(
    ("turn", "cells", "around"),
    [
        (0, Box(200, 400, 300, 100), Box(100, 400, 400, 140)),
        (180, Box(200, 400, 300, 100), Box(200, 360, 400, 140)),
        (90, Box(400, 200, 100, 300), Box(400, 200, 140, 400)),
        (270, Box(400, 200, 100, 300), Box(360, 100, 140, 400)),
    ],
)
def test_a_date_is_looked_at_together_with_its_era(
    turn: int, cells: Box, around: Box
) -> None:
    assert place(DATE, cells, turn=turn) == pytest.approx(around)


def test_other_fields_are_looked_at_alone() -> None:
    box = Box(200, 400, 300, 100)

    assert place(CHOICE, box, turn=180) == box
