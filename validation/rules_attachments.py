"""Rules about the papers that must lie with a filing."""

from collections.abc import Iterator

from forms.attachments import needed
from kamizero.model import Severity
from validation.line import Found, Line
from validation.registry import first_line, rule


@rule(
    "common.attachment_missing",
    Severity.WARNING,
    ja="添付書類「{label}」がありません。届いていれば仕分けで種類を付け、"
    "なければ届出者に求めてください。",
    en='The attachment "{label_en}" is missing. If it came, say at the sorting desk '
    "what it is, else ask for it.",
    passes=first_line(pension_code="1150", bank_seal="1"),
    fails=first_line(pension_code="1150"),
)
def attachment_missing(line: Line) -> Iterator[Found]:
    return _missing(line, Severity.WARNING)


@rule(
    "common.attachment_to_look_for",
    Severity.INFO,
    ja="添付書類「{label}」が仕分けで確認されていません。添付の有無を確認してください。",
    en='Nobody found the attachment "{label_en}" at the sorting desk. See whether it '
    "is there.",
    passes=first_line(lost_on="9 030101", cards_returned="0"),
    fails=first_line(lost_on="9 030101", cards_returned="1"),
)
def attachment_to_look_for(line: Line) -> Iterator[Found]:
    return _missing(line, Severity.INFO)


def _missing(line: Line, severity: Severity) -> Iterator[Found]:
    there = line.filing.attachments
    if there is None:
        return
    for one in needed(line.filing.form.attachments, line.value):
        if one.severity == severity and one.kind not in there:
            items = one.items or ("submitted_on",)
            yield line.found(*items, label=one.label, label_en=one.label_en)
