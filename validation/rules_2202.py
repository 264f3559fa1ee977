"""Rules of the notice of dependants (2202)."""

from collections.abc import Iterator

from kamizero.model import Severity
from validation.dependants import DEPENDANTS, OTHERS, SPOUSE, missing, named
from validation.line import Found, Line
from validation.registry import Example, first_line, rule

_FORM = ("2202",)
_BEGINS, _ENDS, _CHANGES = "1", "2", "3"

_INSURED: Example = first_line(change="1", my_number="123456789018")
_AT_HOME: Example = first_line(
    spouse_postal_code="1000013", spouse_address_kanji="東京都千代田区"
)
_SPOUSE_NAMED: Example = {**_INSURED, **first_line(spouse_name_kana="サトウ　ハナ")}
_CHILD_NAMED: Example = {**_INSURED, **first_line(other1_name_kana="サトウ　ソラ")}


@rule(
    "2202.pension_number_or_my_number",
    Severity.ERROR,
    ja="被保険者の個人番号がないため、基礎年金番号が必要です。届出者に確認してください。",
    en="Without an individual number the insured person's pension number is needed. "
    "Ask the submitter.",
    forms=_FORM,
    passes=_INSURED,
    fails=first_line(change="1"),
)
def pension_number_or_my_number(line: Line) -> Iterator[Found]:
    if line.is_blank("my_number") and line.is_blank("pension_number"):
        yield line.found("my_number", "pension_number")


@rule(
    "2202.address_or_my_number",
    Severity.ERROR,
    ja="被保険者の個人番号がないため、郵便番号と住所が必要です。届出者に確認してください。",
    en="Without an individual number the insured person's postal code and address are "
    "needed. Ask the submitter.",
    forms=_FORM,
    passes=_INSURED,
    fails=first_line(change="1", pension_number="1234567890"),
)
def address_or_my_number(line: Line) -> Iterator[Found]:
    items = ("postal_code", "address_kanji")
    if line.is_blank("my_number") and any(line.is_blank(item) for item in items):
        yield line.found("my_number", *items)


@rule(
    "2202.serial_for_end_or_change",
    Severity.ERROR,
    ja="異動の別が非該当・変更のときは、被保険者整理番号が必要です。"
    "被保険者名簿で確認してください。",
    en="For an end or a change the serial number is needed. Look it up in the office's "
    "list.",
    forms=_FORM,
    passes=first_line(change="2", serial_number="12"),
    fails=first_line(change="2"),
)
def serial_for_end_or_change(line: Line) -> Iterator[Found]:
    if line.value("change") in (_ENDS, _CHANGES) and line.is_blank("serial_number"):
        yield line.found("serial_number", "change")


@rule(
    "2202.nobody_is_named",
    Severity.WARNING,
    ja="配偶者もほかの被扶養者も記入されていません。2枚目を含めて届書を確認してください。",
    en="Neither a spouse nor another dependant is named. Check both pages.",
    forms=_FORM,
    passes=_SPOUSE_NAMED,
    fails=_INSURED,
)
def nobody_is_named(line: Line) -> Iterator[Found]:
    if not named(line):
        yield line.found("spouse_name_kana", "other1_name_kana")


@rule(
    "2202.first_place_first",
    Severity.WARNING,
    ja="被扶養者1が空欄で、被扶養者2に記入があります。順に記入されているか確認してください。",
    en="The second place for a dependant is filled in and the first is not. Check "
    "both.",
    forms=_FORM,
    passes={
        **_CHILD_NAMED,
        **first_line(other2_name_kana="サトウ　ウミ"),
    },
    fails=first_line(other2_name_kana="サトウ　ウミ"),
)
def first_place_first(line: Line) -> Iterator[Found]:
    first, second = OTHERS
    written = named(line)
    if second in written and first not in written:
        yield line.found("other1_name_kana", "other2_name_kana")


@rule(
    "2202.birth_and_relation_required",
    Severity.ERROR,
    ja="被扶養者の生年月日と続柄（配偶者以外は性別も）が必要です。"
    "届出者に確認してください。",
    en="Of each dependant birth date and relation are needed, and the sex of others "
    "than the spouse. Ask the submitter.",
    forms=_FORM,
    passes={
        **_SPOUSE_NAMED,
        **first_line(spouse_birth_date="7 020512", spouse_relation="2"),
    },
    fails={**_SPOUSE_NAMED, **first_line(spouse_birth_date="7 020512")},
)
def birth_and_relation_required(line: Line) -> Iterator[Found]:
    for who in named(line):
        items = ["birth_date", "relation", *([] if who == SPOUSE else ["sex"])]
        yield from missing(line, who, items)


