"""Rules of the base of the standard remuneration (2225) and of its change (2221)."""

from collections.abc import Iterator, Sequence

from kamizero.model import Severity
from validation.line import Found, Line
from validation.monthly import counted_months, fewest_days, sum_and_average
from validation.registry import Example, Judge, first_line, rule
from validation.sums import LARGEST_AMOUNT, wrong_sums

_BASE, _CHANGE = "2225", "2221"
_SMALLEST = 1000
_PLACES = (1, 2, 3)

_PAID: Example = first_line(
    month_1="07",
    month_2="08",
    month_3="09",
    applied_month="10",
    days_1="31",
    days_2="31",
    days_3="16",
    cash_1="260000",
    cash_2="260000",
    cash_3="161000",
    in_kind_1="0",
    in_kind_2="0",
    in_kind_3="0",
    total_1="260000",
    total_2="260000",
    total_3="161000",
)
_BASE_PAID: Example = {**_PAID, **first_line(sum="520000", average="260000")}
_CHANGE_PAID: Example = {
    **_PAID,
    **first_line(days_3="30", sum="681000", average="227000"),
}


def _watching_sums(rule: str) -> Judge:
    return lambda line: wrong_sums(line, rule)


def _corrected_average_too_small(line: Line) -> Iterator[Found]:
    corrected = line.amount("corrected_average")
    if corrected is not None and corrected < _SMALLEST:
        yield line.found("corrected_average")


for _form, _example in ((_BASE, _BASE_PAID), (_CHANGE, _CHANGE_PAID)):
    rule(
        f"{_form}.total_of_month",
        Severity.ERROR,
        ja="月の合計が通貨と現物の合計（{sum}円）と一致しません。金額を確認してください。",
        en="The total of a month is not cash plus in kind ({sum} yen). Check the "
        "amounts.",
        forms=(_form,),
        passes=_example,
        fails={**_example, **first_line(in_kind_2="1")},
    )(_watching_sums(f"{_form}.total_of_month"))
    rule(
        f"{_form}.corrected_average_too_small",
        Severity.ERROR,
        ja="修正平均額が1,000円未満です。単位（円）と金額を確認してください。",
        en="The corrected average is under 1,000 yen. Check that it is in yen.",
        forms=(_form,),
        passes=first_line(corrected_average="1000"),
        fails=first_line(corrected_average="260"),
    )(_corrected_average_too_small)


@rule(
    "2225.sum_of_counted_months",
    Severity.WARNING,
    ja="総計が、算定の対象となる月の合計（{sum}円）と一致しません。"
    "基礎日数と金額を確認してください。",
    en="The sum is not that of the months that count ({sum} yen). Check days and "
    "amounts.",
    forms=(_BASE,),
    passes=_BASE_PAID,
    fails={**_BASE_PAID, **first_line(sum="681000")},
)
def sum_of_counted_months(line: Line) -> Iterator[Found]:
    totals = _counted(line)
    written = line.amount("sum")
    if totals is None or written is None:
        return
    expected, _ = sum_and_average(totals)
    if written != expected:
        yield line.found("sum", *_named("days"), *_named("total"), sum=f"{expected:,}")


@rule(
    "2225.average_of_counted_months",
    Severity.WARNING,
    ja="平均額が、算定の対象となる月の平均（{average}円、円未満切捨て）と"
    "一致しません。金額を確認してください。",
    en="The average is not that of the months that count ({average} yen, fractions cut "
    "off). Check the amounts.",
    forms=(_BASE,),
    passes=_BASE_PAID,
    fails={**_BASE_PAID, **first_line(average="260001")},
)
def average_of_counted_months(line: Line) -> Iterator[Found]:
    totals = _counted(line)
    written = line.amount("average")
    if totals is None or written is None or LARGEST_AMOUNT in totals:
        return
    _, expected = sum_and_average(totals)
    if written != expected:
        yield line.found("average", *_named("total"), average=f"{expected:,}")


@rule(
    "2221.sum_of_three_months",
    Severity.ERROR,
    ja="総計が3か月の合計（{sum}円）と一致しません。金額を確認してください。",
    en="The sum is not that of the three months ({sum} yen). Check the amounts.",
    forms=(_CHANGE,),
    passes=_CHANGE_PAID,
    fails={**_CHANGE_PAID, **first_line(sum="681001")},
)
def sum_of_three_months(line: Line) -> Iterator[Found]:
    return wrong_sums(line, "2221.sum_of_three_months")


