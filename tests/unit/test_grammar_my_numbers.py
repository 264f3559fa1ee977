"""My Numbers in running text are found however they are written, and nothing else."""

import re

import pytest

from forms.grammar.my_numbers import covered, holds_my_number


@pytest.mark.parametrize(
    "text",
    [
        "123456789018",
        "番号は１２３４５６７８９０１８です",
        "1234-5678-9018",
        "1234　５６７８－9018",
        "1 2 3 4 5 6 7 8 9 0 1 8",
        "照会の結果 1234.5678.9018 と回答",
        "1234\n5678\n9018",
    ],
)
def test_a_my_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_my_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789012",  # Its check digit is wrong.
        "1234567890189",  # A corporate number is longer.
        "受付番号 20260401-0001",
        "03-1234-5678",
        "12345678901",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert not holds_my_number(text)


def test_a_day_and_time_that_would_pass_the_check_is_none() -> None:
    moments = [f"2026-11-30 12:{minute:02}" for minute in range(60)]
    plain = [re.sub(r"\D", "", one) for one in moments]

    assert any(holds_my_number(one) for one in plain)
    assert not any(holds_my_number(one) for one in moments)


def test_a_receipt_number_that_would_pass_the_check_is_none() -> None:
    receipts = [f"20260401-{n:04}" for n in range(1, 30)]

    assert any(holds_my_number(one.replace("-", "")) for one in receipts)
    assert not any(holds_my_number(one) for one in receipts)


def test_a_number_in_a_name_is_covered_and_the_moment_of_a_scan_stays() -> None:
    moments = [f"2611301234{second:02}.tif" for second in range(60)]

    assert covered("山田_1234-5678-9018_届.pdf", "*") == "山田_*_届.pdf"
    assert covered("123456789018/234567890121.tif", "*") == "*/*.tif"
    assert any(holds_my_number(one) for one in moments)
    assert [covered(one, "*") for one in moments] == moments
