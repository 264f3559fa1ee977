"""Filled forms, read by the real recogniser."""

from collections.abc import Mapping
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from forms.definition import FormDefinition
from forms.fill import fill
from forms.library import Library
from kamizero.model import FieldState, Reading, Word
from ocr.engines.fulltext import page_text
from ocr.engines.onnx_engine import OnnxRecogniser
from ocr.form import FormReading, read_form
from ocr.page import look

pytestmark = pytest.mark.model

VALUES = {
    "submitted_on": "2020-12-07",
    "office.symbol": "01-ケイト",
    "office.number": "12345",
    "office.postal_code": "1008916",
    "office.address": "東京都千代田区霞が関1-2-2",
    "office.name": "健保サービス株式会社",
    "office.owner_name": "小林　良一",
    "office.phone": "03-1234-5678",
    "insured.1.serial_number": "27",
    "insured.1.name_kana": "サトウ　リョウコ",
    "insured.1.name_kanji": "佐藤　良子",
    "insured.1.birth_date": "1990-05-12",
    "insured.1.category": "2",
    "insured.1.acquisition_kind": "1",
    "insured.1.my_number": "123456789018",
    "insured.1.acquired_on": "2020-12-01",
    "insured.1.dependants": "1",
    "insured.1.remuneration_cash": "280000",
    "insured.1.remuneration_in_kind": "0",
    "insured.1.remuneration_total": "280000",
    "insured.1.short_time": "1",
    "insured.2.birth_date": "7 020230",
    "insured.2.my_number": "123456789012",
}
Picture = NDArray[np.uint8]


@cache
def engine() -> OnnxRecogniser:
    return OnnxRecogniser(threads=2)


@cache
def definition() -> FormDefinition:
    return Library.shipped().get("2200@2020-12")


@cache
def filled() -> Picture:
    return np.array(fill(definition(), VALUES)[0])


def read(picture: Picture, words: tuple[Word, ...] = ()) -> FormReading:
    found = look(picture, library=Library.shipped(), page_words=words)
    return read_form([found], definition=definition(), engine=engine())


@cache
def readings() -> Mapping[str, Reading]:
    return {reading.name: reading for reading in read(filled()).readings}


def wrong_fields(reading: FormReading) -> dict[str, str]:
    expected = VALUES | {"insured.2.birth_date": ""}
    return {
        one.name: one.value
        for one in reading.readings
        if one.value != expected.get(one.name, "")
    }


def test_every_field_of_the_definition_is_read_in_its_order() -> None:
    assert list(readings()) == [field.name for field in definition().fields]


@pytest.mark.parametrize("name", sorted(set(VALUES) - {"insured.2.birth_date"}))
def test_what_is_written_is_read(name: str) -> None:
    reading = readings()[name]

    assert (reading.state, reading.value) == (FieldState.READ, VALUES[name])


def test_what_is_not_written_is_blank() -> None:
    blank = {name for name, one in readings().items() if one.state is FieldState.BLANK}

    assert blank == set(readings()) - set(VALUES)


def test_a_clean_page_is_accepted_nearly_as_a_whole() -> None:
    accepted = [reading.accepted for reading in readings().values()]

    assert sum(accepted) >= 0.9 * len(accepted)


def test_a_number_is_surer_beside_digits_that_grammar_settles() -> None:
    alone = read(np.array(fill(definition(), {"office.number": "12345"})[0]))

    (lonely,) = (one for one in alone.readings if one.name == "office.number")

    assert lonely.value == readings()["office.number"].value == "12345"
    assert readings()["office.number"].confidence > lonely.confidence


def test_a_written_error_is_read_as_it_stands() -> None:
    number, born = readings()["insured.2.my_number"], readings()["insured.2.birth_date"]

    assert (number.value, number.chosen_by) == ("123456789012", None)
    assert (born.state, born.value, born.text) == (FieldState.READ, "", "7 020230")


@pytest.mark.parametrize("text", ["余白", "以下余白", "以　下余白"])
def test_a_line_marked_as_left_blank_is_blank_and_needs_an_eye(text: str) -> None:
    page = fill(definition(), {"insured.2.name_kanji": text}, dpi=200)[0]

    (name,) = (
        one
        for one in read(np.asarray(page, np.uint8)).readings
        if one.name == "insured.2.name_kanji"
    )

    assert (name.state, name.accepted) == (FieldState.BLANK, False)


def test_a_reading_names_the_model_it_came_from() -> None:
    assert engine().name in {reading.engine for reading in readings().values()}
    assert "@6f327246b503" in engine().name


def test_a_field_is_located_on_the_image_as_stored() -> None:
    upside_down = np.ascontiguousarray(np.rot90(filled(), 2))
    name = "insured.1.my_number"

    box = {one.name: one.box_px for one in read(upside_down).readings}[name]

    upright = readings()[name].box_px
    height, width = filled().shape[:2]
    assert box.right == pytest.approx(width - upright.x, abs=1.5)
    assert box.bottom == pytest.approx(height - upright.y, abs=1.5)


def test_a_page_upside_down_reads_the_same() -> None:
    assert not wrong_fields(read(np.ascontiguousarray(np.rot90(filled(), 2))))


def test_a_noisy_faint_crooked_scan_reads_nearly_the_same() -> None:
    rng = np.random.default_rng(7)
    height, width = filled().shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3.0, 0.97)
    crooked = cv2.warpAffine(
        filled(), turn, (width, height), borderValue=(255, 255, 255)
    )
    faint = 255 - (255 - crooked.astype(np.float32)) * 0.5
    noisy = np.clip(faint + rng.normal(0, 8, faint.shape), 0, 255).astype(np.uint8)

    reading = read(noisy)

    accepted = {one.name for one in reading.readings if one.accepted}
    assert len(wrong_fields(reading)) <= 1
    assert not accepted & set(wrong_fields(reading))


def test_text_of_a_digital_page_is_compared_with_the_picture() -> None:
    box = readings()["insured.1.my_number"].box_px
    other = Word(text="123456789019", box_px=box)

    reading = read(filled(), (other,))

    assert reading.disagreements == ("insured.1.my_number",)
    assert not {one.name: one for one in reading.readings}[
        "insured.1.my_number"
    ].accepted


def test_a_paper_that_is_no_form_gives_its_text() -> None:
    strip = filled()[:260]

    assert "被保険者資格取得届" in page_text(strip)