@rule(
    "2221.average_of_three_months",
    Severity.ERROR,
    ja="平均額が3か月の平均（{average}円、円未満切捨て）と一致しません。"
    "金額を確認してください。",
    en="The average is not that of the three months ({average} yen, fractions cut "
    "off). Check the amounts.",
    forms=(_CHANGE,),
    passes=_CHANGE_PAID,
    fails={**_CHANGE_PAID, **first_line(average="227001")},
)
def average_of_three_months(line: Line) -> Iterator[Found]:
    totals, written = _amounts(line, "total"), line.amount("average")
    if totals is None or written is None or LARGEST_AMOUNT in totals:
        return
    if not line.is_blank("corrected_average"):
        return
    _, expected = sum_and_average(totals)
    if written != expected:
        yield line.found("average", *_named("total"), average=f"{expected:,}")


@rule(
    "2221.average_too_small",
    Severity.ERROR,
    ja="平均額が1,000円未満です。単位（円）と金額を確認してください。",
    en="The average is under 1,000 yen. Check the amount and that it is in yen.",
    forms=(_CHANGE,),
    passes=first_line(average="1000"),
    fails=first_line(average="227"),
)
def average_too_small(line: Line) -> Iterator[Found]:
    average = line.amount("average")
    is_alone = line.is_blank("corrected_average")
    if average is not None and average < _SMALLEST and is_alone:
        yield line.found("average")


@rule(
    "2221.months_follow",
    Severity.ERROR,
    ja="支給月は続いた3か月で、その翌月が改定月です。月を確認してください。",
    en="The months paid are three in a row, and the change is in the month after. "
    "Check the months.",
    forms=(_CHANGE,),
    passes={
        **_CHANGE_PAID,
        **first_line(month_1="11", month_2="12", month_3="01", applied_month="02"),
    },
    fails={**_CHANGE_PAID, **first_line(month_3="10")},
)
def months_follow(line: Line) -> Iterator[Found]:
    names = (*_named("month"), "applied_month")
    months = [line.amount(name) for name in names]
    known = [month for month in months if month is not None]
    if len(known) < len(months):
        return
    expected = [(known[0] - 1 + step) % 12 + 1 for step in range(4)]
    if known != expected:
        yield line.found(*names)


@rule(
    "2221.days_too_few",
    Severity.ERROR,
    ja="{n}か月目の基礎日数が{fewest}日未満です。月額変更の対象か、"
    "日数と短時間労働者の印を確認してください。",
    en="Month {n} has fewer than {fewest} days. Check the days, the tick for "
    "short-time workers, and whether a change is due.",
    forms=(_CHANGE,),
    passes={**_CHANGE_PAID, **first_line(days_3="16", short_time="1")},
    fails={**_CHANGE_PAID, **first_line(days_3="16")},
)
def days_too_few(line: Line) -> Iterator[Found]:
    fewest = fewest_days(short_time=line.ticked("short_time"))
    for n in _PLACES:
        days = line.amount(f"days_{n}")
        if days is not None and days < fewest:
            yield line.found(f"days_{n}", "short_time", n=str(n), fewest=str(fewest))


def _counted(line: Line) -> Sequence[int] | None:
    """The totals of the months that count, None where days or totals are unclear."""
    days, totals = _amounts(line, "days"), _amounts(line, "total")
    if days is None or totals is None:
        return None
    # These are averaged over a year that stands on another paper.
    if line.ticked("yearly_average"):
        return None
    places = counted_months(
        days,
        short_time=line.ticked("short_time"),
        part_time=line.ticked("part_time"),
    )
    return [totals[place] for place in places]


def _amounts(line: Line, item: str) -> Sequence[int] | None:
    amounts = [line.amount(f"{item}_{n}") for n in _PLACES]
    known = [amount for amount in amounts if amount is not None]
    return known if len(known) == len(amounts) else None


def _named(item: str) -> Sequence[str]:
    return [f"{item}_{n}" for n in _PLACES]
