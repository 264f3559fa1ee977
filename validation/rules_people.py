"""Rules about the persons of a filing: names, serial numbers, nobody twice."""

from collections.abc import Callable, Hashable, Iterator
from itertools import combinations, pairwise

from forms.definition import FieldType
from forms.grammar import folded_kana, folded_kanji, is_valid, outside_jis_x_0208
from forms.grammar.characters import WIDE_SPACE, half_width_length
from kamizero.model import Severity
from validation.line import Found, Line
from validation.registry import Scope, first_line, rule

_KANA_BYTES = 25
_KANJI_LENGTH = 12


@rule(
    "common.kana_characters",
    Severity.ERROR,
    ja="氏名(フリガナ)にカタカナ以外の文字があります。フリガナを確認してください。",
    en="The name in kana holds other characters than katakana. Check it.",
    fields=("name_kana",),
    items=("②",),
    passes=first_line(name_kana="サトウ　ハナ"),
    fails=first_line(name_kana="佐トウ　ハナ"),
)
def kana_characters(line: Line) -> Iterator[Found]:
    for item in line.holding("name_kana"):
        kana = line.value(item)
        if kana and not is_valid(FieldType.KANA, None, kana):
            yield line.found(item)


@rule(
    "common.kana_name_needs_space",
    Severity.WARNING,
    ja="氏名(フリガナ)の氏と名の間に空白がありません。"
    "区切りを確認して入力してください。",
    en="The name in kana has no gap between family and given name. Key the gap.",
    fields=("name_kana",),
    items=("②",),
    passes=first_line(name_kana="サトウ　ハナ"),
    fails=first_line(name_kana="サトウハナ"),
)
def kana_name_needs_space(line: Line) -> Iterator[Found]:
    for item in line.holding("name_kana"):
        kana = line.value(item)
        if kana and WIDE_SPACE not in kana:
            yield line.found(item)


@rule(
    "common.kana_name_too_long",
    Severity.ERROR,
    ja="氏名(フリガナ)は半角で25文字（濁点・空白を含む）までしか登録できません。"
    "短縮の取扱いを確認してください。",
    en="The name in kana takes more than 25 half-width columns. Shorten it by the "
    "office's rule.",
    fields=("name_kana",),
    items=("②",),
    passes=first_line(name_kana="アイウエオカキクケコサシ　アイウエオカキクケコサシ"),
    fails=first_line(name_kana="アイウエオカキクケコサシ　アイウエオカキクケコサジ"),
)
def kana_name_too_long(line: Line) -> Iterator[Found]:
    for item in line.holding("name_kana"):
        if half_width_length(line.value(item)) > _KANA_BYTES:
            yield line.found(item)


@rule(
    "common.kanji_name_needs_space",
    Severity.WARNING,
    ja="氏名の氏と名の間に空白がありません。区切りを確認して入力してください。",
    en="The name has no gap between family and given name. Key the gap.",
    items=("②",),
    passes=first_line(name_kanji="佐藤　花"),
    fails=first_line(name_kanji="佐藤花"),
)
def kanji_name_needs_space(line: Line) -> Iterator[Found]:
    for item in line.holding("name_kanji"):
        kanji = line.value(item)
        if kanji and WIDE_SPACE not in kanji:
            yield line.found(item)


@rule(
    "common.kanji_name_too_long",
    Severity.ERROR,
    ja="氏名は空白を含めて12文字までしか登録できません。"
    "短縮の取扱いを確認してください。",
    en="The name has more than 12 characters. Shorten it by the office's rule.",
    items=("②",),
    passes=first_line(name_kanji="一二三四五　一二三四五六"),
    fails=first_line(name_kanji="一二三四五　一二三四五六七"),
)
def kanji_name_too_long(line: Line) -> Iterator[Found]:
    for item in line.holding("name_kanji"):
        if len(line.value(item)) > _KANJI_LENGTH:
            yield line.found(item)


@rule(
    "common.kanji_not_in_host",
    Severity.INFO,
    ja="氏名の「{kanji}」は登録先で使えない文字です。"
    "記録と画像には残し、送付時は代わりの文字とします。",
    en="The host cannot hold {kanji} of the name. Record and picture keep it; a "
    "substitute is sent.",
    items=("②",),
    passes=first_line(name_kanji="高橋　花"),
    fails=first_line(name_kanji="髙橋　花"),
)
def kanji_not_in_host(line: Line) -> Iterator[Found]:
    for item in line.holding("name_kanji"):
        kanji = outside_jis_x_0208(line.value(item))
        if kanji:
            yield line.found(item, kanji=kanji)


