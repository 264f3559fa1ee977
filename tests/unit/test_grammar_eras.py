"""What a written date means."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.grammar import ERAS, WrittenDate, from_written, parse_written, to_written


@pytest.mark.parametrize(
    ("era", "digits", "value"),
    [
        ("7", "020512", date(1990, 5, 12)),
        ("5", "640107", date(1989, 1, 7)),
        ("9", "010501", date(2019, 5, 1)),
        ("5", "150229", date(1940, 2, 29)),
        ("3", "010730", date(1912, 7, 30)),
        ("1", "450729", date(1912, 7, 29)),
    ],
)
def test_a_date_written_in_its_era_is_that_day(
    era: str, digits: str, value: date
) -> None:
    reading = from_written(era, digits)

    assert reading.value == value
    assert not reading.outside_era


@pytest.mark.parametrize(
    ("era", "digits", "value"),
    [
        ("7", "350401", date(2023, 4, 1)),
        ("5", "640201", date(1989, 2, 1)),
        ("9", "010430", date(2019, 4, 30)),
        ("7", "010107", date(1989, 1, 7)),
    ],
)
def test_a_date_outside_its_era_is_converted_and_marked(
    era: str, digits: str, value: date
) -> None:
    reading = from_written(era, digits)

    assert reading.value == value
    assert reading.outside_era


@pytest.mark.parametrize(
    ("era", "digits"),
    [
        ("7", "020230"),
        ("7", "000512"),
        ("7", "021301"),
        ("7", "020500"),
        ("9", "050229"),
        ("2", "020512"),
        ("", "020512"),
        ("7", "20512"),
        ("7", "02051２"),
        ("7", "0205 2"),
    ],
)
def test_a_date_that_does_not_exist_has_no_value(era: str, digits: str) -> None:
    reading = from_written(era, digits)

    assert reading.value is None
    assert not reading.outside_era


@given(st.dates(min_value=date(1868, 1, 25), max_value=date(2117, 12, 31)))
def test_a_date_survives_being_written_and_read(value: date) -> None:
    written = to_written(value)

    assert from_written(*written) == (value, False)
    assert parse_written(written.text) == written


def test_a_date_before_the_first_era_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="明治"):
        to_written(date(1868, 1, 24))


@pytest.mark.parametrize("text", ["", "020512", "7 02051", "7  020512", "2 020512"])
def test_other_text_is_no_written_date(text: str) -> None:
    assert parse_written(text) is None


def test_eras_follow_each_other_without_gap_or_overlap() -> None:
    eras = list(ERAS.values())

    for earlier, later in pairwise(eras):
        assert earlier.last is not None
        assert (later.first - earlier.last).days == 1
    assert to_written(date(2019, 5, 1)) == WrittenDate("9", "010501")
