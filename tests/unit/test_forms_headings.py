"""Names, offices and numbers are found however somebody writes them."""

import pytest

from forms.grammar import name_words, office_words
from forms.headings import Heading, heading_of
from forms.library import Library

FORM = Library.shipped().get("2202@2020-12")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　美咲", "高橋 美咲"),
        ("山﨑", "山崎"),
        ("辻\U000e0100", "辻"),
        ("佐々木", "佐佐木"),
        ("山田　さくら", "山田サクラ"),
        ("ﾀｶﾊｼ ﾐｻｷ", "タカハシ　ミサキ"),
        ("カ゛ンダ", "ガンダ"),
        ("しょうこ", "シヨウコ"),
        ("コーノ", "コノ"),
    ],
)
def test_two_spellings_of_a_name_are_one_word(one: str, other: str) -> None:
    assert name_words(one)[0] == name_words(other)[0]


@pytest.mark.parametrize(
    ("one", "other"), [("ハナ", "バナ"), ("山田", "山口"), ("ハルコ", "ハルオ")]
)
def test_two_names_are_two_words(one: str, other: str) -> None:
    assert name_words(one)[0] != name_words(other)[0]


def test_a_name_is_found_by_its_parts_and_as_a_whole() -> None:
    assert name_words("山田　太郎") == ("山田太郎", "山田", "太郎")
    assert name_words("山田太郎") == ("山田太郎",)
    assert name_words(" 　") == ()


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("01-ケイト", "01ｹｲﾄ"),
        ("01-abc", "０１－ＡＢＣ"),
        ("（株）さくら商事", "株式会社さくら商事"),
        ("さくら商事株式会社", "サクラ商事"),
        ("株式会社さくら商事", "さくら商事"),
    ],
)
def test_an_office_is_found_however_it_is_written(written: str, asked: str) -> None:
    assert office_words(asked)[0] in office_words(written)


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("office.symbol", Heading.OFFICE),
        ("office.owner_name", Heading.OFFICE),
        ("insured.1.my_number", Heading.NUMBER),
        ("insured.1.spouse_pension_number", Heading.NUMBER),
        ("insured.1.spouse_alias_kanji", Heading.NAME),
        ("insured.1.other1_birth_date", Heading.BIRTH),
        ("insured.1.spouse_began_on", Heading.DAY),
        ("insured.1.income", Heading.AMOUNT),
        ("insured.1.address_kanji", None),
        ("insured.1.spouse_remarks", None),
    ],
)
def test_a_field_is_filed_under_what_it_is(name: str, heading: Heading | None) -> None:
    assert heading_of(FORM.field(name)) is heading
