"""A program that calls too often is told when to call again, and no other is."""

import pytest

from web.throttle import MOST_BUCKETS, Throttle, TooManyCallsError


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def calls_until_refused(throttle: Throttle, client: str) -> int:
    for count in range(1_000):
        try:
            throttle.count(client)
        except TooManyCallsError:
            return count
    return 1_000


def test_a_program_may_begin_fast_and_goes_on_at_its_pace() -> None:
    time = Time()
    throttle = Throttle(60, monotonic=time)

    begin = calls_until_refused(throttle, "robo")
    time.now += 3
    later = calls_until_refused(throttle, "robo")
    time.now += 3_600

    assert (begin, later) == (15, 3)
    assert calls_until_refused(throttle, "robo") == begin


def test_another_program_does_not_wait_for_it() -> None:
    throttle = Throttle(60, monotonic=Time())
    calls_until_refused(throttle, "robo")

    assert calls_until_refused(throttle, "other") == 15


def test_who_is_refused_is_told_when_to_call_again() -> None:
    time = Time()
    throttle = Throttle(60, monotonic=time)
    calls_until_refused(throttle, "robo")
    with pytest.raises(TooManyCallsError) as refused:
        throttle.count("robo")

    time.now += refused.value.retry_after
    throttle.count("robo")

    assert refused.value.retry_after == 1


def test_made_up_names_fill_no_memory_and_let_nobody_off() -> None:
    time = Time()
    throttle = Throttle(60, monotonic=time)
    calls_until_refused(throttle, "robo")
    for n in range(3 * MOST_BUCKETS):
        time.now += 1 / MOST_BUCKETS
        throttle.count(f"stranger{n}")

    assert throttle.remembered <= MOST_BUCKETS + 2
    assert calls_until_refused(throttle, "robo") == 3


def test_where_no_pace_is_said_nobody_is_refused() -> None:
    assert calls_until_refused(Throttle(), "robo") == 1_000
