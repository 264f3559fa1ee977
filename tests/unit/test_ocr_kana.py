"""Small and large kana, and what Japanese sounds like."""

import pytest

from ocr.words.kana import settle_sizes
from ocr.words.sounds import likelihood


def test_a_low_kana_between_tall_ones_is_small() -> None:
    text, *_ = settle_sizes("キヨウコ", [30, 19, 30, 30])

    assert text == "キョウコ"


def test_a_tall_kana_stays_large() -> None:
    text, *_ = settle_sizes("キヨシ", [30, 27, 30])

    assert text == "キヨシ"


def test_a_word_never_begins_with_a_small_kana() -> None:
    text, *_ = settle_sizes("ョコヤマ", [26, 30, 30, 30])

    assert text == "ヨコヤマ"


def test_a_small_tsu_stands_only_before_an_unvoiced_sound() -> None:
    text, *_ = settle_sizes("マッモト", [30, 28, 30, 30])

    assert text == "マツモト"


def test_without_heights_the_sounds_decide() -> None:
    text, *_ = settle_sizes("リヨウ", [])

    assert text == "リョウ"


def test_a_kana_between_small_and_large_is_not_sure() -> None:
    clear = settle_sizes("キヨコ", [30, 30, 30])
    unclear = settle_sizes("キョコ", [30, 25, 30])

    assert unclear.sure < clear.sure
    assert {unclear.text, unclear.other} == {"キョコ", "キヨコ"}


@pytest.mark.parametrize(
    ("usual", "unusual"),
    [
        ("アンドウ", "アノドウ"),
        ("リュウ", "ノユウ"),
        ("シンジュクク2-1", "シンジュククユー1"),
    ],
)
def test_a_name_sounds_more_likely_than_its_look_alike(
    usual: str, unusual: str
) -> None:
    assert likelihood(usual) > likelihood(unusual)