@rule(
    "2202.address_required",
    Severity.ERROR,
    ja="被扶養者の郵便番号と住所は、同居や個人番号の有無にかかわらず必要です。"
    "届出者に確認してください。",
    en="Postal code and address of a dependant are needed, even in one household and "
    "with an individual number. Ask the submitter.",
    forms=_FORM,
    passes={**_SPOUSE_NAMED, **_AT_HOME},
    fails=_SPOUSE_NAMED,
)
def address_required(line: Line) -> Iterator[Found]:
    for who in named(line):
        if who == SPOUSE or line.value("change") in (_BEGINS, _ENDS):
            yield from missing(line, who, ["postal_code", "address_kanji"])


@rule(
    "2202.began_on_required",
    Severity.ERROR,
    ja="異動の別が該当のときは、被扶養者になった日と同居・別居が必要です。"
    "届出者に確認してください。",
    en="Where dependence begins, its day and the household are needed. Ask the "
    "submitter.",
    forms=_FORM,
    passes={
        **_SPOUSE_NAMED,
        **first_line(spouse_began_on="9 030101", spouse_household="1"),
    },
    fails={**_SPOUSE_NAMED, **first_line(spouse_household="1")},
)
def began_on_required(line: Line) -> Iterator[Found]:
    if line.value("change") == _BEGINS:
        for who in named(line):
            yield from missing(line, who, ["began_on", "household"])


@rule(
    "2202.spouse_income_required",
    Severity.ERROR,
    ja="異動の別が該当のときは、配偶者の収入が必要です（収入がなければ0）。"
    "届出者に確認してください。",
    en="Where dependence begins, the spouse's income is needed, 0 for none. Ask the "
    "submitter.",
    forms=_FORM,
    passes={**_SPOUSE_NAMED, **first_line(spouse_income="0")},
    fails=_SPOUSE_NAMED,
)
def spouse_income_required(line: Line) -> Iterator[Found]:
    if line.value("change") == _BEGINS and SPOUSE in named(line):
        yield from missing(line, SPOUSE, ["income"])


@rule(
    "2202.began_on_not_for_end",
    Severity.WARNING,
    ja="異動の別が非該当ですが、被扶養者になった日が記入されています。"
    "異動の別を確認してください。",
    en="Dependence ends, yet the day it began is filled in. Check what changed.",
    forms=_FORM,
    passes=first_line(change="1", spouse_began_on="9 030101"),
    fails=first_line(change="2", spouse_began_on="9 030101"),
)
def began_on_not_for_end(line: Line) -> Iterator[Found]:
    for who in DEPENDANTS if line.value("change") == _ENDS else ():
        if not line.is_blank(f"{who}began_on"):
            yield line.found("change", f"{who}began_on")


@rule(
    "2202.ended_on_required",
    Severity.ERROR,
    ja="異動の別が非該当のときは、被扶養者でなくなった日が必要です。"
    "届出者に確認してください。",
    en="Where dependence ends, its last day is needed. Ask the submitter.",
    forms=_FORM,
    passes={
        **_SPOUSE_NAMED,
        **first_line(change="2", spouse_ended_on="9 030101"),
    },
    fails={**_SPOUSE_NAMED, **first_line(change="2")},
)
def ended_on_required(line: Line) -> Iterator[Found]:
    if line.value("change") == _ENDS:
        for who in named(line):
            yield from missing(line, who, ["ended_on"])


@rule(
    "2202.change_is_told",
    Severity.WARNING,
    ja="異動の別が変更のときは、変更した内容と変更前を備考に記入します。"
    "届出者に確認してください。",
    en="For a change the remarks say what changed, and what was before. Ask the "
    "submitter.",
    forms=_FORM,
    passes={
        **_SPOUSE_NAMED,
        **first_line(change="3", spouse_remarks="氏名変更　旧　山本花"),
    },
    fails={**_SPOUSE_NAMED, **first_line(change="3")},
)
def change_is_told(line: Line) -> Iterator[Found]:
    if line.value("change") == _CHANGES:
        for who in named(line):
            yield from missing(line, who, ["remarks"])
