"""Rules of the notice of bonus payment (2265)."""

from collections.abc import Iterator

from kamizero.model import Severity
from validation.ages import reaches
from validation.line import Found, Line
from validation.payment import paid_on, payment_field
from validation.registry import first_line, rule
from validation.sums import wrong_sums

_FORM = ("2265",)
_SMALLEST_BONUS = 1000


@rule(
    "2265.total_is_bonus_in_thousands",
    Severity.ERROR,
    ja="賞与額が、通貨と現物の合計の千円未満を切り捨てた額（{sum}円）と一致しません。"
    "金額を確認してください。",
    en="The bonus is not cash plus in kind cut off to thousands ({sum} yen). Check the "
    "amounts.",
    forms=_FORM,
    items=("⑤", "⑥"),
    passes=first_line(bonus_cash="285,900", bonus_in_kind="0", bonus_total="285,000"),
    fails=first_line(bonus_cash="285,900", bonus_in_kind="0", bonus_total="285,900"),
)
def total_is_bonus_in_thousands(line: Line) -> Iterator[Found]:
    return wrong_sums(line, "2265.total_is_bonus_in_thousands")


@rule(
    "2265.total_too_small",
    Severity.ERROR,
    ja="賞与額が1,000円未満です。単位（円）と金額を確認してください。",
    en="The bonus is under 1,000 yen. Check the amount and that it is in yen.",
    forms=_FORM,
    items=("⑥",),
    passes=first_line(bonus_total="1000"),
    fails=first_line(bonus_total="285"),
)
def total_too_small(line: Line) -> Iterator[Found]:
    total = line.amount("bonus_total")
    if total is not None and total < _SMALLEST_BONUS:
        yield line.found("bonus_total")


@rule(
    "2265.line_paid_on_repeats_common",
    Severity.INFO,
    ja="賞与支払日が共通の支払日と同じため、この欄の記入は不要です。",
    en="The line's day of payment is the common one; it need not be repeated.",
    forms=_FORM,
    items=("④",),
    passes={"paid_on": "9 021210", "insured.1.paid_on": "9 021211"},
    fails={"paid_on": "9 021210", "insured.1.paid_on": "9 021210"},
)
def line_paid_on_repeats_common(line: Line) -> Iterator[Found]:
    own = line.date("paid_on")
    if own and own == line.head().date("paid_on"):
        yield line.found("paid_on")


@rule(
    "2265.over70_too_young",
    Severity.ERROR,
    ja="賞与支払日に70歳に達していません（{day}に到達）。"
    "生年月日、支払日、70歳以上の印を確認してください。",
    en="The person is not 70 on that day (from {day}). Check birth date, day and tick.",
    forms=_FORM,
    items=("③", "④", "⑧"),
    passes={"paid_on": "9 021231", **first_line(birth_date="5 260101", over70="1")},
    fails={"paid_on": "9 021231", **first_line(birth_date="5 260102", over70="1")},
)
def over70_too_young(line: Line) -> Iterator[Found]:
    born, paid = line.date("birth_date"), paid_on(line)
    if born and paid and line.ticked("over70") and paid < reaches(born, 70):
        day = reaches(born, 70).isoformat()
        yield _about_payment(line, "birth_date", "over70", day=day)


@rule(
    "2265.over70_expected",
    Severity.WARNING,
    ja="賞与支払日に70歳以上ですが、70歳以上被用者の印がありません。"
    "生年月日と印を確認してください。",
    en="The person is 70 or over on that day but the box is not ticked. Check both.",
    forms=_FORM,
    items=("③", "④", "⑧"),
    passes={"paid_on": "9 021231", **first_line(birth_date="5 260102")},
    fails={"paid_on": "9 021231", **first_line(birth_date="5 260101")},
)
def over70_expected(line: Line) -> Iterator[Found]:
    born, paid = line.date("birth_date"), paid_on(line)
    if not born or not paid or not line.is_blank("over70"):
        return
    if paid >= reaches(born, 70):
        yield _about_payment(line, "birth_date", "over70")


@rule(
    "2265.first_paid_day_after_paid_on",
    Severity.WARNING,
    ja="同一月内の初回支払日が賞与支払日より後です。両方の日を確認してください。",
    en="The month's first day of payment lies after the day of payment. Check both.",
    forms=_FORM,
    items=("④", "⑧"),
    passes={"paid_on": "9 021210", **first_line(first_paid_day="5")},
    fails={"paid_on": "9 021210", **first_line(first_paid_day="11")},
)
def first_paid_day_after_paid_on(line: Line) -> Iterator[Found]:
    first, paid = line.amount("first_paid_day"), paid_on(line)
    if first and paid and first > paid.day:
        yield _about_payment(line, "first_paid_day")


def _about_payment(line: Line, *items: str, **words: str) -> Found:
    """Object to the items and to whichever day of payment counts for the line."""
    names = [payment_field(line), *(line.name(item) for item in items)]
    return line.found_in(names, **words)
