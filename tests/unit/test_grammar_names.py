"""Two spellings of one name fold to the same text, two names do not."""

import pytest

from forms.grammar import (
    carried,
    folded_holder,
    folded_kana,
    folded_kanji,
    folded_office,
    outside_jis_x_0208,
    variant_groups,
    variants_of,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ササキ　リョウコ", "ｻｻｷ ﾘﾖｳｺ"),
        ("オオタ", "オオタ　"),
        ("ケイト", "ケート".replace("ー", "イ")),
        ("チヅル", "チズル"),
        ("ローラ", "ロラ"),
    ],
)
def test_spellings_of_one_kana_name_fold_to_the_same(one: str, other: str) -> None:
    assert folded_kana(one) == folded_kana(other)


def test_account_holders_are_spelt_as_banks_spell_them() -> None:
    assert folded_holder("リョウノ　サキー") == folded_holder("ﾘﾖｳﾉ ｻｷ-")
    assert folded_holder("ヲダ") == folded_holder("オダ")
    # A bank keeps apart what the fold for names does not.
    assert folded_holder("チヅル") != folded_holder("チズル")
    assert folded_holder("サトウ　ハナ") != folded_holder("サトウ　ハル")


def test_two_kana_names_stay_different() -> None:
    assert folded_kana("サトウ　ハナ") != folded_kana("サトウ　ハル")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　花", "高橋花"),
        ("山﨑　太郎", "山崎　太郎"),
        ("𠮷田　\ufa19", "吉田　\u795e"),
        ("渡邉", "渡邊"),
        ("齋藤", "斎藤"),
    ],
)
def test_variant_kanji_fold_to_the_same(one: str, other: str) -> None:
    assert folded_kanji(one) == folded_kanji(other)


@pytest.mark.parametrize(("one", "other"), [("斉藤", "斎藤"), ("佐藤", "左藤")])
def test_different_kanji_stay_different(one: str, other: str) -> None:
    assert folded_kanji(one) != folded_kanji(other)


@pytest.mark.parametrize(
    "written", ["(株)けやき商会", "㈱ けやき商会", "（株）けやき商会"]
)
def test_short_forms_of_a_company_fold_to_the_long_one(written: str) -> None:
    assert folded_office(written) == folded_office("株式会社　けやき商会")


def test_characters_the_host_cannot_hold_are_named() -> None:
    assert outside_jis_x_0208("髙橋　𠮷﨑神") == "髙𠮷﨑"


def test_the_variants_of_a_kanji_are_its_other_forms() -> None:
    assert set(variants_of("髙")) == {"高"}
    assert variants_of("花") == ""


def test_a_kanji_with_a_code_of_its_own_is_a_variant_of_what_it_copies() -> None:
    assert variants_of("\u795e") == "\ufa19"
    assert folded_kanji("\ufa19田") == folded_kanji("\u795e田")


def test_no_kanji_stands_among_the_variants_of_two_others() -> None:
    kanji = "".join(variant_groups())

    assert len(kanji) == len(set(kanji))
    assert outside_jis_x_0208("".join(group[0] for group in variant_groups())) == ""


def test_a_csv_carries_the_usual_form_of_what_it_lacks() -> None:
    assert carried("髙橋　𠮷﨑\u795e") == ("高橋　吉崎\u795e", "髙𠮷﨑")


def test_a_csv_carries_nothing_in_place_of_a_kanji_without_other_forms() -> None:
    assert carried("𩸽田") == ("田", "𩸽")
