"""Rules of the notice of acquisition (2200)."""

from collections.abc import Iterator

from kamizero.model import Severity
from validation.ages import reaches, years_after
from validation.line import Found, Line
from validation.registry import first_line, rule
from validation.sums import wrong_sums

_FORM = ("2200",)
_SEVENTY, _SEVENTY_FIVE, _WORKING_AGE = 70, 75, 15
_SMALLEST_REMUNERATION = 1000
_NAMED_KINDS = ("1", "3", "4")
_KINDS_WITHOUT_PENSION = ("3", "4")


@rule(
    "2200.total_is_cash_plus_in_kind",
    Severity.ERROR,
    ja="報酬月額の合計が通貨と現物の合計（{sum}円）と一致しません。"
    "㋐㋑㋒の金額を確認してください。",
    en="The total is not cash plus in kind ({sum} yen). Check the three amounts.",
    forms=_FORM,
    items=("⑨",),
    passes=first_line(
        remuneration_cash="280,000",
        remuneration_in_kind="5,000",
        remuneration_total="285,000",
    ),
    fails=first_line(
        remuneration_cash="280,000",
        remuneration_in_kind="5,000",
        remuneration_total="280,000",
    ),
)
def total_is_cash_plus_in_kind(line: Line) -> Iterator[Found]:
    return wrong_sums(line, "2200.total_is_cash_plus_in_kind")


@rule(
    "2200.total_too_small",
    Severity.ERROR,
    ja="報酬月額の合計が1,000円未満です。単位（円）と金額を確認してください。",
    en="The total is under 1,000 yen. Check the amount and that it is in yen.",
    forms=_FORM,
    items=("⑨",),
    passes=first_line(remuneration_total="1000"),
    fails=first_line(remuneration_total="285"),
)
def total_too_small(line: Line) -> Iterator[Found]:
    total = line.amount("remuneration_total")
    if total is not None and total < _SMALLEST_REMUNERATION:
        yield line.found("remuneration_total")


@rule(
    "2200.category_required",
    Severity.ERROR,
    ja="種別に○がありません。取得区分とあわせて確認してください。",
    en="No category is circled. Check it with the kind of acquisition.",
    forms=_FORM,
    items=("④", "⑤"),
    passes=first_line(acquisition_kind="1", category="2"),
    fails=first_line(acquisition_kind="1"),
)
def category_required(line: Line) -> Iterator[Found]:
    if line.is_blank("category") and line.value("acquisition_kind") in _NAMED_KINDS:
        yield line.found("category", "acquisition_kind")


@rule(
    "2200.acquisition_kind_required",
    Severity.ERROR,
    ja="取得区分に○がありません。届書を確認してください。",
    en="No kind of acquisition is circled. Check the filing.",
    forms=_FORM,
    items=("⑤", "⑩"),
    passes=first_line(name_kana="サトウ　ハナ", over70="1"),
    fails=first_line(name_kana="サトウ　ハナ"),
)
def acquisition_kind_required(line: Line) -> Iterator[Found]:
    # Somebody of 70 or over may be filed for the pension scheme's notice alone.
    if line.is_blank("acquisition_kind") and not line.ticked("over70"):
        yield line.found("acquisition_kind", "over70")


@rule(
    "2200.category_not_for_kind",
    Severity.ERROR,
    ja="取得区分が共済出向・船保任継のとき、種別は男か女です。"
    "両方の○を確認してください。",
    en="With this kind of acquisition the category is 1 or 2 only. Check both.",
    forms=_FORM,
    items=("④", "⑤"),
    passes=first_line(acquisition_kind="3", category="1"),
    fails=first_line(acquisition_kind="3", category="3"),
)
def category_not_for_kind(line: Line) -> Iterator[Found]:
    without_pension = line.value("acquisition_kind") in _KINDS_WITHOUT_PENSION
    if without_pension and line.value("category") not in ("", "1", "2"):
        yield line.found("category", "acquisition_kind")


@rule(
    "2200.pension_number_not_for_kind",
    Severity.ERROR,
    ja="取得区分が共済出向・船保任継のとき、基礎年金番号は記入しません。"
    "取得区分を確認してください。",
    en="With this kind of acquisition no pension number is filed. Check the kind.",
    forms=_FORM,
    items=("⑤", "⑥"),
    passes=first_line(acquisition_kind="1", pension_number="1234567890"),
    fails=first_line(acquisition_kind="4", pension_number="1234567890"),
)
def pension_number_not_for_kind(line: Line) -> Iterator[Found]:
    without_pension = line.value("acquisition_kind") in _KINDS_WITHOUT_PENSION
    if without_pension and not line.is_blank("pension_number"):
        yield line.found("acquisition_kind", "pension_number")


@rule(
    "2200.address_or_my_number",
    Severity.ERROR,
    ja="個人番号がないため、郵便番号と住民票住所が必要です。届出者に確認してください。",
    en="Without an individual number postal code and address are needed. Ask the "
    "submitter.",
    forms=_FORM,
    items=("⑥", "⑪"),
    passes=first_line(
        name_kana="サトウ　ハナ", postal_code="1000013", address_kanji="東京都千代田区"
    ),
    fails=first_line(name_kana="サトウ　ハナ", postal_code="1000013"),
)
def address_or_my_number(line: Line) -> Iterator[Found]:
    if not line.is_blank("my_number") or not line.is_blank("no_address_reason"):
        return
    address = line.is_blank("address_kana") and line.is_blank("address_kanji")
    if line.is_blank("postal_code") or address:
        yield line.found("my_number", "postal_code", "address_kana", "address_kanji")


