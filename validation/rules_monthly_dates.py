"""Rules about when: the months that the notices of monthly remuneration name."""

from collections.abc import Iterator, Sequence

from kamizero.model import Severity
from validation.ages import reaches
from validation.line import Found, Line
from validation.registry import Example, Judge, first_line, rule
from validation.year_month import (
    first_day,
    is_outside_era,
    last_day,
    months_after,
    named,
)

_BASE, _CHANGE = "2225", "2221"
_MONTHS_BEFORE = {_BASE: 5, _CHANGE: 3}
"""By form: how long before it applies the first month paid lies."""

_SEVENTY = 70
_SEPTEMBER = 9
_BASE_MONTHS = (4, 5, 6)


def _applies(year: str, month: str) -> Example:
    return first_line(applied_era="9", applied_year=year, applied_month=month)


_CHANGED: Example = first_line(previous_era="9", previous_year="02", previous_month="9")
_STARTS = {_BASE: _applies("03", "9"), _CHANGE: _applies("03", "7")}


@rule(
    "common.month_outside_era",
    Severity.WARNING,
    ja="年月が元号の期間外です（{month}として処理します）。"
    "元号と年の記載を確認してください。",
    en="A month lies outside the era it is written in; it is taken as {month}. Check "
    "era and year.",
    fields=named("applied"),
    passes=first_line(previous_era="7", previous_year="31", previous_month="4"),
    fails=first_line(previous_era="7", previous_year="32", previous_month="9"),
)
def month_outside_era(line: Line) -> Iterator[Found]:
    for name in ("applied", "previous"):
        month = first_day(line, name)
        if month and is_outside_era(line, name):
            yield line.found(*named(name), month=f"{month:%Y-%m}")


@rule(
    "2225.applies_from_september",
    Severity.ERROR,
    ja="算定基礎届の適用年月は9月です。届書の種類と月の記載を確認してください。",
    en="The base applies from September. Check which form it is, and the month.",
    forms=(_BASE,),
    items=("④",),
    passes=_applies("03", "9"),
    fails=_applies("03", "7"),
)
def applies_from_september(line: Line) -> Iterator[Found]:
    month = line.amount("applied_month")
    if month and month != _SEPTEMBER:
        yield line.found("applied_month")


@rule(
    "2225.back_pay_in_other_month",
    Severity.WARNING,
    ja="遡及支払の月は、算定の対象となる4月から6月です。月と金額を確認してください。",
    en="Back pay counts in April, May and June only. Check month and amount.",
    forms=(_BASE,),
    items=("⑧",),
    passes=first_line(retro_month="6", retro_amount="10000"),
    fails=first_line(retro_month="7", retro_amount="10000"),
)
def back_pay_in_other_month(line: Line) -> Iterator[Found]:
    month = line.amount("retro_month")
    if month and month not in _BASE_MONTHS:
        yield line.found("retro_month")


def _changed_later(line: Line) -> Iterator[Found]:
    applied, previous = first_day(line, "applied"), first_day(line, "previous")
    if applied and previous and previous >= applied:
        yield line.found(*named("previous"), *named("applied"))


def _too_young(line: Line) -> Iterator[Found]:
    born, last = line.date("birth_date"), last_day(line, "applied")
    if born and last and line.ticked("over70") and last < reaches(born, _SEVENTY):
        day = reaches(born, _SEVENTY).isoformat()
        yield line.found("birth_date", *named("applied"), "over70", day=day)


def _old_without_tick(form: str) -> Judge:
    def judge(line: Line) -> Iterator[Found]:
        born, applied = line.date("birth_date"), first_day(line, "applied")
        if not born or not applied or not line.is_blank("over70"):
            return
        # Whoever turns 70 in between is filed as insured, as 70 or over, or as both.
        if months_after(applied, -_MONTHS_BEFORE[form]) >= reaches(born, _SEVENTY):
            yield line.found("birth_date", *named("applied"), "over70")

    return judge


def _in_halves(items: Sequence[str]) -> Judge:
    def judge(line: Line) -> Iterator[Found]:
        blank = [item for item in items if line.is_blank(item)]
        if blank and len(blank) < len(items):
            yield line.found(*items)

    return judge


for _form, _start in _STARTS.items():
    rule(
        f"{_form}.changed_later_than_applied",
        Severity.WARNING,
        ja="従前改定月が、今回の改定・適用の年月以後です。両方の年月を確認してください。",
        en="The change before is not before this one. Check both months.",
        forms=(_form,),
        items=("④", "⑥"),
        passes={**_start, **_CHANGED},
        fails={**_start, **_CHANGED, **first_line(previous_year="03")},
    )(_changed_later)
    rule(
        f"{_form}.over70_too_young",
        Severity.ERROR,
        ja="適用・改定の月に70歳に達していません（{day}に到達）。"
        "生年月日、年月、70歳以上の印を確認してください。",
        en="The person is not 70 in that month (from {day}). Check birth date, month "
        "and tick.",
        forms=(_form,),
        items=("③", "④", "⑱"),
        passes={**_start, **first_line(birth_date="5 260801", over70="1")},
        fails={**_start, **first_line(birth_date="5 261002", over70="1")},
    )(_too_young)
    rule(
        f"{_form}.over70_expected",
        Severity.WARNING,
        ja="算定の対象となる月の前から70歳以上ですが、70歳以上被用者の印がありません。"
        "生年月日と印を確認してください。",
        en="The person is 70 or over in all months paid but the box is not ticked. "
        "Check both.",
        forms=(_form,),
        items=("③", "④", "⑱"),
        passes={**_start, **first_line(birth_date="5 260403")},
        fails={**_start, **first_line(birth_date="5 260402")},
    )(_old_without_tick(_form))
    rule(
        f"{_form}.raise_in_halves",
        Severity.WARNING,
        ja="昇(降)給の月と区分は、両方とも記入します。届書を確認してください。",
        en="Month and kind of a rise or cut are given together. Check the filing.",
        forms=(_form,),
        items=("⑦",),
        passes=first_line(raise_month="4", raise_kind="1"),
        fails=first_line(raise_month="4"),
    )(_in_halves(("raise_month", "raise_kind")))
    rule(
        f"{_form}.back_pay_in_halves",
        Severity.WARNING,
        ja="遡及支払の月と額は、両方とも記入します。届書を確認してください。",
        en="Month and amount of back pay are given together. Check the filing.",
        forms=(_form,),
        items=("⑧",),
        passes=first_line(retro_month="5", retro_amount="10000"),
        fails=first_line(retro_amount="10000"),
    )(_in_halves(("retro_month", "retro_amount")))
