"""Check digits against published and computed numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.grammar import (
    corporate_number_check_digit,
    corporate_number_is_valid,
    my_number_check_digit,
    my_number_is_valid,
)


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("123456789018", True),
        ("123456789012", False),
        ("123456708900", False),
        ("123456078900", False),
        ("12345678901", False),
        ("１２３４５６７８９０１８", False),
        ("", False),
    ],
)
def test_a_my_number_is_judged_by_its_last_digit(number: str, valid: bool) -> None:
    assert my_number_is_valid(number) is valid


@pytest.mark.parametrize("number", ["7000012050002", "6000012070001", "1000011000005"])
def test_published_corporate_numbers_are_valid(number: str) -> None:
    assert corporate_number_is_valid(number)


@given(digits(11))
def test_exactly_one_last_digit_makes_a_my_number_valid(first: str) -> None:
    fitting = [d for d in "0123456789" if my_number_is_valid(first + d)]

    assert fitting == [str(my_number_check_digit(first))]


@given(digits(12))
def test_exactly_one_first_digit_makes_a_corporate_number_valid(last: str) -> None:
    fitting = [d for d in "0123456789" if corporate_number_is_valid(d + last)]

    assert fitting == [str(corporate_number_check_digit(last))]


def test_a_number_of_wrong_length_is_refused_without_being_quoted() -> None:
    with pytest.raises(ValueError, match="expected 11 digits") as caught:
        my_number_check_digit("1234567890")

    assert "1234567890" not in str(caught.value)
