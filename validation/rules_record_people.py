"""Rules that compare each entry with the insured person the register knows."""

from collections.abc import Iterator

from kamizero.model import Severity
from kamizero.records import InsuredRecord, RecordKind
from validation.line import Found, Line
from validation.records import (
    NameMatch,
    is_same_person,
    known_value,
    name_match,
    named_office,
    named_person,
    person_agrees,
    persons_named_by,
)
from validation.registry import Example, first_line, rule

_NAMES = ("name_kana", "name_kanji")

# The person of the examples, as the register of the examples knows them.
_NUMBERS = first_line(my_number="123456789018", pension_number="1234567890")
_NAMED = {**_NUMBERS, **first_line(name_kanji="佐藤　花", birth_date="7 020512")}
_HERE: Example = {**_NAMED, "office.symbol": "01-ケイト"}


@rule(
    "records.person_differs",
    Severity.ERROR,
    needs=RecordKind.INSURED,
    ja="この番号の人は、氏名も生年月日も登録と異なります。"
    "番号が別人のものでないか確認してください。",
    en="The number belongs to a person of another name and birth date. Check whether "
    "it is somebody else's.",
    passes=_NAMED,
    fails={
        **_NAMED,
        **first_line(name_kanji="山本　次郎", birth_date="5 500101"),
    },
)
def person_differs(line: Line) -> Iterator[Found]:
    match = named_person(line)
    if match and _differs_as_a_whole(line, match.record):
        record = _description(match.record)
        yield line.found(match.by, *_NAMES, "birth_date", record=record)


@rule(
    "records.birth_date_differs",
    Severity.ERROR,
    needs=RecordKind.INSURED,
    ja="生年月日が登録と異なります。届書を確認し、必要なら照会してください。",
    en="The birth date differs from the record. Check the filing, ask if needed.",
    items=("③",),
    passes=_NAMED,
    fails={**_NAMED, **first_line(birth_date="7 020513")},
)
def birth_date_differs(line: Line) -> Iterator[Found]:
    match = named_person(line)
    if match is None or _differs_as_a_whole(line, match.record):
        return
    if person_agrees(line, match.record, "birth_date") is False:
        record = known_value(match.record, "birth_date")
        yield line.found("birth_date", match.by, record=record)


@rule(
    "records.name_differs",
    Severity.WARNING,
    needs=RecordKind.INSURED,
    ja="氏名が登録と異なります。読み取りと氏名変更の有無を確認してください。",
    en="The name differs from the record. Check the reading and whether it changed.",
    items=("②",),
    passes={**_NAMED, **first_line(name_kanji="佐藤　花")},
    fails={**_NAMED, **first_line(name_kanji="加藤　花")},
)
def name_differs(line: Line) -> Iterator[Found]:
    match = named_person(line)
    if match is None or _differs_as_a_whole(line, match.record):
        return
    for item in _NAMES:
        if person_agrees(line, match.record, item) is False:
            record = known_value(match.record, item)
            yield line.found(item, match.by, record=record)


@rule(
    "records.name_spelt_otherwise",
    Severity.INFO,
    needs=RecordKind.INSURED,
    ja="同じ氏名ですが、登録の字体・かなと異なります。",
    en="The name is the same, but the record spells it with other characters.",
    items=("②",),
    passes={**_NAMED, **first_line(name_kanji="佐藤　花")},
    fails={**_NAMED, **first_line(name_kanji="佐籐　花")},
)
def name_spelt_otherwise(line: Line) -> Iterator[Found]:
    return _names_that_match(line, NameMatch.SPELLING)


@rule(
    "records.former_name",
    Severity.WARNING,
    needs=RecordKind.INSURED,
    ja="変更前の氏名（旧姓）で書かれています。登録の氏名で処理するか確認してください。",
    en="The name is the former one. Decide whether to process the one on record.",
    items=("②",),
    passes={**_NAMED, **first_line(name_kanji="佐藤　花")},
    fails={**_NAMED, **first_line(name_kanji="山田　花")},
)
def former_name(line: Line) -> Iterator[Found]:
    return _names_that_match(line, NameMatch.FORMER)


