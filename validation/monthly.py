"""The arithmetic of remuneration by month: totals, months that count, averages."""

from collections.abc import Sequence

from validation.sums import LARGEST_AMOUNT

_GENERAL, _SHORT_TIME, _PART_TIME = 17, 11, 15
"""The fewest days that let a month count, by kind of worker."""


def fewest_days(*, short_time: bool) -> int:
    """The days from which a month counts."""
    return _SHORT_TIME if short_time else _GENERAL


def counted_months(
    days: Sequence[int], *, short_time: bool, part_time: bool
) -> Sequence[int]:
    """The places of the months that count, from 0; none of a part-timer's reaching
    17 days, those of 15 and more do.
    """
    reached = _reaching(days, fewest_days(short_time=short_time))
    if not reached and part_time and not short_time:
        return _reaching(days, _PART_TIME)
    return reached


def sum_and_average(totals: Sequence[int]) -> tuple[int, int]:
    """The sum of what counts and its average in whole yen, fractions cut off."""
    total = sum(totals)
    average = total // len(totals) if totals else 0
    return min(total, LARGEST_AMOUNT), min(average, LARGEST_AMOUNT)


def _reaching(days: Sequence[int], fewest: int) -> Sequence[int]:
    return [place for place, count in enumerate(days) if count >= fewest]
