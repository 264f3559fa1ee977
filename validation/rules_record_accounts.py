"""Rules that hold accounts against the list of bank branches."""

from collections.abc import Iterator

from kamizero.model import Severity
from kamizero.records import RecordKind
from validation.line import Found, Line
from validation.registry import Example, first_line, rule

_POSTAL_BANK = "9900"
# What follows the second and third digit of a symbol in the number of its branch.
_LAST_DIGITS = {"1": "8", "0": "9"}
_BANK: Example = first_line(bank_code="0001", branch_code="001")


@rule(
    "records.bank_unknown",
    Severity.WARNING,
    needs=RecordKind.BRANCHES,
    ja="この金融機関コードは登録にありません。読み取りを確認してください。",
    en="There is no such bank code on record. Check how it is read.",
    fields=("bank_code",),
    passes=_BANK,
    fails={**_BANK, **first_line(bank_code="0002")},
)
def bank_unknown(line: Line) -> Iterator[Found]:
    if line.value("bank_code") and not _is_known(line, line.value("bank_code"), ""):
        yield line.found("bank_code")


@rule(
    "records.branch_unknown",
    Severity.WARNING,
    needs=RecordKind.BRANCHES,
    ja="この支店コードは、その金融機関の登録にありません。両方のコードを確認してください。",
    en="The bank has no branch of this code on record. Check both codes.",
    fields=("bank_code", "branch_code"),
    passes=_BANK,
    fails={**_BANK, **first_line(branch_code="002")},
)
def branch_unknown(line: Line) -> Iterator[Found]:
    bank, branch = line.value("bank_code"), line.value("branch_code")
    if not bank or not branch or not _is_known(line, bank, ""):
        return
    if not _is_known(line, bank, branch):
        yield line.found("branch_code", "bank_code")


@rule(
    "records.yucho_branch_unknown",
    Severity.WARNING,
    needs=RecordKind.BRANCHES,
    ja="この記号に当たるゆうちょ銀行の店番（{branch}）は登録にありません。"
    "記号の読み取りを確認してください。",
    en="The postal bank has no branch {branch}, which the symbol means. Check how "
    "it is read.",
    fields=("yucho_symbol",),
    passes=first_line(yucho_symbol="10530"),
    fails=first_line(yucho_symbol="19530"),
)
def yucho_branch_unknown(line: Line) -> Iterator[Found]:
    branch = branch_of_symbol(line.value("yucho_symbol"))
    # A list without this bank says nothing about its branches.
    if not branch or not _is_known(line, _POSTAL_BANK, ""):
        return
    if not _is_known(line, _POSTAL_BANK, branch):
        yield line.found("yucho_symbol", branch=branch)


def branch_of_symbol(symbol: str) -> str:
    """The branch that a symbol of the postal bank stands for, "" for no symbol."""
    last = _LAST_DIGITS.get(symbol[:1])
    return symbol[1:3] + last if last and len(symbol) == 5 else ""


def _is_known(line: Line, bank: str, branch: str) -> bool:
    return line.records is not None and bool(line.records.branch(bank, branch))
