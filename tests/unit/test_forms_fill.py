"""What is filled in stands where the definition says, and nothing else changes."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from forms.definition import Choice, Field, FieldType, FormDefinition
from forms.fill import fill
from forms.hand import Hand
from forms.library import Library
from kamizero.errors import WrongCallError
from kamizero.model import Box

PX_PER_MM = 200 / 25.4
Circles = Literal["choice", "code"]
_CIRCLES: tuple[Circles, ...] = ("choice", "code")
STEADY = Hand(
    rotation_deviation=0, scale_deviation=0, offset_deviation=0, wobble=0, pressure=1
)


@pytest.fixture(scope="module")
def form() -> FormDefinition:
    return Library.shipped().get("2200")


def test_an_empty_filling_is_the_blank(form: FormDefinition) -> None:
    assert _ink(form, {}).sum() == 0
    assert _ink(form, {"insured.1.my_number": ""}).sum() == 0


def test_each_digit_stands_inside_its_own_cell(form: FormDefinition) -> None:
    field = form.field("insured.2.my_number")

    ink = _ink(form, {field.name: "123456789018"})

    assert _inked(ink, field.cells) == [True] * 12
    assert _outside(ink, field.box_mm) == 0


def test_amounts_fill_from_the_right(form: FormDefinition) -> None:
    field = form.field("insured.1.remuneration_cash")

    ink = _ink(form, {field.name: "250000"})

    assert _inked(ink, field.cells) == [False] + [True] * 6


def test_serial_numbers_fill_from_the_left(form: FormDefinition) -> None:
    field = form.field("insured.1.serial_number")

    ink = _ink(form, {field.name: "12"})

    assert _inked(ink, field.cells) == [True, True, False, False, False, False]


def test_the_hyphen_of_an_office_symbol_leads_to_the_next_cells(
    form: FormDefinition,
) -> None:
    field = form.field("office.symbol")

    ink = _ink(form, {field.name: "01-ケイト"})

    assert _inked(ink, field.cells) == [True, True, True, True, True, False]


@pytest.mark.parametrize("value", ["1990-02-28", "7 020230"])
def test_a_date_is_digits_and_a_circle_around_its_era(
    form: FormDefinition, value: str
) -> None:
    field = form.field("insured.1.birth_date")

    ink = _ink(form, {field.name: value})

    assert _inked(ink, field.cells) == [True] * 6
    assert _most_inked(ink, field.choices) == "7"


def test_an_era_that_stands_alone_is_not_circled(form: FormDefinition) -> None:
    field = form.field("submitted_on")

    ink = _ink(form, {field.name: "2020-12-10"})

    assert _outside(ink, field.box_mm) == 0


@pytest.mark.parametrize("circles", _CIRCLES)
@pytest.mark.parametrize("code", ["1", "2", "3", "5", "6", "7"])
def test_a_choice_is_circled(form: FormDefinition, circles: Circles, code: str) -> None:
    field = form.field("insured.4.category")

    ink = _ink(form, {field.name: code}, Hand(circles=circles))

    assert _most_inked(ink, field.choices) == code
    assert _outside(ink, _grown(field.box_mm, 1.5)) == 0


def test_a_hand_that_circles_codes_leaves_the_label_free(form: FormDefinition) -> None:
    field = form.field("insured.1.acquisition_kind")
    box = field.choices[0].box_mm
    label = Box(box.x + 6, box.y, box.w - 6, box.h)

    whole, code = (
        _cut(_ink(form, {field.name: "1"}, Hand(circles=circles)), label).sum()
        for circles in _CIRCLES
    )

    assert whole > 0
    assert code == 0


def test_a_hand_leans_as_it_is_told(form: FormDefinition) -> None:
    cell = (form.field("office.number").cells or ())[0]
    upright, leaning = (
        _cut(_ink(form, {"office.number": "1"}, hand), _grown(cell, -0.3))
        for hand in (STEADY, replace(STEADY, slant=20))
    )

    assert _lean(upright) < 1
    assert _lean(leaning) > 3


def test_a_check_is_ticked(form: FormDefinition) -> None:
    field = form.field("insured.1.over70")

    ink = _ink(form, {field.name: "1"})

    assert _inked(ink, [field.box_mm]) == [True]
    assert _outside(ink, _grown(field.box_mm, 1.5)) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("insured.1.name_kana", "ヤマザキ　リョウタ"),
        ("insured.1.name_kanji", "山﨑　涼太"),
        ("insured.1.remarks", "確認書を添付します。"),
        (
            "insured.1.address_kanji",
            "東京都千代田区霞が関１丁目２番２号○○マンション９９９",
        ),
        ("office.phone", "03-1234-5678"),
    ],
)
def test_free_text_stays_in_its_box(
    form: FormDefinition, name: str, value: str
) -> None:
    box = form.field(name).box_mm

    ink = _ink(form, {name: value}, STEADY)

    assert _inked(ink, [box]) == [True]
    assert _outside(ink, _grown(box, 0.3)) == 0


def test_every_shipped_form_takes_all_its_fields() -> None:
    example = {
        "digits": "1",
        "kana": "ア",
        "text": "あ",
        "address": "京",
        "amount": "1",
        "check": "1",
        "seal": "1",
    }
    for definition in Library.shipped().all():
        values = {
            field.name: _in_its_eras(field)
            if field.type is FieldType.DATE
            else example.get(field.type) or field.choices[-1].code
            for field in definition.fields
        }

        pages = fill(definition, values, dpi=100)

        assert len(pages) == definition.pages
        assert {page.mode for page in pages} == {"RGB"}
        assert {page.size for page in pages} == {(827, 1170)}


def test_the_same_hand_writes_the_same_picture(form: FormDefinition) -> None:
    values = {"office.name": "健保サービス株式会社", "insured.1.category": "2"}

    first, again, other = (
        fill(form, values, hand=Hand(seed=seed))[0].tobytes() for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_one_field_does_not_change_the_ink_of_another(form: FormDefinition) -> None:
    box = form.field("office.name").box_mm

    alone = _ink(form, {"office.name": "健保サービス"})
    together = _ink(form, {"office.number": "12345", "office.name": "健保サービス"})

    assert np.array_equal(_cut(alone, box), _cut(together, box))


def test_the_hand_writes_in_its_own_ink(form: FormDefinition) -> None:
    (page,) = fill(form, {"office.number": "8"}, hand=Hand(ink=(0, 0, 255)))

    cells = form.field("office.number").cells
    assert cells is not None
    inside = _cut(np.array(page), _grown(cells[0], -0.4)).reshape(-1, 3)
    darkest = inside[inside.sum(axis=1).argmin()]

    assert darkest[2] > 240
    assert darkest[0] < 60


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("insured.9.category", "1", "no field insured.9.category"),
        ("insured.1.my_number", "1234567890123", "13 characters do not fit 12 cells"),
        ("office.symbol", "01-ケイトウア", "5 characters do not fit 4 cells"),
        ("insured.1.category", "4", "no choice '4'; it has: 1 男"),
        ("insured.1.birth_date", "1920-01-01", "no choice '3'"),
        ("submitted_on", "2018-01-01", "no choice '7'"),
        ("insured.1.birth_date", "1990-02-30", "is no date"),
        ("insured.1.over70", "yes", '"1" or ""'),
        ("insured.1.name_kana", "ア" * 60, "60 characters do not fit"),
        ("insured.1.name_kanji", "\U0001f600", "no typeface"),
    ],
)
def test_a_value_that_does_not_fit_says_which(
    form: FormDefinition, name: str, value: str, message: str
) -> None:
    with pytest.raises(WrongCallError, match=message) as caught:
        fill(form, {name: value})

    assert name in str(caught.value)


def test_a_value_that_is_no_text_is_refused(form: FormDefinition) -> None:
    numbers: dict[str, Any] = {"insured.1.remuneration_cash": 250000}

    with pytest.raises(WrongCallError, match="a value is text"):
        fill(form, numbers)


def test_a_sensitive_value_is_not_repeated_in_the_message(form: FormDefinition) -> None:
    with pytest.raises(WrongCallError) as caught:
        fill(form, {"insured.1.my_number": "1234567890189"})

    assert "1234567890189" not in str(caught.value)


def _ink(
    form: FormDefinition, values: dict[str, str], hand: Hand | None = None
) -> NDArray[np.int16]:
    """How much darker each pixel became."""
    (blank,) = fill(form, {})
    (page,) = fill(form, values, hand=hand)
    return _grey(blank) - _grey(page)


def _grey(page: Image.Image) -> NDArray[np.int16]:
    return np.array(page.convert("L")).astype(np.int16)


def _cut(page: NDArray[Any], box: Box) -> NDArray[Any]:
    left, top = round(box.x * PX_PER_MM), round(box.y * PX_PER_MM)
    right, bottom = round(box.right * PX_PER_MM), round(box.bottom * PX_PER_MM)
    return page[top:bottom, left:right]


def _grown(box: Box, by: float) -> Box:
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def test_a_form_of_two_pages_is_filled_on_both() -> None:
    form = Library.shipped().get("2202")
    empty = fill(form, {})
    name = "insured.1.other2_postal_code"

    first, second = fill(form, {name: "1000013"})

    assert first.tobytes() == empty[0].tobytes()
    assert second.tobytes() != empty[1].tobytes()


def _inked(ink: NDArray[np.int16], boxes: object) -> list[bool]:
    assert isinstance(boxes, list | tuple)
    return [bool(_cut(ink, _grown(box, -0.5)).max() > 60) for box in boxes]


def _outside(ink: NDArray[np.int16], box: Box) -> int:
    rest = ink.copy()
    _cut(rest, box)[:] = 0
    return int((abs(rest) > 20).sum())


def _most_inked(ink: NDArray[np.int16], choices: tuple[Choice, ...]) -> str:
    sums = {choice.code: int(_cut(ink, choice.box_mm).sum()) for choice in choices}
    return max(sums, key=lambda code: sums[code])


def _lean(ink: NDArray[np.int16]) -> float:
    """How many pixels further right the upper third of the ink stands."""
    rows, columns = np.nonzero(ink > 60)
    third = (rows.max() - rows.min()) / 3
    upper = columns[rows < rows.min() + third].mean()
    lower = columns[rows > rows.max() - third].mean()
    return float(upper - lower)


def _in_its_eras(field: Field) -> str:
    """A day that can be written with the eras that are printed beside it."""
    eras = {choice.code for choice in field.choices}
    return "2020-12-01" if "9" in eras else "2018-12-01"
