"""One spelling for what is written, and what can be checked of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import FieldType
from forms.grammar import FORMATS, alphabet, canonical, cell_alphabets, is_valid

DIGITS, KANA, TEXT = FieldType.DIGITS, FieldType.KANA, FieldType.TEXT
ADDRESS, AMOUNT, DATE = FieldType.ADDRESS, FieldType.AMOUNT, FieldType.DATE


@pytest.mark.parametrize(
    ("field_type", "format_", "written", "value"),
    [
        (DIGITS, "my_number", "1234 5678 9018", "123456789018"),
        (DIGITS, "my_number", "１２３４－５６７８－９０１８", "123456789018"),
        (DIGITS, "pension_number", "1234-567890", "1234567890"),
        (DIGITS, "serial_number", "007", "007"),
        (DIGITS, "my_number", "1234A", "1234A"),
        (AMOUNT, None, "280,000", "280000"),
        (AMOUNT, None, "￥280，000円", "280000"),
        (AMOUNT, None, "0280000", "280000"),
        (AMOUNT, None, "000", "0"),
        (AMOUNT, None, "", ""),
        (DIGITS, "phone", "０３（１２３４）５６７８", "03-1234-5678"),
        (DIGITS, "phone", "03ー1234−5678", "03-1234-5678"),
        (TEXT, "office_symbol", "01ケイト", "01-ケイト"),
        (TEXT, "office_symbol", "０１－ｹｲﾄ", "01-ケイト"),
        (TEXT, "office_symbol", "01ーケー", "01-ケー"),
        (TEXT, "office_symbol", "21abc", "21-ABC"),
        (KANA, None, "ｻｻｷ  ﾘｮｳｺ", "ササキ　リョウコ"),
        (KANA, None, "さとう　がく", "サトウ　ガク"),
        (KANA, None, "カ゛ト゛ー", "ガドー"),
        (KANA, None, "オ-タ", "オータ"),
        (KANA, None, "ア--", "アーー"),
        (TEXT, None, " 髙﨑  神 ", "髙﨑　神"),
        (TEXT, None, "\ufa19\u795e", "\ufa19\u795e"),
        (ADDRESS, None, "霞が関１ー２－３ ハイツー", "霞が関1-2-3　ハイツー"),
        (DATE, None, "7 020512", "1990-05-12"),
        (DATE, None, "7 020230", ""),
        (DATE, None, "1990-05-12", "1990-05-12"),
        (DATE, None, "1990-02-30", ""),
        (DATE, None, "平成２年５月１２日", "1990-05-12"),
        (DATE, None, "R元.5.1", "2019-05-01"),
        (DATE, None, "きのう", ""),
        (FieldType.CHOICE, None, " ７ ", "7"),
    ],
)
def test_what_is_written_has_one_spelling(
    field_type: FieldType, format_: str | None, written: str, value: str
) -> None:
    assert canonical(field_type, format_, written) == value


@given(
    st.sampled_from(FieldType),
    st.sampled_from([None, *sorted(FORMATS)]),
    st.text("0129-ー－ｰ゛ 　アがｶﾞハA（.,円髙\ufa19", max_size=12),
)
def test_spelling_a_value_again_changes_nothing(
    field_type: FieldType, format_: str | None, written: str
) -> None:
    once = canonical(field_type, format_, written)

    assert canonical(field_type, format_, once) == once


@pytest.mark.parametrize(
    ("field_type", "format_", "value"),
    [
        (DIGITS, "my_number", "123456789018"),
        (DIGITS, "corporate_number", "7000012050002"),
        (DIGITS, "pension_number", "0001000001"),
        (DIGITS, "postal_code", "0010000"),
        (DIGITS, "phone", "03-1234-5678"),
        (DIGITS, "phone", "0463-1-2345"),
        (DIGITS, "phone", "090-4461-1234"),
        (TEXT, "office_symbol", "01-ケイト"),
        (TEXT, "office_symbol", "98-A1"),
        (DIGITS, "office_number", "00001"),
        (DIGITS, "serial_number", "123456"),
        (DIGITS, "bank_account", "0000001"),
        (DIGITS, "account_number", "123456"),
        (DIGITS, "yucho_symbol", "10530"),
        (DIGITS, "yucho_number", "12345671"),
        (DIGITS, "day", "31"),
        (DIGITS, "count", "0"),
        (KANA, "address_kana", "チヨダク　カスミガセキ1-2"),
        (KANA, None, "ヴァン・ダー　リョウ"),
        (AMOUNT, None, "9999999"),
        (DATE, None, "1990-05-12"),
        (TEXT, None, "山田　太郎"),
        (FieldType.CHECK, None, ""),
        (FieldType.SEAL, None, "1"),
        (FieldType.CHOICE, None, "7"),
    ],
)
def test_values_that_satisfy_their_grammar_are_valid(
    field_type: FieldType, format_: str | None, value: str
) -> None:
    assert is_valid(field_type, format_, value)


@pytest.mark.parametrize(
    ("field_type", "format_", "value"),
    [
        (DIGITS, "my_number", "123456789012"),
        (DIGITS, "corporate_number", "7000012050003"),
        (DIGITS, "pension_number", "0000123456"),
        (DIGITS, "pension_number", "1234000000"),
        (DIGITS, "pension_number", "123456789"),
        (DIGITS, "postal_code", "0001234"),
        (DIGITS, "phone", "0312345678"),
        (DIGITS, "phone", "03-1234-567"),
        (DIGITS, "phone", "090-461-1234"),
        (TEXT, "office_symbol", "00-ケイト"),
        (TEXT, "office_symbol", "99-ケイト"),
        (TEXT, "office_symbol", "01-0000"),
        (TEXT, "office_symbol", "01-ケ1"),
        (TEXT, "office_symbol", "01-ケイトウエ"),
        (TEXT, "office_symbol", "01-"),
        (DIGITS, "office_number", "00000"),
        (DIGITS, "serial_number", "1234567"),
        (DIGITS, "bank_account", "123456"),
        (DIGITS, "account_number", "12345678"),
        (DIGITS, "yucho_symbol", "20530"),
        (DIGITS, "yucho_symbol", "1053"),
        (DIGITS, "yucho_number", "123456789"),
        (DIGITS, "bank_code", "001"),
        (DIGITS, "day", "32"),
        (DIGITS, "day", "0"),
        (DIGITS, "count", "100"),
        (DIGITS, None, ""),
        (KANA, None, "山田"),
        (KANA, "address_kana", "千代田"),
        (AMOUNT, None, "10000000"),
        (AMOUNT, None, "28万"),
        (DATE, None, ""),
        (DATE, None, "7 020512"),
        (TEXT, None, "山\x07田"),
        (FieldType.CHECK, None, "x"),
        (FieldType.CHOICE, None, ""),
    ],
)
def test_values_that_break_their_grammar_are_not_valid(
    field_type: FieldType, format_: str | None, value: str
) -> None:
    assert not is_valid(field_type, format_, value)


def test_the_office_symbol_cells_hold_two_digits_then_the_symbol() -> None:
    cells = cell_alphabets("office_symbol", 6)

    assert cells[:2] == ("0123456789", "0123456789")
    assert all(cell is not None and "ケ" in cell and "7" in cell for cell in cells[2:])
    assert len(cells) == 6


def test_cells_of_a_number_hold_digits_and_others_anything() -> None:
    assert cell_alphabets("my_number", 12) == ("0123456789",) * 12
    assert cell_alphabets(None, 2) == (None, None)


def test_kana_can_hold_small_kana_the_long_mark_and_the_gap() -> None:
    letters = alphabet(KANA, None)

    assert letters is not None
    assert set("ョッャーヴヲ・　") <= set(letters)


def test_text_can_hold_anything() -> None:
    assert alphabet(TEXT, None) is None
    assert alphabet(DATE, None) == "0123456789"
