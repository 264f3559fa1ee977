"""On which days an office works, and how terms are counted over the others."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import dates, integers, lists, tuples

from kamizero.business_days import (
    NATIONAL,
    OfficeCalendar,
    Pause,
    due_on,
    paused_days,
)

FRIDAY = date(2020, 12, 4)


@pytest.mark.parametrize(
    ("day", "next_day"),
    [
        (date(2020, 12, 3), FRIDAY),
        (FRIDAY, date(2020, 12, 7)),
        (date(2020, 12, 28), date(2021, 1, 4)),
        # 10 January 2021 was a Sunday, the 11th the Day of Coming of Age.
        (date(2021, 1, 8), date(2021, 1, 12)),
        # Ten days off for the change of emperors.
        (date(2019, 4, 26), date(2019, 5, 7)),
        # A holiday on a Sunday moves to the Monday; so did two for the Olympics.
        (date(2021, 8, 6), date(2021, 8, 10)),
        (date(2021, 7, 21), date(2021, 7, 26)),
        (date(2021, 10, 8), date(2021, 10, 11)),
        # A day between two holidays is one (国民の休日).
        (date(2026, 9, 18), date(2026, 9, 24)),
    ],
)
def test_offices_are_closed_at_weekends_on_holidays_and_over_new_year(
    day: date, next_day: date
) -> None:
    assert NATIONAL.next_day(day) == next_day


def test_the_holidays_of_a_year_are_those_the_cabinet_office_names() -> None:
    new_year = {date(2026, 1, 1)}
    named = {(1, 12), (2, 11), (2, 23), (3, 20), (4, 29), (5, 4), (5, 5), (5, 6)} | {
        (7, 20),
        (8, 11),
        (9, 21),
        (9, 22),
        (9, 23),
        (10, 12),
        (11, 3),
        (11, 23),
    }
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]

    closed = {
        day
        for day in year
        if day.weekday() < 5 and (1, 4) <= (day.month, day.day) < (12, 29)
        if not NATIONAL.is_open(day)
    }

    assert closed == {date(2026, month, day) for month, day in named} - new_year


def test_an_office_has_closed_days_of_its_own() -> None:
    calendar = OfficeCalendar(closed=frozenset({date(2020, 12, 7)}))

    assert calendar.next_day(FRIDAY) == date(2020, 12, 8)


def test_an_office_may_work_on_a_holiday() -> None:
    calendar = OfficeCalendar(opened=frozenset({date(2020, 12, 5)}))

    assert calendar.next_day(FRIDAY) == date(2020, 12, 5)


@pytest.mark.parametrize(
    ("count", "due"),
    [
        (0, FRIDAY),
        (1, date(2020, 12, 7)),
        (3, date(2020, 12, 9)),
        (16, date(2020, 12, 28)),
        (17, date(2021, 1, 4)),
        (22, date(2021, 1, 12)),
    ],
)
def test_a_term_begins_on_the_day_after(count: int, due: date) -> None:
    assert NATIONAL.after(FRIDAY, count) == due


def test_a_term_of_no_days_ends_on_a_day_of_work() -> None:
    assert NATIONAL.after(date(2020, 12, 5), 0) == date(2020, 12, 7)


def test_a_term_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="-1"):
        NATIONAL.after(FRIDAY, -1)


@pytest.mark.parametrize("count", [0, 1, 3, 17, 60])
def test_the_days_of_a_term_are_counted_as_they_were_given(count: int) -> None:
    due = NATIONAL.after(FRIDAY, count)

    assert NATIONAL.between(FRIDAY, due) == count
    assert NATIONAL.between(due, FRIDAY) == -count


def test_a_weekend_adds_nothing_to_the_count() -> None:
    assert NATIONAL.between(FRIDAY, date(2020, 12, 6)) == 0


def test_a_term_runs_on_for_the_days_it_was_paused() -> None:
    pause = Pause(date(2020, 12, 7), date(2020, 12, 10))

    due = due_on(NATIONAL, FRIDAY, [pause], business_days=3)

    # Three days of Friday's term, and the three from the 8th to the 10th.
    assert due == date(2020, 12, 14)


def test_a_pause_over_closed_days_alone_lengthens_nothing() -> None:
    pause = Pause(date(2020, 12, 28), date(2021, 1, 3))

    paused = due_on(NATIONAL, date(2020, 12, 25), [pause], business_days=3)

    assert paused == due_on(NATIONAL, date(2020, 12, 25), business_days=3)


def test_a_day_of_two_pauses_counts_once() -> None:
    pauses = [
        Pause(date(2020, 12, 7), date(2020, 12, 9)),
        Pause(date(2020, 12, 8), date(2020, 12, 10)),
    ]

    assert due_on(NATIONAL, FRIDAY, pauses, business_days=3) == date(2020, 12, 14)
    assert paused_days(NATIONAL, pauses, date(2020, 12, 31)) == 3


def test_a_pause_after_the_due_date_makes_nothing_punctual() -> None:
    pause = Pause(date(2020, 12, 9), date(2020, 12, 28))

    assert due_on(NATIONAL, FRIDAY, [pause], business_days=3) == date(2020, 12, 9)


def test_while_a_pause_has_no_end_nothing_is_due() -> None:
    pauses = [Pause(date(2020, 12, 7), None)]

    assert due_on(NATIONAL, FRIDAY, pauses, business_days=3) is None
    assert paused_days(NATIONAL, pauses, date(2020, 12, 10)) == 3


@pytest.mark.parametrize(
    ("received_on", "months", "due"),
    [
        (date(2020, 12, 4), 1, date(2021, 1, 4)),
        (date(2020, 11, 30), 3, date(2021, 3, 1)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2020, 12, 1), 1, date(2021, 1, 4)),
    ],
)
def test_a_term_of_months_ends_on_an_open_day(
    received_on: date, months: int, due: date
) -> None:
    assert due_on(NATIONAL, received_on, months=months) == due


def test_a_term_of_months_runs_on_by_calendar_days() -> None:
    pause = Pause(date(2020, 12, 7), date(2020, 12, 17))

    due = due_on(NATIONAL, date(2020, 12, 4), [pause], months=1)

    assert due == date(2021, 1, 14)


@given(
    received_on=dates(date(2015, 1, 1), date(2030, 1, 1)),
    business_days=integers(1, 40),
    waits=lists(tuples(integers(0, 60), integers(0, 20)), max_size=3),
)
def test_what_ends_on_its_due_date_took_its_term_net(
    received_on: date, business_days: int, waits: list[tuple[int, int]]
) -> None:
    pauses = [
        Pause(
            received_on + timedelta(days=start),
            received_on + timedelta(days=start + length),
        )
        for start, length in waits
    ]

    due = due_on(NATIONAL, received_on, pauses, business_days=business_days)

    assert due is not None
    gross = NATIONAL.between(received_on, due)
    assert gross - paused_days(NATIONAL, pauses, due) == business_days
