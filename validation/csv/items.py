"""What one item of a line may hold, by its layout alone."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from forms.csv.characters import is_half_kana, size, size_of
from forms.csv.layout import Item, Layout
from forms.csv.table import Trouble
from forms.grammar.characters import (
    HALF_KANA_LETTERS,
    WIDE_SPACE,
    half_kana,
    is_digits,
    narrow,
)

_MOST_CODES_LISTED = 12
_SPACES = (" ", WIDE_SPACE)
_HALF = {"width": "半角", "width_en": "half width"}
_WIDE = {"width": "全角", "width_en": "full width"}


def item_troubles(layout: Layout, line: int, items: Sequence[str]) -> Iterator[Trouble]:
    """What is wrong with the items of a line, one by one."""
    for item, text in zip(layout.items, items, strict=True):
        for rule, words in _wrong(item, text):
            yield Trouble(rule, line, item.n, words)


def _wrong(item: Item, text: str) -> Iterator[tuple[str, dict[str, str]]]:
    if not text:
        if item.required:
            yield "csv.item_required", {}
        return
    if item.holds == "nothing":
        yield "csv.item_always_blank", {}
        return
    spelling = next(_spelling(item, text), None)
    if spelling is not None:
        yield spelling
        return
    yield from _spaces(item, text)
    yield from _length(item, text)
    yield from _values(item, text)


def _spelling(item: Item, text: str) -> Iterator[tuple[str, dict[str, str]]]:
    match item.holds:
        case "digits" if not is_digits(text):
            is_wide = is_digits(narrow(text))
            yield ("csv.item_width", _HALF) if is_wide else ("csv.item_digits", {})
        case "kana" if not is_half_kana(text):
            is_wide = is_half_kana(half_kana(text))
            yield ("csv.item_width", _HALF) if is_wide else ("csv.item_kana", {})
        case "single" if any(size_of(char) == 2 for char in text):
            yield "csv.item_width", _HALF
        case "symbol" if not _is_symbol(text):
            yield "csv.item_symbol", {}
        case "wide" if " " in text:
            yield "csv.item_half_space", {}
        case "wide" if any(size_of(char) == 1 for char in text):
            yield "csv.item_width", _WIDE


def _is_symbol(text: str) -> bool:
    kana = all(char in HALF_KANA_LETTERS for char in text)
    return kana or (text.isascii() and text.isalnum())


def _spaces(item: Item, text: str) -> Iterator[tuple[str, dict[str, str]]]:
    if item.holds not in ("kana", "single", "wide"):
        return
    kinds = [char in _SPACES for char in text]
    twice = any(one and other for one, other in pairwise(kinds))
    if kinds[0] or kinds[-1] or twice:
        yield "csv.item_space", {}
    elif item.gap and not any(kinds):
        yield "csv.item_gap", {}


def _length(item: Item, text: str) -> Iterator[tuple[str, dict[str, str]]]:
    found = size(text)
    if item.allows_length(found):
        return
    words = {"found": str(found), "expected": _allowed(item)}
    is_exact = bool(item.length or item.lengths) or found < item.least
    yield "csv.item_length" if is_exact else "csv.item_too_long", words


def _allowed(item: Item) -> str:
    if item.lengths:
        return "/".join(str(one) for one in item.lengths)
    if item.least and not item.length:
        return f"{item.least}-{item.most}"
    return str(item.longest)


def _listed(codes: Collection[str]) -> str:
    """The codes, of many the first and the last."""
    known = list(codes)
    if len(known) > _MOST_CODES_LISTED:
        known = [known[0], "…", known[-1]]
    return " ".join(known)


def _values(item: Item, text: str) -> Iterator[tuple[str, dict[str, str]]]:
    fits = item.allows_length(size(text))
    if item.codes and fits and text not in item.codes:
        yield "csv.item_code", {"code": text, "codes": _listed(item.codes)}
    if item.first and fits and not item.first <= text <= item.last:
        yield "csv.item_range", {"first": item.first, "last": item.last}
    # Numbers of people and offices have rules of their own, on paper and here.
    if item.format is None and text in item.never:
        yield "csv.item_reserved", {}
