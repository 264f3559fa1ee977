"""Rules about how any field is written: present, unambiguous, a printed code."""

from collections.abc import Iterator

from forms.definition import Field, FieldType
from kamizero.model import FieldState, FilingKind, Severity
from validation.line import Found, Line
from validation.registry import Example, Scope, first_line, rule

_COMPLETE: Example = {
    "submitted_on": "9 030105",
    "office.symbol": "01-ケイト",
    "office.number": "12345",
    **first_line(
        name_kana="サトウ　ハナ",
        birth_date="7 020512",
        acquired_on="9 030101",
        dependants="0",
        remuneration_cash="280000",
        remuneration_in_kind="0",
        remuneration_total="280000",
    ),
}


@rule(
    "common.required_missing",
    Severity.ERROR,
    # Of a correction or cancellation only what is changed is filled in.
    kinds=(FilingKind.NEW,),
    scope=Scope.FILING,
    ja="「{label}」が記入されていません。届出者に確認してください。",
    en='"{label_en}" is not filled in. Ask the submitter.',
    passes=_COMPLETE,
    fails={**_COMPLETE, "insured.1.birth_date": FieldState.BLANK},
)
def required_missing(head: Line) -> Iterator[Found]:
    used = {None, *head.filing.entries()}
    for field in head.filing.form.fields:
        if field.required and field.entry in used and head.is_blank(field.name):
            yield _about(head, field)


@rule(
    "common.several_marks",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="「{label}」に複数の印が付いています。どれが正しいか届出者に確認してください。",
    en='Several choices of "{label_en}" are marked. Ask the submitter which is meant.',
    passes=first_line(birth_date="7 020512"),
    fails=first_line(birth_date=FieldState.SEVERAL),
)
def several_marks(head: Line) -> Iterator[Found]:
    for field in head.filing.form.fields:
        if head.filing.state(field.name) is FieldState.SEVERAL:
            yield _about(head, field)


@rule(
    "common.unreadable",
    Severity.WARNING,
    scope=Scope.FILING,
    ja="「{label}」を判読できません。画像を見て入力してください。",
    en='"{label_en}" cannot be read. Look at the picture and key it.',
    passes=first_line(name_kanji="佐藤　花"),
    fails=first_line(name_kanji=FieldState.UNREADABLE),
)
def unreadable(head: Line) -> Iterator[Found]:
    for field in head.filing.form.fields:
        if head.filing.state(field.name) is FieldState.UNREADABLE:
            yield _about(head, field)


@rule(
    "common.code_not_allowed",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="「{label}」の「{code}」は、この様式にない区分です。届書を確認してください。",
    en='The form has no choice {code} for "{label_en}". Check the filing.',
    passes=first_line(birth_date="7 020512", dependants="1"),
    fails=first_line(birth_date="7 020512", dependants="9"),
)
def code_not_allowed(head: Line) -> Iterator[Found]:
    for field in head.filing.form.fields:
        code = head.value(field.name)
        if field.type is not FieldType.CHOICE or not code:
            continue
        if code not in {choice.code for choice in field.choices}:
            yield _about(head, field, code=code)


@rule(
    "common.no_entry",
    Severity.ERROR,
    scope=Scope.FILING,
    ja="被保険者が1人も記入されていません。届書の種類と頁を確認してください。",
    en="Nobody is entered on this filing. Check which form and page it is.",
    passes=first_line(name_kanji="佐藤　花"),
    fails={"office.symbol": "01-ケイト"},
)
def no_entry(head: Line) -> Iterator[Found]:
    if not head.filing.entries():
        names = [f.name for f in head.filing.form.fields if f.entry == 1]
        yield head.found(*names)


@rule(
    "common.entry_struck",
    Severity.INFO,
    scope=Scope.FILING,
    ja="{n}人目の欄はすべて抹消されているため、件数に含めていません。",
    en="Line {n} is struck out as a whole and is not counted as an entry.",
    passes=first_line(name_kanji="佐藤　花", birth_date=FieldState.STRUCK),
    fails=first_line(name_kanji=FieldState.STRUCK, birth_date=FieldState.STRUCK),
)
def entry_struck(head: Line) -> Iterator[Found]:
    for n in head.filing.struck_entries():
        struck = [
            field.name
            for field in head.filing.form.fields
            if field.entry == n and head.filing.state(field.name) is FieldState.STRUCK
        ]
        yield head.found(*struck, n=str(n))


@rule(
    "common.seal_missing",
    Severity.INFO,
    scope=Scope.FILING,
    ja="「{label}」がありません。2020年12月25日から押印は不要なので、処理に影響しません。",
    en='"{label_en}" is missing. Seals are not demanded since 25 December 2020; it '
    "changes nothing.",
    fields=("office.owner_seal",),
    passes={"office.owner_name": "欅　一郎", "office.owner_seal": "1"},
    fails={"office.owner_name": "欅　一郎"},
)
def seal_missing(head: Line) -> Iterator[Found]:
    for field in head.filing.form.fields:
        if field.type is FieldType.SEAL and head.is_blank(field.name):
            yield _about(head, field)


def _about(head: Line, field: Field, **words: str) -> Found:
    return head.found(field.name, label=field.label, label_en=field.label_en, **words)
