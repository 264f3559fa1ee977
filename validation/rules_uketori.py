"""Rules of the notice of the institution a pension is paid through (受取機関変更届)."""

from collections.abc import Iterator, Mapping, Sequence

from forms.grammar import folded_holder
from kamizero.model import Severity
from validation.line import Found, Line
from validation.registry import Example, first_line, rule

_FORM = ("UKETORI",)
_BANK, _POSTAL_BANK = "1", "2"
_ACCOUNTS: Mapping[str, Sequence[str]] = {
    _BANK: ("bank_code", "branch_code", "account_type", "account_number"),
    _POSTAL_BANK: ("yucho_symbol", "yucho_number"),
}
_FROM_BANK: Example = first_line(
    institution="1",
    bank_code="0001",
    branch_code="001",
    account_type="1",
    account_number="1234567",
)
_FROM_POSTAL_BANK: Example = first_line(
    institution="2", yucho_symbol="10530", yucho_number="12345671"
)


@rule(
    "UKETORI.number_missing",
    Severity.ERROR,
    ja="個人番号も基礎年金番号も記入されていません。届出者に確認してください。",
    en="Neither individual number nor pension number is filled in. Ask the submitter.",
    forms=_FORM,
    items=("①",),
    passes=first_line(name_kana="サトウ　ハナ", pension_number="1234567890"),
    fails=first_line(name_kana="サトウ　ハナ"),
)
def number_missing(line: Line) -> Iterator[Found]:
    if line.is_blank("my_number") and line.is_blank("pension_number"):
        yield line.found("my_number", "pension_number")


@rule(
    "UKETORI.account_missing",
    Severity.ERROR,
    ja="新しい受取口座が最後まで記入されていません。届出者に確認してください。",
    en="The new account is not filled in completely. Ask the submitter.",
    forms=_FORM,
    passes=_FROM_BANK,
    fails={**_FROM_BANK, **first_line(branch_code="")},
)
def account_missing(line: Line) -> Iterator[Found]:
    if line.ticked("public_account"):
        return
    wanted = _ACCOUNTS.get(line.value("institution"), ("institution",))
    missing = [item for item in wanted if line.is_blank(item)]
    if missing:
        yield line.found(*missing)


@rule(
    "UKETORI.two_accounts",
    Severity.ERROR,
    ja="受取口座が2つ記入されています。どちらを使うか届出者に確認してください。",
    en="Two accounts are filled in. Ask the submitter which one is meant.",
    forms=_FORM,
    passes=_FROM_POSTAL_BANK,
    fails={**_FROM_BANK, **_FROM_POSTAL_BANK},
)
def two_accounts(line: Line) -> Iterator[Found]:
    written = [
        [item for item in items if not line.is_blank(item)]
        for items in _ACCOUNTS.values()
    ]
    if line.ticked("public_account"):
        written.append(["public_account"])
    named = [items for items in written if items]
    if len(named) > 1:
        yield line.found(*(item for items in named for item in items))


@rule(
    "UKETORI.public_account_needs_my_number",
    Severity.ERROR,
    ja="公金受取口座を利用するには個人番号が必要です。届出者に確認してください。",
    en="The account for public payments is found by the individual number. Ask for it.",
    forms=_FORM,
    items=("①",),
    passes=first_line(public_account="1", my_number="123456789018"),
    fails=first_line(public_account="1", pension_number="1234567890"),
)
def public_account_needs_my_number(line: Line) -> Iterator[Found]:
    if line.ticked("public_account") and line.is_blank("my_number"):
        yield line.found("my_number", "public_account")


@rule(
    "UKETORI.holder_is_not_payee",
    Severity.ERROR,
    ja="口座名義人が受給権者本人ではありません。読み取りを確認し、"
    "違う場合は本人名義の口座を届け出てもらってください。",
    en="The account is not the pensioner's own. Check the reading, else ask for an "
    "account of theirs.",
    forms=_FORM,
    items=("④",),
    # Banks know neither small kana nor long marks.
    passes=first_line(
        name_kana="リョウノ　サキー", holder_name_kana="リヨウノ　サキ－"
    ),
    fails=first_line(name_kana="サトウ　ハナ", holder_name_kana="サトウ　タロウ"),
)
def holder_is_not_payee(line: Line) -> Iterator[Found]:
    holder, payee = line.value("holder_name_kana"), line.value("name_kana")
    if holder and payee and folded_holder(holder) != folded_holder(payee):
        yield line.found("holder_name_kana", "name_kana")


@rule(
    "UKETORI.yucho_number_ends_with_one",
    Severity.WARNING,
    ja="ゆうちょ銀行の記号が1で始まる口座の番号は1で終わります。"
    "右詰めと読み取りを確認してください。",
    en="Where the symbol begins with 1 the number ends with 1. Check both readings.",
    forms=_FORM,
    passes=_FROM_POSTAL_BANK,
    fails={**_FROM_POSTAL_BANK, **first_line(yucho_number="12345670")},
)
def yucho_number_ends_with_one(line: Line) -> Iterator[Found]:
    number = line.value("yucho_number")
    is_savings = line.value("yucho_symbol").startswith("1")
    if is_savings and number and not number.endswith("1"):
        yield line.found("yucho_number", "yucho_symbol")
