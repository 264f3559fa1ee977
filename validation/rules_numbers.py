"""Rules about numbers as written: length, check digit, values that are reserved."""

from collections.abc import Iterator
from typing import NamedTuple

from forms.definition import FieldType
from forms.grammar import is_valid, my_number_is_valid
from kamizero.model import Severity
from validation.line import Found, Line
from validation.registry import Example, Judge, Scope, first_line, rule


class _Shape(NamedTuple):
    """What one format demands."""

    format: str
    severity: Severity
    ja: str
    en: str
    passes: Example
    fails: Example


_SHAPES = (
    _Shape(
        "pension_number",
        Severity.ERROR,
        "基礎年金番号は10桁で、課所符号0000と一連番号000000は使えません。"
        "年金手帳等で確認してください。",
        "A basic pension number has 10 digits; office code 0000 and serial 000000 "
        "do not exist. Check it against the pension book.",
        first_line(pension_number="1234567890"),
        first_line(pension_number="0000567890"),
    ),
    _Shape(
        "postal_code",
        Severity.ERROR,
        "郵便番号は7桁で、上3桁に000は使えません。住所と合わせて確認してください。",
        "A postal code has 7 digits and does not begin with 000. Check it with the "
        "address.",
        {"office.postal_code": "1000013"},
        {"office.postal_code": "0001234"},
    ),
    _Shape(
        "phone",
        Severity.WARNING,
        "電話番号の桁数または区切りが正しくありません。"
        "03-1234-5678 のように3つに区切って入力してください。",
        "The phone number is not three groups such as 03-1234-5678. Check it.",
        {"office.phone": "03-1234-5678"},
        {"office.phone": "03-1234"},
    ),
    _Shape(
        "office_symbol",
        Severity.ERROR,
        "事業所整理記号は、郡市区符号2桁（00・99を除く）と、英数字のみ"
        "またはカナのみの4文字以内の記号です。適用通知書等で確認してください。",
        "An office symbol is a district code of 2 digits (not 00 or 99) and up to 4 "
        "letters and digits, or up to 4 kana. Check the office's notice.",
        {"office.symbol": "01-ケイト"},
        {"office.symbol": "00-ケイト"},
    ),
    _Shape(
        "office_number",
        Severity.ERROR,
        "事業所番号は5桁以内の数字で、すべて0は使えません。"
        "適用通知書等で確認してください。",
        "An office number has up to 5 digits, not all zeros. Check the office's "
        "notice.",
        {"office.number": "12345"},
        {"office.number": "00000"},
    ),
    _Shape(
        "serial_number",
        Severity.ERROR,
        "被保険者整理番号は6桁以内の数字で、すべて0は使えません。"
        "被保険者名簿で確認してください。",
        "A serial number has up to 6 digits, not all zeros. Check the office's list "
        "of insured persons.",
        first_line(serial_number="12"),
        first_line(serial_number="000"),
    ),
    _Shape(
        "count",
        Severity.ERROR,
        "枚数は2桁以内の数字で記入します。届書を確認してください。",
        "A count has up to 2 digits. Check the filing.",
        first_line(cards_returned="1"),
        first_line(cards_returned="1A"),
    ),
    _Shape(
        "day",
        Severity.ERROR,
        "日は1から31までの数字で記入します。届書を確認してください。",
        "A day is a number from 1 to 31. Check the filing.",
        first_line(first_paid_day="10"),
        first_line(first_paid_day="32"),
    ),
    _Shape(
        "year",
        Severity.ERROR,
        "年は01から99までの数字（和暦）で記入します。届書を確認してください。",
        "A year is a number of its era from 01 to 99. Check the filing.",
        first_line(applied_year="02"),
        first_line(applied_year="00"),
    ),
    _Shape(
        "month",
        Severity.ERROR,
        "月は1から12までの数字で記入します。届書を確認してください。",
        "A month is a number from 1 to 12. Check the filing.",
        first_line(applied_month="9"),
        first_line(applied_month="13"),
    ),
    _Shape(
        "days",
        Severity.ERROR,
        "日数は0から31までの数字で記入します。出勤簿等で確認してください。",
        "A number of days is from 0 to 31. Check it with the attendance list.",
        first_line(days_1="31"),
        first_line(days_1="32"),
    ),
    _Shape(
        "thousands",
        Severity.ERROR,
        "標準報酬月額は千円単位の4桁以内の数字で、すべて0は使えません。"
        "決定通知書で確認してください。",
        "A standard remuneration has up to 4 digits in thousand yen, not all zeros. "
        "Check the notice of the decision.",
        first_line(previous_health="260"),
        first_line(previous_health="0000"),
    ),
)


def _of_format(wanted: str) -> Judge:
    def judge(head: Line) -> Iterator[Found]:
        for field in head.filing.form.fields:
            if field.format != wanted:
                continue
            value = head.value(field.name)
            if value and not is_valid(field.type, field.format, value):
                yield head.found(field.name)

    return judge


for _shape in _SHAPES:
    rule(
        f"common.{_shape.format}",
        _shape.severity,
        scope=Scope.FILING,
        ja=_shape.ja,
        en=_shape.en,
        passes=_shape.passes,
        fails=_shape.fails,
    )(_of_format(_shape.format))


@rule(
    "common.my_number_length",
    Severity.ERROR,
    ja="個人番号が12桁の数字ではありません。届書を確認し、必要なら照会してください。",
    en="The individual number is not 12 digits. Check the filing, ask if needed.",
    passes=first_line(my_number="123456789018"),
    fails=first_line(my_number="12345678901"),
)
def my_number_length(line: Line) -> Iterator[Found]:
    for item in line.holding("my_number"):
        number = line.value(item)
        if number and not _is_twelve_digits(number):
            yield line.found(item)


@rule(
    "common.my_number_check_digit",
    Severity.ERROR,
    ja="個人番号の検査数字（末尾の1桁）が合いません。"
    "読み取りを確認し、記載どおりなら届出者に照会してください。",
    en="The check digit of the individual number does not fit. Check the reading; "
    "if it is written so, ask the submitter.",
    passes=first_line(my_number="123456789018"),
    fails=first_line(my_number="123456789012"),
)
def my_number_check_digit(line: Line) -> Iterator[Found]:
    for item in line.holding("my_number"):
        number = line.value(item)
        if _is_twelve_digits(number) and not my_number_is_valid(number):
            yield line.found(item)


@rule(
    "common.amount",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="「{label}」は7桁以内の数字で記入します（1,000万円以上は9999999）。"
    "金額を確認してください。",
    en='"{label_en}" has up to 7 digits (9999999 from ten million yen). Check the '
    "amount.",
    passes=first_line(remuneration_total="280000"),
    fails=first_line(remuneration_total="28A000"),
)
def amount(head: Line) -> Iterator[Found]:
    for field in head.filing.form.fields:
        value = head.value(field.name)
        is_amount = bool(value) and field.type is FieldType.AMOUNT
        if is_amount and not is_valid(field.type, field.format, value):
            yield head.found(field.name, label=field.label, label_en=field.label_en)


def _is_twelve_digits(number: str) -> bool:
    return len(number) == 12 and number.isascii() and number.isdigit()
