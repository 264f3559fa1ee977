"""Rules that compare an entry with the pensions that are paid."""

from collections.abc import Iterator, Sequence

from forms.grammar import folded_kana
from kamizero.model import Severity
from kamizero.records import PayeeRecord, RecordKind
from validation.line import Found, Line
from validation.registry import Example, first_line, rule

_FIELDS = ("pension_code",)
_NUMBERS = ("my_number", "pension_number")
_PAYEE: Example = first_line(
    pension_number="1234567890",
    pension_code="1150",
    name_kana="サトウ　ハナ",
    birth_date="7 020512",
)


@rule(
    "records.payee_unknown",
    Severity.WARNING,
    needs=RecordKind.PAYEES,
    ja="この番号の受給権者は登録にありません。番号の読み取りを確認してください。",
    en="Nobody with this number is paid a pension on record. Check how it is read.",
    fields=_FIELDS,
    items=("①",),
    passes=_PAYEE,
    fails={**_PAYEE, **first_line(pension_number="1234567899")},
)
def payee_unknown(line: Line) -> Iterator[Found]:
    written = [item for item in _NUMBERS if line.value(item)]
    if written and not _pensions(line):
        yield line.found(*written)


@rule(
    "records.pension_code_unknown",
    Severity.ERROR,
    needs=RecordKind.PAYEES,
    ja="この人にこの年金コードの年金は支払われていません。"
    "年金コードと番号を確認してください。",
    en="The person is paid no pension of this code. Check code and number.",
    fields=_FIELDS,
    items=("②",),
    passes=_PAYEE,
    fails={**_PAYEE, **first_line(pension_code="1350")},
)
def pension_code_unknown(line: Line) -> Iterator[Found]:
    code, known = line.value("pension_code"), [p.pension_code for p in _pensions(line)]
    if code and known and code not in known:
        record = " / ".join(sorted(set(known)))
        yield line.found("pension_code", *_naming(line), record=record)


@rule(
    "records.payee_name_differs",
    Severity.ERROR,
    needs=RecordKind.PAYEES,
    ja="氏名が受給権者の登録と異なります。読み取りと氏名変更の有無を確認してください。",
    en="The name differs from the pensioner's on record. Check the reading and whether "
    "it changed.",
    fields=_FIELDS,
    items=("④",),
    passes=_PAYEE,
    fails={**_PAYEE, **first_line(name_kana="カトウ　ハナ")},
)
def payee_name_differs(line: Line) -> Iterator[Found]:
    written, known = line.value("name_kana"), _pensions(line)
    if not written or not known:
        return
    if folded_kana(written) not in {folded_kana(one.name_kana) for one in known}:
        yield line.found("name_kana", *_naming(line), record=known[0].name_kana)


@rule(
    "records.payee_birth_date_differs",
    Severity.ERROR,
    needs=RecordKind.PAYEES,
    ja="生年月日が受給権者の登録と異なります。届書を確認し、必要なら照会してください。",
    en="The birth date differs from the pensioner's on record. Check the filing, "
    "ask if needed.",
    fields=_FIELDS,
    items=("③",),
    passes=_PAYEE,
    fails={**_PAYEE, **first_line(birth_date="7 020513")},
)
def payee_birth_date_differs(line: Line) -> Iterator[Found]:
    born, known = line.date("birth_date"), _pensions(line)
    if born and known and born not in {one.birth_date for one in known}:
        record = known[0].birth_date.isoformat()
        yield line.found("birth_date", *_naming(line), record=record)


def _pensions(line: Line) -> Sequence[PayeeRecord]:
    """The pensions of whom the surest number on the entry names."""
    number, pension_number = (line.value(item) for item in _NUMBERS)
    if line.records is None:
        return ()
    by_number = line.records.payee(my_number=number) if number else ()
    if by_number or not pension_number:
        return by_number
    return line.records.payee(pension_number=pension_number)


def _naming(line: Line) -> list[str]:
    return [item for item in _NUMBERS if line.value(item)]
