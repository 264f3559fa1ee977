"""Bringing the recogniser's classes to the characters of a field."""

import numpy as np
import pytest

from ocr.words.alphabets import Alphabet
from ocr.words.japanese import JapaneseAlphabet
from ocr.words.variants import may_be_variant

CLASSES = ("", "1", "１", "ニ", "二", "宮", "宫", "千", "干", "A", "-", "－", "Ω")


def share(**classes: float) -> np.ndarray:
    row = np.zeros((1, len(CLASSES)), np.float32)
    for char, value in classes.items():
        row[0, CLASSES.index(char)] = value
    return row


def test_a_full_width_digit_counts_for_the_digit() -> None:
    digits = Alphabet(CLASSES, "1")

    steps = digits(share(**{"1": 0.3, "１": 0.4}))

    assert steps[0, 1] == pytest.approx(0.7)


def test_a_kanji_of_the_same_shape_counts_for_the_kana() -> None:
    kana = Alphabet(CLASSES, "ニ")

    steps = kana(share(**{"ニ": 0.2, "二": 0.7}))

    assert steps[0, 1] == pytest.approx(0.9)


def test_characters_the_recogniser_lacks_are_left_out() -> None:
    kana = Alphabet(CLASSES, "ニヱ")

    assert kana.characters == ("", "ニ")


def test_the_first_column_stays_the_blank() -> None:
    digits = Alphabet(CLASSES, "1")
    answer = share(**{"1": 0.1})
    answer[0, 0] = 0.9

    steps = digits(answer)

    assert steps[0].tolist() == pytest.approx([0.9, 0.1])


def test_chinese_shapes_are_no_japanese_characters() -> None:
    japanese = JapaneseAlphabet(CLASSES)

    characters, steps = japanese(share(**{"宮": 0.1, "宫": 0.8}))

    assert characters[steps[0].argmax()] == "宮"
    assert "宫" not in characters


def test_widths_of_one_character_are_added_up() -> None:
    japanese = JapaneseAlphabet(CLASSES)

    characters, steps = japanese(share(**{"-": 0.3, "－": 0.4, "A": 0.2}))

    assert steps[0, characters.index("-")] == pytest.approx(0.7)


def test_a_hardly_ever_written_kanji_yields_to_the_common_one() -> None:
    japanese = JapaneseAlphabet(CLASSES)

    characters, steps = japanese(share(**{"千": 0.2, "干": 0.8}))

    assert characters[steps[0].argmax()] == "千"


@pytest.mark.parametrize(
    "name", ["高橋　誠", "山崎　実", "吉田　茂", "渡邊　恵", "桑田　茂"]
)
def test_a_name_with_a_variant_that_cannot_be_read_is_known(name: str) -> None:
    assert may_be_variant(name)


@pytest.mark.parametrize("name", ["田中　一郎", "渡辺　恵", "浜田　徳男", "斎藤　恵子"])
def test_a_name_whose_variants_would_be_read_as_such_is_no_matter(name: str) -> None:
    assert not may_be_variant(name)
