"""The arithmetic of filings holds for whatever amounts and days are filed."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forms.sums import Sum
from validation.ages import reaches, years_after
from validation.monthly import counted_months, sum_and_average
from validation.sums import LARGEST_AMOUNT
from validation.year_month import months_after

MONTH = Sum(rule="2221.total_of_month", parts=("cash", "in_kind"), total="total")

amounts = st.integers(0, 20_000_000)
days = st.lists(st.integers(0, 31), min_size=3, max_size=3)


@given(amounts, amounts)
def test_a_total_is_the_sum_or_the_largest_amount(cash: int, in_kind: int) -> None:
    total = MONTH.of((cash, in_kind))

    assert total == (cash + in_kind if cash + in_kind < 10_000_000 else LARGEST_AMOUNT)


@given(st.lists(st.integers(0, 9_999_999), max_size=3))
def test_an_average_is_the_most_that_fits_into_the_sum_as_often(
    totals: list[int],
) -> None:
    _, average = sum_and_average(totals)

    assert average * len(totals) <= sum(totals)
    assert not totals or (average + 1) * len(totals) > sum(totals)


@given(days, st.booleans(), st.booleans())
def test_no_month_counts_below_the_days_of_its_kind(
    counted: list[int], short_time: bool, part_time: bool
) -> None:
    places = counted_months(counted, short_time=short_time, part_time=part_time)
    fewest = 11 if short_time else 15 if part_time else 17

    assert all(counted[place] >= fewest for place in places)


@given(days)
def test_a_month_of_seventeen_days_always_counts(counted: list[int]) -> None:
    for short_time in (False, True):
        for part_time in (False, True):
            places = counted_months(counted, short_time=short_time, part_time=part_time)

            assert {n for n, count in enumerate(counted) if count >= 17} <= set(places)


@given(days)
def test_fifteen_days_count_for_part_timers_only_where_no_month_has_seventeen(
    counted: list[int],
) -> None:
    places = counted_months(counted, short_time=False, part_time=True)

    if max(counted) >= 17:
        assert all(counted[place] >= 17 for place in places)
    else:
        assert places == [n for n, count in enumerate(counted) if count >= 15]


def test_nothing_counted_gives_no_average() -> None:
    assert sum_and_average([]) == (0, 0)


@given(st.dates(date(1910, 1, 1), date(2010, 12, 31)), st.sampled_from([15, 70]))
def test_an_age_is_reached_the_day_before_the_birthday(born: date, age: int) -> None:
    day = reaches(born, age)

    assert day.year - (born - timedelta(days=1)).year == age
    # Two where the day before a 1 March is the 28th and the later year has a 29th.
    assert (years_after(born, age) - day).days in (0, 1, 2)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 1)), st.integers(-30, 30))
def test_months_later_and_back_is_the_first_day_of_the_month(
    day: date, months: int
) -> None:
    first = day.replace(day=1)

    later = months_after(first, months)

    assert later.day == 1
    assert months_after(later, -months) == first
    assert (later.year - first.year) * 12 + later.month - first.month == months
