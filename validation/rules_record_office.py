"""Rules that compare the filing's office with the register."""

from collections.abc import Iterator
from typing import NamedTuple

from kamizero.model import Severity
from kamizero.records import RecordKind
from validation.line import Found, Line
from validation.records import known_offices, named_office, office_agrees
from validation.registry import Example, Judge, Scope, rule

_HEAD: Example = {"office.symbol": "01-ケイト", "office.number": "12345"}


class _Compared(NamedTuple):
    """One item of the head that has to agree with the register."""

    item: str
    severity: Severity
    ja: str
    en: str
    agrees: str
    differs: str


@rule(
    "records.office_unknown",
    Severity.WARNING,
    scope=Scope.FILING,
    needs=RecordKind.OFFICES,
    ja="この事業所整理記号・番号の事業所は登録にありません。"
    "記号と番号の読み取りを確認してください。",
    en="No office with this symbol or number is on record. Check how both are read.",
    passes=_HEAD,
    fails={"office.symbol": "98-ムメイ", "office.number": "99999"},
)
def office_unknown(head: Line) -> Iterator[Found]:
    written = head.value("office.symbol") or head.value("office.number")
    if written and not known_offices(head):
        yield head.found("office.symbol", "office.number")


@rule(
    "records.office_symbol_and_number_differ",
    Severity.ERROR,
    scope=Scope.FILING,
    needs=RecordKind.OFFICES,
    ja="事業所整理記号と事業所番号が別の事業所のものです。両方を確認してください。",
    en="Symbol and number belong to different offices. Check both.",
    passes=_HEAD,
    fails={"office.symbol": "01-ケイト", "office.number": "54321"},
)
def office_symbol_and_number_differ(head: Line) -> Iterator[Found]:
    both = head.value("office.symbol") and head.value("office.number")
    known = known_offices(head)
    if both and known and named_office(head) is None:
        record = " / ".join(f"{office.symbol} {office.number}" for office in known[:3])
        yield head.found("office.symbol", "office.number", record=record)


_COMPARED = (
    _Compared(
        "office.name",
        Severity.WARNING,
        "事業所名称が登録と異なります。記号・番号と名称変更の有無を確認してください。",
        "The office's name differs from the record. Check symbol, number and whether "
        "it was renamed.",
        "㈱ けやき商会",
        "もみじ工業株式会社",
    ),
    _Compared(
        "office.owner_name",
        Severity.WARNING,
        "事業主氏名が登録と異なります。事業主の変更の有無を確認してください。",
        "The owner's name differs from the record. Check whether the owner changed.",
        "欅　一郎",
        "紅葉　二郎",
    ),
    _Compared(
        "office.address",
        Severity.INFO,
        "事業所所在地が登録と異なります。所在地変更の有無を確認してください。",
        "The office's address differs from the record. Check whether it moved.",
        "東京都千代田区霞が関1丁目2番3号",
        "東京都港区芝1-1-1",
    ),
    _Compared(
        "office.postal_code",
        Severity.INFO,
        "事業所の郵便番号が登録と異なります。所在地とあわせて確認してください。",
        "The office's postal code differs from the record. Check it with the address.",
        "100-0013",
        "1050014",
    ),
    _Compared(
        "office.phone",
        Severity.INFO,
        "電話番号が登録と異なります。照会時はご注意ください。",
        "The phone number differs from the record. Mind it when you call.",
        "03-1234-5678",
        "03-8765-4321",
    ),
)


def _comparing(item: str) -> Judge:
    def judge(head: Line) -> Iterator[Found]:
        office = named_office(head)
        if office and office_agrees(head, office, item) is False:
            known = str(getattr(office, item.removeprefix("office.")))
            yield head.found(item, "office.symbol", "office.number", record=known)

    return judge


for _item in _COMPARED:
    rule(
        f"records.{_item.item.replace('.', '_')}_differs",
        _item.severity,
        scope=Scope.FILING,
        needs=RecordKind.OFFICES,
        ja=_item.ja,
        en=_item.en,
        passes={**_HEAD, _item.item: _item.agrees},
        fails={**_HEAD, _item.item: _item.differs},
    )(_comparing(_item.item))
