"""The layouts of the table's lines as they are written down, by code and spec date."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from forms.csv.layout import FIRST_SPEC, Condition, Item, Layout

OFFICE = "office"


@cache
def layouts() -> Mapping[str, tuple[Layout, ...]]:
    """Form code -> its layouts, the oldest spec first; `office` is that of offices."""
    folder = files("forms") / "csv"
    kinds = _loaded((folder / "kinds.yaml").read_text("utf-8"))
    found = {}
    for file in sorted((folder / "lines").iterdir(), key=lambda file: file.name):
        source = _loaded(file.read_text("utf-8"))
        found[str(source["code"])] = _layouts(source, kinds)
    return found


def _loaded(text: str) -> Any:
    # Written in C, where that was built, it takes a sixth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, loader)  # noqa: S506 - both make plain values alone.


def layout_of(items: Sequence[str], *, on: date | None = None) -> Layout | None:
    """The layout a line follows by its code and the number of its items.

    Of several that differ in words alone, the one in force `on` that day.
    """
    known = layouts().get(items[0], ()) if items and items[0] != OFFICE else ()
    fits = [one for one in known if len(one.items) == len(items)]
    in_force = [one for one in fits if on is None or one.in_force_from <= on]
    return next(reversed(in_force or fits[:1]), None)


def layout_in_force(form: str, on: date) -> Layout | None:
    """The layout that rows of a form are written by that day; None where it has none.

    Before the first spec that is known, it is the first.
    """
    for versions in layouts().values():
        if versions[0].form == form and versions[0].code != OFFICE:
            in_force = [one for one in versions if one.in_force_from <= on]
            return (in_force or versions[:1])[-1]
    return None


def office_layout() -> Layout:
    return layouts()[OFFICE][-1]


def form_codes() -> tuple[str, ...]:
    """The codes of the forms that can be read and written."""
    return tuple(code for code in layouts() if code != OFFICE)


def _layouts(source: Mapping[str, Any], kinds: Mapping[str, Any]) -> tuple[Layout, ...]:
    raw = [*source["items"], *_repeated(source)]
    items = sorted((_item(one, kinds) for one in raw), key=lambda one: one.n)
    if [one.n for one in items] != list(range(1, len(items) + 1)):
        raise ValueError(f"the items of {source['code']} are not numbered in order")
    conditions = [*source.get("conditions", ()), *_repeated_conditions(source)]
    changed = {one.since for one in items} | {one.renamed for one in items}
    specs = sorted({FIRST_SPEC} | changed - {""})
    return tuple(_layout(source, spec, items, conditions) for spec in specs)


def _layout(
    source: Mapping[str, Any],
    spec: str,
    items: Sequence[Item],
    conditions: Sequence[Mapping[str, Any]],
) -> Layout:
    there = [_labelled(one, spec) for one in items if one.since <= spec]
    return Layout(
        code=str(source["code"]),
        form=str(source["form"]),
        title=source["title"],
        title_en=source["title_en"],
        spec=spec,
        items=tuple(there),
        conditions=tuple(Condition(**_spelled_out(one)) for one in conditions),
        example=_filled(source["example"].split(","), len(there)),
    )


def _filled(example: Sequence[str], count: int) -> tuple[str, ...]:
    return tuple([*example, *([""] * count)][:count])


def _item(source: Mapping[str, Any], kinds: Mapping[str, Any]) -> Item:
    merged = {**kinds[source["kind"]], **source}
    return Item(**merged)


def _labelled(item: Item, spec: str) -> Item:
    if spec >= item.renamed:
        return item
    return item.model_copy(update={"label": item.label_before})


def _spelled_out(source: Mapping[str, Any]) -> dict[str, Any]:
    """A condition with its ranges ("25-69") as the items they are."""
    spelled = dict(source)
    for key in ("required", "blank"):
        if key in source:
            spelled[key] = [n for one in source[key] for n in _range(one)]
    return spelled


def _range(one: int | str) -> Sequence[int]:
    first, _, last = str(one).partition("-")
    return range(int(first), int(last or first) + 1)


def _repeated(source: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """The items of a block that stands in the line once more."""
    return [
        {
            key: _other(value, repeat["words"]) if isinstance(value, str) else value
            for key, value in {**one, "n": one["n"] + _step(repeat)}.items()
        }
        for repeat in source.get("repeats", ())
        for one in source["items"]
        if repeat["first"] <= one["n"] <= repeat["last"]
    ]


def _repeated_conditions(source: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    example = source["example"].split(",")
    return [
        _moved(one, repeat, example)
        for repeat in source.get("repeats", ())
        for one in source["conditions"]
        if _other(one["id"], repeat["words"]) != one["id"]
    ]


def _moved(
    condition: Mapping[str, Any], repeat: Mapping[str, Any], example: Sequence[str]
) -> dict[str, Any]:
    """The same condition on the second block; its examples fill the first one too."""
    low, high, step = repeat["first"], repeat["last"], _step(repeat)

    def move(n: int) -> int:
        return n + step if low <= n <= high else n

    moved: dict[str, Any] = {
        **condition,
        "id": _other(condition["id"], repeat["words"]),
    }
    for key in ("required", "blank"):
        if key in condition:
            spelled = [n for one in condition[key] for n in _range(one)]
            moved[key] = [move(n) for n in spelled]
    moved["when"] = {move(n): v for n, v in condition.get("when", {}).items()}
    for key in ("passes", "fails"):
        written = condition[key]
        moved[key] = {
            **{n + step: example[n - 1] for n in range(low, high + 1)},
            **written,
            **{move(n): value for n, value in written.items()},
        }
    return moved


def _step(repeat: Mapping[str, Any]) -> int:
    return int(repeat["at"]) - int(repeat["first"])


def _other(text: str, words: Mapping[str, str]) -> str:
    for one, other in words.items():
        text = text.replace(one, other)
    return text
