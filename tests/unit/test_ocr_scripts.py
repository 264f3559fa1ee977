"""Characters of one shape, told apart by their word."""

import pytest

from ocr.words.scripts import (
    in_other_kana,
    is_between_scripts,
    settle_scripts,
    stray_digits,
    with_kana_for_strays,
)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("在留力一ド確認済", "在留カード確認済"),
        ("パ一トタイマ一", "パートタイマー"),
        ("トヨ夕工業", "トヨタ工業"),
        ("ハ王子市", "八王子市"),
        ("千代田区一丁目", "千代田区一丁目"),
        ("三ッ木", "三ッ木"),
        ("", ""),
    ],
)
def test_a_shape_is_written_in_the_script_of_its_word(read: str, meant: str) -> None:
    assert settle_scripts(read) == meant


@pytest.mark.parametrize(
    ("read", "may_be_either"),
    [
        ("丸三クリニック", True),
        ("東京力メラ", True),
        ("丸ミクリニック", False),
        ("トヨタ工業", False),
        ("三ツ木", False),
    ],
)
def test_a_shape_between_kanji_and_katakana_may_be_either(
    read: str, *, may_be_either: bool
) -> None:
    assert is_between_scripts(read) is may_be_either


@pytest.mark.parametrize(
    ("read", "other"),
    [
        ("ひかりクリニック", "ひかリクリニック"),
        ("さくらリース", "さくらりース"),
        ("カフェりんご", "カフェリんご"),
        ("ラーメンへい太", "ラーメンヘい太"),
        ("つばめ運輸", "つばめ運輸"),
        ("みどり薬局", "みどり薬局"),
        ("リース", "リース"),
    ],
)
def test_a_kana_that_hiragana_and_katakana_draw_alike_may_be_either_between_them(
    read: str, other: str
) -> None:
    assert in_other_kana(read) == other


def test_a_digit_among_hiragana_is_strange() -> None:
    assert stray_digits("さく5食品") == 1


@pytest.mark.parametrize("text", ["北1条西7-3", "さくら2丁目", "つくば12号", "第3ビル"])
def test_a_number_in_an_address_is_not_strange(text: str) -> None:
    assert stray_digits(text) == 0


def test_a_five_among_hiragana_was_meant_as_a_kana() -> None:
    assert with_kana_for_strays("さく5食品5号") == "さくら食品5号"
