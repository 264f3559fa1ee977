"""Rules of the notice of a change of address (2218)."""

from collections.abc import Iterator

from kamizero.model import Severity
from validation.line import Found, Line
from validation.records import folded_address
from validation.registry import first_line, rule

_OLD = "東京都港区芝1-1-1"


@rule(
    "2218.address_unchanged",
    Severity.WARNING,
    ja="新住所と旧住所が同じです。どちらが新しい住所か確認してください。",
    en="New and old address are the same. Check which one is the new one.",
    forms=("2218",),
    passes=first_line(
        address_kanji="東京都千代田区霞が関1-2-2", old_address_kanji=_OLD
    ),
    fails=first_line(
        address_kanji="東京都港区芝１丁目１番１号", old_address_kanji=_OLD
    ),
)
def address_unchanged(line: Line) -> Iterator[Found]:
    new, old = line.value("address_kanji"), line.value("old_address_kanji")
    if new and old and folded_address(new) == folded_address(old):
        yield line.found("address_kanji", "old_address_kanji")
