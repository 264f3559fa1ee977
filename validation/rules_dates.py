"""Rules about dates: they exist, lie in their era, and not in the future."""

from collections.abc import Iterator
from datetime import timedelta

from forms.definition import Field, FieldType
from forms.grammar import ERAS, parse_written
from kamizero.model import FieldState, Severity
from validation.line import Found, Line
from validation.registry import Scope, first_line, rule

EVENTS = ("acquired_on", "lost_on", "left_on", "over70_ended_on", "paid_on")
"""Items that say when something happened to a person."""

_EVENT_ERAS = ("7", "9")
_RETROACTIVE = timedelta(days=60)
_OLDEST_AGE = 120


@rule(
    "common.date_does_not_exist",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="「{label}」に存在しない日付（{written}）が記入されています。"
    "届出者に照会してください。",
    en='"{label_en}" is a day that does not exist ({written}). Ask the submitter.',
    passes=first_line(birth_date="5 150229"),
    fails=first_line(birth_date="7 020230"),
)
def date_does_not_exist(head: Line) -> Iterator[Found]:
    for field in _written_without_value(head):
        written = parse_written(head.filing.text(field.name))
        if written is not None:
            words = f"{ERAS[written.era].label}{_in_groups(written.digits)}"
            yield _about(head, field, written=words)


@rule(
    "common.date_incomplete",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="「{label}」の元号または年月日が不足しています。"
    "届書を確認し、必要なら照会してください。",
    en='"{label_en}" lacks its era or some of its digits. Check the filing, ask if '
    "needed.",
    passes=first_line(birth_date="7 020512"),
    fails=first_line(birth_date="020512"),
)
def date_incomplete(head: Line) -> Iterator[Found]:
    for field in _written_without_value(head):
        if parse_written(head.filing.text(field.name)) is None:
            yield _about(head, field)


@rule(
    "common.date_outside_era",
    Severity.WARNING,
    scope=Scope.FILING,
    ja="「{label}」は{era}の期間外です（{value}として処理します）。"
    "元号と年の記載を確認してください。",
    en='"{label_en}" lies outside the era it is written in; it is taken as {value}. '
    "Check era and year.",
    passes=first_line(birth_date="7 310430"),
    fails=first_line(birth_date="7 310501"),
)
def date_outside_era(head: Line) -> Iterator[Found]:
    for field in _dates(head):
        written = head.filing.written_date(field.name)
        value = head.filing.date(field.name)
        if written and value and not ERAS[written.era].holds(value):
            era = ERAS[written.era].label
            yield _about(head, field, era=era, value=value.isoformat())


@rule(
    "common.event_date_era",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="「{label}」の元号は平成か令和でなければなりません。"
    "元号の記載を確認してください。",
    en='"{label_en}" must be in Heisei or Reiwa. Check the era.',
    passes={"insured.1.paid_on": "9 021210", "insured.1.acquired_on": "7 310401"},
    fails={"insured.1.paid_on": "5 620210", "insured.1.acquired_on": "5 620401"},
)
def event_date_era(head: Line) -> Iterator[Found]:
    for field in _events(head):
        value = head.filing.date(field.name)
        written = head.filing.written_date(field.name)
        era_is_wrong = written is not None and written.era not in _EVENT_ERAS
        if value and (era_is_wrong or value < ERAS["7"].first):
            yield _about(head, field)


@rule(
    "common.future_date",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="「{label}」が未来の日付です。記載を確認し、必要なら照会してください。",
    en='"{label_en}" lies in the future. Check it, ask if needed.',
    passes=first_line(birth_date="9 030401"),
    fails=first_line(birth_date="9 030402"),
)
def future_date(head: Line) -> Iterator[Found]:
    for field in _dates(head):
        value = head.filing.date(field.name)
        if value and value > head.today:
            yield _about(head, field)


@rule(
    "common.event_after_submission",
    Severity.WARNING,
    scope=Scope.FILING,
    ja="「{label}」が提出日より後です。提出日とあわせて確認してください。",
    en='"{label_en}" lies after the day of submission. Check both.',
    passes={
        "submitted_on": "9 030105",
        "insured.1.acquired_on": "9 030105",
        "insured.1.lost_on": "9 030105",
        "insured.1.paid_on": "9 030105",
    },
    fails={
        "submitted_on": "9 030105",
        "insured.1.acquired_on": "9 030106",
        "insured.1.lost_on": "9 030106",
        "insured.1.paid_on": "9 030106",
    },
)
def event_after_submission(head: Line) -> Iterator[Found]:
    submitted = head.date("submitted_on")
    for field in _events(head):
        value = head.filing.date(field.name)
        if submitted and value and submitted < value <= head.today:
            yield head.found(
                field.name,
                "submitted_on",
                label=field.label,
                label_en=field.label_en,
            )


@rule(
    "common.retroactive",
    Severity.WARNING,
    ja="資格の取得・喪失から60日を超えた遡及の届出です。"
    "事実を確認できる書類の添付を確認してください。",
    en="The event lies more than 60 days back. Check that papers proving it are "
    "attached.",
    passes={"submitted_on": "9 030302", "insured.1.acquired_on": "9 030101"},
    fails={"submitted_on": "9 030303", "insured.1.acquired_on": "9 030101"},
)
def retroactive(line: Line) -> Iterator[Found]:
    filed = line.head().date("submitted_on") or line.today
    for item in ("acquired_on", "lost_on"):
        value = line.date(item)
        if value and filed - value > _RETROACTIVE:
            yield line.found(item)


@rule(
    "common.born_after_event",
    Severity.ERROR,
    ja="生年月日が「{label}」以後の日付です。両方の記載を確認してください。",
    en='The birth date is not before "{label_en}". Check both.',
    passes=first_line(
        birth_date="7 020512",
        acquired_on="9 030101",
        lost_on="9 030101",
        paid_on="9 030101",
    ),
    fails=first_line(
        birth_date="9 030101",
        acquired_on="9 030101",
        lost_on="9 030101",
        paid_on="9 030101",
    ),
)
def born_after_event(line: Line) -> Iterator[Found]:
    born = line.date("birth_date")
    for field in _events(line):
        value = line.filing.date(field.name)
        if field.entry in (None, line.n) and born and value and born >= value:
            yield line.found_in(
                (line.name("birth_date"), field.name),
                label=field.label,
                label_en=field.label_en,
            )


@rule(
    "common.birth_date_implausible",
    Severity.WARNING,
    ja="生年月日が120年以上前の日付です。元号と年の記載を確認してください。",
    en="The birth date lies 120 years back or more. Check era and year.",
    passes=first_line(birth_date="5 010101"),
    fails=first_line(birth_date="1 100101"),
)
def birth_date_implausible(line: Line) -> Iterator[Found]:
    born = line.date("birth_date")
    if born and line.today.year - born.year >= _OLDEST_AGE:
        yield line.found("birth_date")


def _dates(head: Line) -> list[Field]:
    return [f for f in head.filing.form.fields if f.type is FieldType.DATE]


def _events(line: Line) -> list[Field]:
    return [f for f in _dates(line) if f.name.rsplit(".", maxsplit=1)[-1] in EVENTS]


def _written_without_value(head: Line) -> list[Field]:
    return [
        field
        for field in _dates(head)
        if head.filing.state(field.name) is FieldState.READ
        and not head.value(field.name)
    ]


def _in_groups(digits: str) -> str:
    return f"{int(digits[:2])}年{int(digits[2:4])}月{int(digits[4:])}日"


def _about(head: Line, field: Field, **words: str) -> Found:
    return head.found(field.name, label=field.label, label_en=field.label_en, **words)