@rule(
    "common.serial_twice",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="同じ被保険者整理番号が2回記入されています。被保険者名簿で確認してください。",
    en="Two lines have the same serial number. Check the office's list.",
    items=("①",),
    passes={"insured.1.serial_number": "12", "insured.2.serial_number": "13"},
    fails={"insured.1.serial_number": "12", "insured.2.serial_number": "012"},
)
def serial_twice(head: Line) -> Iterator[Found]:
    return _twice(head, lambda line: line.value("serial_number").lstrip("0"), _SERIAL)


_SERIAL = ("serial_number",)


@rule(
    "common.number_twice",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="同じ個人番号または基礎年金番号が2人に記入されています。"
    "それぞれの番号を確認してください。",
    en="Two lines have the same individual or pension number. Check each number.",
    passes={
        "insured.1.my_number": "123456789018",
        "insured.2.my_number": "234567890121",
    },
    fails={
        "insured.1.my_number": "123456789018",
        "insured.2.my_number": "123456789018",
    },
)
def number_twice(head: Line) -> Iterator[Found]:
    for item in ("my_number", "pension_number"):
        yield from _twice(head, _value_of(item), (item,))


@rule(
    "common.person_twice",
    Severity.WARNING,
    scope=Scope.FILING,
    ja="氏名と生年月日が同じ人が2回記入されています。重複でないか確認してください。",
    en="Two lines have the same name and birth date. Check that it is not one person.",
    items=("②", "③"),
    passes={
        "insured.1.name_kanji": "佐藤　花",
        "insured.1.birth_date": "7 020512",
        "insured.2.name_kanji": "佐藤　花",
        "insured.2.birth_date": "7 020513",
    },
    fails={
        "insured.1.name_kanji": "髙橋　花",
        "insured.1.birth_date": "7 020512",
        "insured.2.name_kanji": "高橋　花",
        "insured.2.birth_date": "7 020512",
    },
)
def person_twice(head: Line) -> Iterator[Found]:
    return _twice(head, _person, ("name_kana", "name_kanji", "birth_date"))


@rule(
    "common.serial_blank",
    Severity.INFO,
    ja="被保険者整理番号が空欄です。被保険者名簿で補ってください。",
    en="The serial number is blank. Fill it in from the office's list.",
    newcomers=False,
    fields=("serial_number",),
    items=("①",),
    passes=first_line(name_kanji="佐藤　花", serial_number="12"),
    fails=first_line(name_kanji="佐藤　花"),
)
def serial_blank(line: Line) -> Iterator[Found]:
    # A filing only about 70 or over has no serial number.
    only_over70 = line.ticked("over70") or line.ticked("over70_ended")
    if line.is_blank("serial_number") and not only_over70:
        yield line.found("serial_number")


@rule(
    "2200.serial_gap",
    Severity.INFO,
    scope=Scope.FILING,
    ja="被保険者整理番号が連続していません。払い出し漏れがないか確認してください。",
    en="The serial numbers do not follow each other. Check that none was left out.",
    forms=("2200",),
    items=("①",),
    passes={"insured.1.serial_number": "12", "insured.2.serial_number": "13"},
    fails={"insured.1.serial_number": "12", "insured.2.serial_number": "14"},
)
def serial_gap(head: Line) -> Iterator[Found]:
    for earlier, later in pairwise(head.lines()):
        first, second = earlier.amount("serial_number"), later.amount("serial_number")
        if first and second and second - first not in (0, 1):
            yield head.found(earlier.name("serial_number"), later.name("serial_number"))


def _twice(
    head: Line, key: Callable[[Line], Hashable], items: tuple[str, ...]
) -> Iterator[Found]:
    for one, other in combinations(head.lines(), 2):
        same = key(one) and key(one) == key(other)
        if same and not _are_two_payments(one, other):
            yield head.found(*(line.name(i) for line in (one, other) for i in items))


def _are_two_payments(one: Line, other: Line) -> bool:
    """A bonus filing may name a person once for each day of payment."""
    return _paid_on(one) != _paid_on(other)


def _paid_on(line: Line) -> str:
    return line.value("paid_on") or line.head().value("paid_on")


def _value_of(item: str) -> Callable[[Line], Hashable]:
    return lambda line: line.value(item)


def _person(line: Line) -> Hashable:
    kanji = folded_kanji(line.value("name_kanji"))
    name = kanji or folded_kana(line.value("name_kana"))
    born = line.value("birth_date")
    return (name, born) if name and born else None
