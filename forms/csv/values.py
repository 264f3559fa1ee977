"""Between the items of a row and the fields of a form, by what the layout says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from forms.csv.characters import outside_table
from forms.csv.layout import Item, Layout, When
from forms.definition import FieldType
from forms.grammar import ERAS, is_valid, to_written
from forms.grammar.characters import WIDE_SPACE, half_kana, wide
from forms.grammar.variants import usual

LARGEST_AMOUNT = "9999999"
"""What stands for every amount of ten million yen and more."""

GETA = "〓"
"""What stands for a character that has no other form, as in print."""

_TO_WIDE = str.maketrans({",": "，", '"': "”"})
_PARTS_BY_SIZE = {"pension_number": 4, "postal_code": 3}


def fields_of(layout: Layout) -> Mapping[str, tuple[Item, ...]]:
    """Field -> the items that make it up, in the layout's order."""
    found: dict[str, tuple[Item, ...]] = {}
    for item in layout.items:
        if item.field is not None:
            found[item.field] = (*found.get(item.field, ()), item)
    return found


def texts_of(layout: Layout, items: Sequence[str]) -> Mapping[str, str]:
    """Field -> its writing, of a date era code, space and digits."""
    return {
        field: _joined(parts, [items[part.n - 1] for part in parts], items)
        for field, parts in fields_of(layout).items()
    }


def row_of(layout: Layout, values: Mapping[str, str]) -> tuple[str, ...]:
    """The items that say these canonical values; what no field says stays blank."""
    row = [""] * len(layout.items)
    row[0] = layout.code
    for field, parts in fields_of(layout).items():
        value = values.get(field, "")
        for part, text in zip(parts, _parted(parts, value), strict=True):
            row[part.n - 1] = _spelled(part, text) if text else part.blank_as
    for item in layout.items:
        if item.instead is not None and _asks_for(layout, item.instead, row):
            row[item.instead - 1], row[item.n - 1] = row[item.n - 1], ""
    return tuple(row)


def without_surplus(
    layout: Layout, row: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Item, ...]]:
    """The row without what others make needless, and the items that were left out."""
    surplus = [
        layout.item(n)
        for condition in layout.conditions
        if condition.left_out and holds(condition.when, row)
        for n in condition.blank
        if row[n - 1]
    ]
    numbers = {item.n for item in surplus}
    items = ("" if n in numbers else text for n, text in enumerate(row, start=1))
    return tuple(items), tuple(surplus)


def substituted(
    layout: Layout, row: Sequence[str], *, blank_names: bool = False
) -> tuple[tuple[str, ...], tuple[Item, ...]]:
    """The row with what the table cannot hold replaced, and the items it touched.

    A kanji gives way to its usual form (高 for 髙). Where it has none, or with
    `blank_names`, a name is left blank as a whole: half a name would be another one.
    """
    items, touched = list(row), []
    for item in layout.items:
        text = items[item.n - 1]
        if outside_table(text):
            is_left = blank_names and item.gap
            items[item.n - 1] = "" if is_left else _substitute(item, text)
            touched.append(item)
    return tuple(items), tuple(touched)


def _substitute(item: Item, text: str) -> str:
    lost = set(outside_table(text))
    replaced = "".join(usual(char) if char in lost else char for char in text)
    unknown = set(outside_table(replaced))
    if unknown and item.gap:
        return ""
    return "".join(GETA if char in unknown else char for char in replaced)


def holds(when: When, items: Sequence[str]) -> bool:
    """Tell whether every item holds one of its values."""
    return all(_is_one_of(items[n - 1], wanted) for n, wanted in when.items())


def _is_one_of(text: str, wanted: Sequence[str]) -> bool:
    return text in wanted or (bool(text) and "*" in wanted)


def _asks_for(layout: Layout, n: int, row: Sequence[str]) -> bool:
    return any(n in one.required and holds(one.when, row) for one in layout.conditions)


def _joined(parts: Sequence[Item], texts: Sequence[str], items: Sequence[str]) -> str:
    if not any(texts) and not any(part.instead for part in parts):
        return ""
    return _separator(parts[0]).join(_with_other(parts, texts, items))


def _with_other(
    parts: Sequence[Item], texts: Sequence[str], items: Sequence[str]
) -> Iterator[str]:
    for part, text in zip(parts, texts, strict=True):
        other = items[part.instead - 1] if part.instead is not None else ""
        yield WIDE_SPACE.join(one for one in (other, text) if one)


def _separator(part: Item) -> str:
    if part.type is FieldType.DATE:
        return " "
    return "-" if part.format in ("phone", "office_symbol") else ""


def _parted(parts: Sequence[Item], value: str) -> Sequence[str]:
    if len(parts) == 1 or not value:
        return [value, *([""] * (len(parts) - 1))]
    if parts[0].type is FieldType.DATE:
        return _written(value)
    if parts[0].format in _PARTS_BY_SIZE:
        size = _PARTS_BY_SIZE[parts[0].format]
        return value[:size], value[size:]
    found = value.split("-", maxsplit=len(parts) - 1)
    return [*found, *([""] * (len(parts) - len(found)))]


def _written(value: str) -> Sequence[str]:
    """Era and digits of a canonical date; blank where no era held it."""
    if not is_valid(FieldType.DATE, None, value):
        return "", ""
    day = date.fromisoformat(value)
    return to_written(day) if any(e.holds(day) for e in ERAS.values()) else ("", "")


def _spelled(item: Item, text: str) -> str:
    """The text in the width the item holds, and in its length."""
    match item.holds:
        case "kana" | "single" | "symbol":
            return half_kana(text)
        case "wide":
            return wide(text)
        case "digits" if item.type is FieldType.AMOUNT:
            return text if len(text) <= item.longest else LARGEST_AMOUNT
        case "digits" if text.isdigit():
            return text.zfill(item.length)
        case "any":
            # These would part items, or seem to.
            return text.translate(_TO_WIDE)
        case _:
            return text