@rule(
    "2200.address_kana_missing",
    Severity.WARNING,
    ja="住所のフリガナがありません。住所から補ってください。",
    en="The address has no reading in kana. Supply it from the address.",
    forms=_FORM,
    items=("⑪",),
    passes=first_line(address_kana="トウキョウト", address_kanji="東京都"),
    fails=first_line(address_kanji="東京都"),
)
def address_kana_missing(line: Line) -> Iterator[Found]:
    has_address = not line.is_blank("address_kanji")
    if has_address and line.is_blank("address_kana") and line.is_blank("my_number"):
        yield line.found("address_kana", "address_kanji")


@rule(
    "2200.address_not_needed",
    Severity.INFO,
    ja="個人番号があるため、住所と住所を記載できない理由は登録しません。",
    en="With an individual number, address and reason are not registered.",
    forms=_FORM,
    items=("⑥", "⑪"),
    passes=first_line(my_number="123456789018"),
    fails=first_line(my_number="123456789018", postal_code="1000013"),
)
def address_not_needed(line: Line) -> Iterator[Found]:
    items = ("postal_code", "address_kana", "address_kanji", "no_address_reason")
    written = [item for item in items if not line.is_blank(item)]
    if written and line.value("my_number"):
        yield line.found("my_number", *written)


@rule(
    "2200.reason_needs_remarks",
    Severity.ERROR,
    ja="住民票住所を記載できない理由が「その他」のときは、備考に内容が必要です。"
    "届出者に確認してください。",
    en='With the reason "other" the remarks must say which. Ask the submitter.',
    forms=_FORM,
    items=("⑩", "⑪"),
    passes=first_line(no_address_reason="3", remarks="施設入所中"),
    fails=first_line(no_address_reason="3"),
)
def reason_needs_remarks(line: Line) -> Iterator[Found]:
    is_other = line.value("no_address_reason") == "3" and line.is_blank("my_number")
    if is_other and line.is_blank("remarks"):
        yield line.found("no_address_reason", "remarks")


@rule(
    "2200.over70_too_young",
    Severity.ERROR,
    ja="取得日に70歳に達していません（{day}に到達）。"
    "生年月日、取得日、70歳以上の印を確認してください。",
    en="The person is not 70 on that day (from {day}). Check birth date, day and tick.",
    forms=_FORM,
    items=("③", "⑦", "⑩"),
    passes=first_line(birth_date="5 260102", acquired_on="9 030101", over70="1"),
    fails=first_line(birth_date="5 260103", acquired_on="9 030101", over70="1"),
)
def over70_too_young(line: Line) -> Iterator[Found]:
    born, acquired = line.date("birth_date"), line.date("acquired_on")
    if born and acquired and line.ticked("over70"):
        day = reaches(born, _SEVENTY)
        if acquired < day:
            yield line.found("birth_date", "acquired_on", "over70", day=day.isoformat())


@rule(
    "2200.over70_expected",
    Severity.WARNING,
    ja="取得日に70歳以上ですが「70歳以上被用者該当」に印がありません。"
    "生年月日と印を確認してください。",
    en="The person is 70 or over on that day but the box is not ticked. Check both.",
    forms=_FORM,
    items=("③", "⑦", "⑩"),
    passes=first_line(birth_date="5 260103", acquired_on="9 030101"),
    fails=first_line(birth_date="5 260102", acquired_on="9 030101"),
)
def over70_expected(line: Line) -> Iterator[Found]:
    born, acquired = line.date("birth_date"), line.date("acquired_on")
    if not born or not acquired or not line.is_blank("over70"):
        return
    if acquired >= reaches(born, _SEVENTY):
        yield line.found("birth_date", "acquired_on", "over70")


@rule(
    "2200.health_insurance_ends_at_75",
    Severity.WARNING,
    ja="取得日に75歳以上のため、健康保険には加入できません。"
    "生年月日と届出の内容を確認してください。",
    en="From 75 nobody joins health insurance. Check birth date and what is filed.",
    forms=_FORM,
    items=("③", "⑤", "⑦"),
    passes=first_line(
        birth_date="5 210102", acquired_on="9 030101", acquisition_kind="1"
    ),
    fails=first_line(
        birth_date="5 210101", acquired_on="9 030101", acquisition_kind="1"
    ),
)
def health_insurance_ends_at_75(line: Line) -> Iterator[Found]:
    born, acquired = line.date("birth_date"), line.date("acquired_on")
    if not born or not acquired or line.is_blank("acquisition_kind"):
        return
    if acquired >= years_after(born, _SEVENTY_FIVE):
        yield line.found("birth_date", "acquired_on", "acquisition_kind")


@rule(
    "2200.under_working_age",
    Severity.WARNING,
    ja="取得日に15歳に達していません。生年月日の元号と年を確認してください。",
    en="The person is under 15 on that day. Check era and year of the birth date.",
    forms=_FORM,
    items=("③", "⑦"),
    passes=first_line(birth_date="7 180101", acquired_on="9 030101"),
    fails=first_line(birth_date="7 180103", acquired_on="9 030101"),
)
def under_working_age(line: Line) -> Iterator[Found]:
    born, acquired = line.date("birth_date"), line.date("acquired_on")
    if born and acquired and born < acquired < reaches(born, _WORKING_AGE):
        yield line.found("birth_date", "acquired_on")
