"""Rules about the numbers of persons of 70 or over on the notices of pay."""

from collections.abc import Iterator
from typing import NamedTuple

from kamizero.model import Severity
from validation.line import Found, Line
from validation.registry import first_line, rule

_NUMBERS = ("my_number", "pension_number")


class _Notice(NamedTuple):
    """A notice on which only they have numbers: where these and the tick stand."""

    form: str
    numbers: str
    tick: str


_NOTICES = (
    _Notice("2265", "⑦", "⑧"),
    _Notice("2225", "⑰", "⑱"),
    _Notice("2221", "⑰", "⑱"),
)


def _number_required(line: Line) -> Iterator[Found]:
    if line.ticked("over70") and all(line.is_blank(item) for item in _NUMBERS):
        yield line.found(*_NUMBERS, "over70")


def _number_not_needed(line: Line) -> Iterator[Found]:
    written = [item for item in _NUMBERS if not line.is_blank(item)]
    if written and line.is_blank("over70"):
        yield line.found(*written, "over70")


for _notice in _NOTICES:
    rule(
        f"{_notice.form}.number_required",
        Severity.ERROR,
        ja="70歳以上被用者には、個人番号か基礎年金番号が必要です。"
        "届出者に確認してください。",
        en="For somebody of 70 or over the individual or pension number is needed. Ask "
        "the submitter.",
        forms=(_notice.form,),
        items=(_notice.numbers, _notice.tick),
        passes=first_line(over70="1", pension_number="1234567890"),
        fails=first_line(over70="1"),
    )(_number_required)
    rule(
        f"{_notice.form}.number_not_needed",
        Severity.WARNING,
        ja="個人番号・基礎年金番号は70歳以上被用者だけに記入します。"
        "70歳以上の印を確認してください。",
        en="Numbers are filed for persons of 70 or over only. Check the tick.",
        forms=(_notice.form,),
        items=(_notice.numbers, _notice.tick),
        passes=first_line(over70="1", my_number="123456789018"),
        fails=first_line(my_number="123456789018"),
    )(_number_not_needed)
