"""Rules of the notice of loss (2201)."""

from collections.abc import Iterator
from datetime import timedelta

from kamizero.model import Severity
from validation.ages import reaches, years_after
from validation.line import Found, Line
from validation.registry import first_line, rule

_FORM = ("2201",)
_LEFT, _DIED, _SEVENTY_FIVE = "4", "5", "7"
_CAUSES_WITH_DAY = (_LEFT, _DIED)
_NEXT_DAY = timedelta(days=1)


@rule(
    "2201.lost_on_is_day_after_left_on",
    Severity.ERROR,
    ja="資格喪失日は退職日・死亡日の翌日（{expected}）です。"
    "両方の日付を確認し、必要なら照会してください。",
    en="Insurance is lost on the day after leaving or death ({expected}). Check both "
    "dates, ask if needed.",
    forms=_FORM,
    items=("⑤", "⑥"),
    passes=first_line(cause="4", left_on="9 021231", lost_on="9 030101"),
    fails=first_line(cause="4", left_on="9 021231", lost_on="9 021231"),
)
def lost_on_is_day_after_left_on(line: Line) -> Iterator[Found]:
    lost, left = line.date("lost_on"), line.date("left_on")
    if not lost or not left or line.value("cause") not in _CAUSES_WITH_DAY:
        return
    expected = left + _NEXT_DAY
    if lost != expected:
        yield line.found("lost_on", "left_on", "cause", expected=expected.isoformat())


@rule(
    "2201.lost_on_required",
    Severity.ERROR,
    ja="資格喪失年月日が記入されていません。届出者に確認してください。",
    en="The day insurance was lost is not filled in. Ask the submitter.",
    forms=_FORM,
    items=("⑤", "⑧"),
    passes=first_line(name_kana="サトウ　ハナ", over70_ended="1"),
    fails=first_line(name_kana="サトウ　ハナ"),
)
def lost_on_required(line: Line) -> Iterator[Found]:
    # Somebody of 70 or over may be filed for the pension scheme's notice alone.
    if line.is_blank("lost_on") and not line.ticked("over70_ended"):
        yield line.found("lost_on", "over70_ended")


@rule(
    "2201.number_required",
    Severity.ERROR,
    ja="個人番号か基礎年金番号のどちらかが必要です。届出者に確認してください。",
    en="Either the individual or the pension number is needed. Ask the submitter.",
    forms=_FORM,
    items=("④",),
    passes=first_line(name_kana="サトウ　ハナ", pension_number="1234567890"),
    fails=first_line(name_kana="サトウ　ハナ"),
)
def number_required(line: Line) -> Iterator[Found]:
    if line.is_blank("my_number") and line.is_blank("pension_number"):
        yield line.found("my_number", "pension_number")


@rule(
    "2201.left_on_required",
    Severity.ERROR,
    ja="喪失原因が退職等・死亡のときは、退職日・死亡日が必要です。"
    "届出者に確認してください。",
    en="With this cause the day of leaving or death is needed. Ask the submitter.",
    forms=_FORM,
    items=("⑥",),
    passes=first_line(cause="5", left_on="9 021231"),
    fails=first_line(cause="5"),
)
def left_on_required(line: Line) -> Iterator[Found]:
    if line.value("cause") in _CAUSES_WITH_DAY and line.is_blank("left_on"):
        yield line.found("cause", "left_on")


@rule(
    "2201.left_on_not_for_cause",
    Severity.ERROR,
    ja="この喪失原因では退職日・死亡日を記入しません。喪失原因の○を確認してください。",
    en="With this cause there is no day of leaving or death. Check the cause.",
    forms=_FORM,
    items=("⑥",),
    passes=first_line(cause="4", left_on="9 021231"),
    fails=first_line(cause="9", left_on="9 021231"),
)
def left_on_not_for_cause(line: Line) -> Iterator[Found]:
    cause = line.value("cause")
    if cause and cause not in _CAUSES_WITH_DAY and not line.is_blank("left_on"):
        yield line.found("cause", "left_on")


