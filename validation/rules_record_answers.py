"""The rule that tells of a system of record that did not answer."""

from collections.abc import Iterator

from kamizero.errors import RecordsUnavailableError
from kamizero.model import Severity
from validation.line import Found, Line
from validation.records import known_offices, named_person
from validation.registry import first_line, rule

_NAMING = ("my_number", "pension_number", "serial_number")


@rule(
    "records.not_checked",
    Severity.WARNING,
    ja="登録情報システムが応答しないため、登録と照合していません。"
    "復旧後に再確認するか、別の方法で確認してください。",
    en="The system of record did not answer: nothing was compared with it. Check "
    "again once it is back, or by other means.",
    passes=first_line(pension_number="1234567890"),
    fails=first_line(pension_number="5555555555"),
)
def not_checked(line: Line) -> Iterator[Found]:
    try:
        known_offices(line.head())
        named_person(line)
    except RecordsUnavailableError:
        written = [item for item in _NAMING if line.value(item)]
        yield line.found(*written, "office.symbol", "office.number")
