"""Rules of summaries (総括表): what they count must lie in the bundle with them."""

from collections.abc import Iterator

from kamizero.model import FilingKind, Severity
from validation.line import Found, Line
from validation.registry import first_line, rule

PERSONS, SHEETS = "summed_persons", "summed_sheets"
_TOTAL, _PARTS = "insured_total", (PERSONS, "joined_since_june", "changed_in_july")


@rule(
    "common.summary_persons",
    Severity.WARNING,
    kinds=(FilingKind.NEW,),
    fields=(PERSONS,),
    ja="総括表の人数と、同じ束にあるこの事業所の届書の人数（{found}人）が違います。"
    "届書の不足や読み違いがないか確認してください。",
    en="The summary counts other persons than this office's filings in the bundle "
    "({found}). Look for filings that are missing or lines that were misread.",
    passes=first_line(summed_persons="5"),
    fails=first_line(summed_persons="6"),
)
def persons_differ(line: Line) -> Iterator[Found]:
    there = line.filing.summed
    if there is not None:
        yield from _unlike(line, PERSONS, there.persons)


@rule(
    "common.summary_sheets",
    Severity.WARNING,
    kinds=(FilingKind.NEW,),
    fields=(SHEETS,),
    ja="総括表の枚数と、同じ束にあるこの事業所の届書の枚数（{found}枚）が違います。"
    "届書の不足がないか確認してください。",
    en="The summary counts other sheets than this office's filings in the bundle "
    "({found}). Look for filings that are missing.",
    passes=first_line(summed_sheets="2"),
    fails=first_line(summed_sheets="1"),
)
def sheets_differ(line: Line) -> Iterator[Found]:
    there = line.filing.summed
    if there is not None:
        yield from _unlike(line, SHEETS, there.sheets)


# Whom else an office counts is known second-hand: it may have its reasons.
@rule(
    "SOUKATSU.persons_make_total",
    Severity.WARNING,
    ja="被保険者総数が、算定基礎届を提出する人数、6月1日以降に被保険者となった人数と"
    "7月改定の人数の合計（{sum}人）と違います。内訳を確認してください。",
    en="The insured persons are not those on the notices, those insured since June "
    "and those changed in July together ({sum}). Check the counts.",
    forms=("SOUKATSU",),
    passes=first_line(
        insured_total="8",
        summed_persons="5",
        joined_since_june="2",
        changed_in_july="1",
    ),
    fails=first_line(insured_total="8", summed_persons="5", joined_since_june="2"),
)
def persons_make_total(line: Line) -> Iterator[Found]:
    parts = [0 if line.is_blank(item) else line.amount(item) for item in _PARTS]
    known = [count for count in parts if count is not None]
    total = line.amount(_TOTAL)
    if len(known) == len(parts) and total is not None and total != sum(known):
        yield line.found(*_PARTS, _TOTAL, sum=f"{sum(known):,}")


def _unlike(line: Line, item: str, there: int) -> Iterator[Found]:
    written = line.amount(item)
    if written is not None and written != there:
        yield line.found(item, found=f"{there:,}")