@rule(
    "records.pension_number_differs",
    Severity.ERROR,
    needs=RecordKind.INSURED,
    ja="基礎年金番号が、個人番号から分かる登録と異なります。両方を確認してください。",
    en="The pension number differs from the one on record for the individual number. "
    "Check both.",
    passes=_NUMBERS,
    fails={**_NUMBERS, **first_line(pension_number="1234567899")},
)
def pension_number_differs(line: Line) -> Iterator[Found]:
    match = named_person(line)
    if match and person_agrees(line, match.record, "pension_number") is False:
        record = match.record.pension_number
        yield line.found("pension_number", match.by, record=record)


@rule(
    "records.my_number_differs",
    Severity.ERROR,
    needs=RecordKind.INSURED,
    ja="個人番号が登録と異なります。届書を確認し、必要なら照会してください。",
    en="The individual number differs from the record. Check the filing, ask if "
    "needed.",
    passes=_NUMBERS,
    fails={**_NUMBERS, **first_line(my_number="234567890121")},
)
def my_number_differs(line: Line) -> Iterator[Found]:
    match = named_person(line)
    # What the record says is not shown: it is somebody's My Number.
    if match and person_agrees(line, match.record, "my_number") is False:
        yield line.found("my_number", match.by)


@rule(
    "records.serial_differs",
    Severity.WARNING,
    needs=RecordKind.INSURED,
    ja="被保険者整理番号が登録と異なります。被保険者名簿で確認してください。",
    en="The serial number differs from the record. Check the office's list.",
    newcomers=False,
    items=("①",),
    passes={**_HERE, **first_line(serial_number="12")},
    fails={**_HERE, **first_line(serial_number="13")},
)
def serial_differs(line: Line) -> Iterator[Found]:
    match = named_person(line)
    if match is None or not _is_here(line, match.record):
        return
    if person_agrees(line, match.record, "serial_number") is False:
        record = match.record.serial_number
        yield line.found("serial_number", match.by, record=record)


@rule(
    "records.serial_taken",
    Severity.ERROR,
    needs=RecordKind.INSURED,
    ja="この被保険者整理番号は、同じ事業所で別の人に払い出されています。"
    "番号を確認してください。",
    en="Another person of the office has this serial number. Check the number.",
    newcomers=True,
    items=("①",),
    passes={**_HERE, **first_line(serial_number="99")},
    fails={
        "office.symbol": "01-ケイト",
        **first_line(
            serial_number="12", name_kana="ヤマモト　ジロウ", birth_date="5 500101"
        ),
    },
)
def serial_taken(line: Line) -> Iterator[Found]:
    for record in persons_named_by(line, "serial_number"):
        if not _is_the_person(line, record):
            yield line.found("serial_number", record=_description(record))


@rule(
    "records.person_unknown",
    Severity.WARNING,
    needs=RecordKind.INSURED,
    ja="この番号の被保険者は登録にありません。番号の読み取りを確認してください。",
    en="No insured person with these numbers is on record. Check how they are read.",
    newcomers=False,
    passes=_HERE,
    fails={"office.symbol": "01-ケイト", **first_line(pension_number="1234567899")},
)
def person_unknown(line: Line) -> Iterator[Found]:
    items = ("my_number", "pension_number", "serial_number")
    written = [item for item in items if line.value(item)]
    # Nobody of an office that is not on record was ever loaded.
    if written and named_office(line.head()) and named_person(line) is None:
        yield line.found(*written)


def _names_that_match(line: Line, wanted: NameMatch) -> Iterator[Found]:
    match = named_person(line)
    for item in _NAMES if match else ():
        if match and name_match(line, match.record, item) is wanted:
            record = known_value(match.record, item)
            yield line.found(item, match.by, record=record)


def _differs_as_a_whole(line: Line, record: InsuredRecord) -> bool:
    names = [person_agrees(line, record, item) for item in _NAMES]
    another_name = False in names and True not in names
    return another_name and person_agrees(line, record, "birth_date") is False


def _is_the_person(line: Line, record: InsuredRecord) -> bool:
    match = named_person(line)
    if match and is_same_person(match.record, record):
        return True
    compared = [person_agrees(line, record, i) for i in (*_NAMES, "birth_date")]
    return True in compared and False not in compared


def _is_here(line: Line, record: InsuredRecord) -> bool:
    return record.office_symbol == line.value("office.symbol")


def _description(record: InsuredRecord) -> str:
    return f"{record.name_kanji or record.name_kana} {record.birth_date.isoformat()}"
