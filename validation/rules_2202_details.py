"""Rules of the notice of dependants (2202): what its items say of each other."""

from collections.abc import Iterator
from itertools import combinations

from kamizero.model import Severity
from validation.ages import years_after
from validation.dependants import DEPENDANTS, missing
from validation.line import Found, Line
from validation.registry import first_line, rule

_FORM = ("2202",)
_OTHER_BEGAN, _OTHER_END, _OTHER_RELATION = "5", "6", "10"
_DEATH, _MOVED_IN = "1", "1"
_SEVENTY_FIVE = 75


@rule(
    "2202.death_has_its_day",
    Severity.ERROR,
    ja="配偶者の死亡年月日は、理由が死亡のときに（そのときだけ）記入します。"
    "両方を確認してください。",
    en="The spouse's day of death goes with the reason death, and with no other. Check "
    "both.",
    forms=_FORM,
    passes=first_line(spouse_ended_why="1", spouse_died_on="9 030101"),
    fails=first_line(spouse_ended_why="1"),
)
def death_has_its_day(line: Line) -> Iterator[Found]:
    died = line.value("spouse_ended_why") == _DEATH
    if died == line.is_blank("spouse_died_on"):
        yield line.found("spouse_died_on", "spouse_ended_why")


@rule(
    "2202.other_is_told",
    Severity.WARNING,
    ja="「その他」を選んだときは、その内容を記入します。届出者に確認してください。",
    en='Where "other" is circled, the form must say which. Ask the submitter.',
    forms=_FORM,
    passes=first_line(other1_relation="10", other1_relation_other="いとこ"),
    fails=first_line(other1_relation="10"),
)
def other_is_told(line: Line) -> Iterator[Found]:
    told = (
        ("began_why", _OTHER_BEGAN, "began_other"),
        ("ended_why", _OTHER_END, "ended_other"),
        ("relation", _OTHER_RELATION, "relation_other"),
    )
    for who in DEPENDANTS:
        for item, other, text in told:
            if line.value(f"{who}{item}") == other:
                yield from missing(line, who, [text])


@rule(
    "2202.moved_in_has_its_day",
    Severity.WARNING,
    ja="海外特例要件の非該当の理由が国内転入のときは、国内転入日が必要です。"
    "届出者に確認してください。",
    en="Where the exception ends by moving to Japan, that day is needed. Ask the "
    "submitter.",
    forms=_FORM,
    passes=first_line(spouse_home_why="1", spouse_moved_in_on="9 030101"),
    fails=first_line(spouse_home_why="1"),
)
def moved_in_has_its_day(line: Line) -> Iterator[Found]:
    for who in DEPENDANTS:
        if line.value(f"{who}home_why") == _MOVED_IN:
            yield from missing(line, who, ["moved_in_on"])


@rule(
    "2202.dependant_is_75",
    Severity.WARNING,
    ja="被扶養者になった日に75歳以上のため、健康保険の被扶養者になれません。"
    "生年月日と日付を確認してください。",
    en="From 75 nobody is a dependant of health insurance. Check birth date and day.",
    forms=_FORM,
    passes=first_line(other1_birth_date="5 210102", other1_began_on="9 030101"),
    fails=first_line(other1_birth_date="5 210101", other1_began_on="9 030101"),
)
def dependant_is_75(line: Line) -> Iterator[Found]:
    for who in DEPENDANTS:
        born, began = line.date(f"{who}birth_date"), line.date(f"{who}began_on")
        if born and began and began >= years_after(born, _SEVENTY_FIVE):
            yield line.found(f"{who}birth_date", f"{who}began_on")


@rule(
    "2202.number_of_another",
    Severity.ERROR,
    ja="同じ個人番号が2人に記入されています。それぞれの番号を確認してください。",
    en="Two persons have the same individual number. Check each number.",
    forms=_FORM,
    passes=first_line(my_number="123456789018", spouse_my_number="234567890121"),
    fails=first_line(my_number="123456789018", spouse_my_number="123456789018"),
)
def number_of_another(line: Line) -> Iterator[Found]:
    for one, other in combinations(line.holding("my_number"), 2):
        if line.value(one) and line.value(one) == line.value(other):
            yield line.found(one, other)