@rule(
    "2201.not_yet_75",
    Severity.ERROR,
    ja="資格喪失日に75歳に達していません（{day}に到達）。"
    "生年月日、喪失日、喪失原因を確認してください。",
    en="The person is not 75 on that day (from {day}). Check birth date, day, cause.",
    forms=_FORM,
    items=("③", "⑤", "⑥"),
    passes=first_line(birth_date="5 210101", lost_on="9 030101", cause="7"),
    fails=first_line(birth_date="5 210102", lost_on="9 030101", cause="7"),
)
def not_yet_75(line: Line) -> Iterator[Found]:
    born, lost = line.date("birth_date"), line.date("lost_on")
    if not born or not lost or line.value("cause") != _SEVENTY_FIVE:
        return
    day = years_after(born, 75)
    if lost < day:
        yield line.found("birth_date", "lost_on", "cause", day=day.isoformat())


@rule(
    "2201.over70_ended_on_required",
    Severity.ERROR,
    ja="70歳以上被用者不該当に印があるため、不該当年月日が必要です。"
    "届出者に確認してください。",
    en="The box for 70 or over is ticked, so its date is needed. Ask the submitter.",
    forms=_FORM,
    items=("⑧",),
    passes=first_line(over70_ended="1", over70_ended_on="9 021231"),
    fails=first_line(over70_ended="1"),
)
def over70_ended_on_required(line: Line) -> Iterator[Found]:
    if line.ticked("over70_ended") and line.is_blank("over70_ended_on"):
        yield line.found("over70_ended", "over70_ended_on")


@rule(
    "2201.over70_ended_not_ticked",
    Severity.ERROR,
    ja="不該当年月日がありますが、70歳以上被用者不該当に印がありません。"
    "両方の記載を確認してください。",
    en="There is a date for 70 or over but its box is not ticked. Check both.",
    forms=_FORM,
    items=("⑧",),
    passes=first_line(over70_ended="1", over70_ended_on="9 021231"),
    fails=first_line(over70_ended_on="9 021231"),
)
def over70_ended_not_ticked(line: Line) -> Iterator[Found]:
    if line.is_blank("over70_ended") and not line.is_blank("over70_ended_on"):
        yield line.found("over70_ended", "over70_ended_on")


@rule(
    "2201.over70_ended_on_is_left_on",
    Severity.ERROR,
    ja="不該当年月日は退職日・死亡日（{expected}）と同じ日です（翌日ではありません）。"
    "両方の日付を確認してください。",
    en="The date for 70 or over is the day of leaving or death itself ({expected}). "
    "Check both dates.",
    forms=_FORM,
    items=("⑥", "⑧"),
    passes=first_line(
        cause="4", left_on="9 021231", over70_ended="1", over70_ended_on="9 021231"
    ),
    fails=first_line(
        cause="4", left_on="9 021231", over70_ended="1", over70_ended_on="9 030101"
    ),
)
def over70_ended_on_is_left_on(line: Line) -> Iterator[Found]:
    ended, left = line.date("over70_ended_on"), line.date("left_on")
    if not ended or not left or line.value("cause") not in _CAUSES_WITH_DAY:
        return
    if ended != left:
        yield line.found(
            "over70_ended_on", "left_on", "cause", expected=left.isoformat()
        )


@rule(
    "2201.over70_too_young",
    Severity.ERROR,
    ja="不該当年月日に70歳に達していません（{day}に到達）。"
    "生年月日と不該当年月日を確認してください。",
    en="The person is not 70 on that day (from {day}). Check birth date and day.",
    forms=_FORM,
    items=("③", "⑧"),
    passes=first_line(birth_date="5 260101", over70_ended_on="9 021231"),
    fails=first_line(birth_date="5 260102", over70_ended_on="9 021231"),
)
def over70_too_young(line: Line) -> Iterator[Found]:
    born, ended = line.date("birth_date"), line.date("over70_ended_on")
    if born and ended and ended < reaches(born, 70):
        day = reaches(born, 70).isoformat()
        yield line.found("birth_date", "over70_ended_on", "over70_ended", day=day)


@rule(
    "2201.over70_ended_expected",
    Severity.WARNING,
    ja="退職日・死亡日に70歳以上ですが、70歳以上被用者不該当に印がありません。"
    "生年月日と印を確認してください。",
    en="The person is 70 or over on that day but the box is not ticked. Check both.",
    forms=_FORM,
    items=("③", "⑥", "⑧"),
    passes=first_line(birth_date="5 260102", left_on="9 021231"),
    fails=first_line(birth_date="5 260101", left_on="9 021231"),
)
def over70_ended_expected(line: Line) -> Iterator[Found]:
    born, left = line.date("birth_date"), line.date("left_on")
    if not born or not left or not line.is_blank("over70_ended"):
        return
    if left >= reaches(born, 70):
        yield line.found("birth_date", "left_on", "over70_ended")
