"""The conditions of the layouts as rules: what items must hold because of others."""

from collections.abc import Iterable, Iterator, Sequence

from forms.csv.layout import Condition, Layout, When
from forms.csv.layouts import OFFICE, layouts
from forms.csv.table import Trouble
from forms.csv.values import holds
from kamizero.model import Severity
from validation.csv.registry import table_rule
from validation.csv.sample import row, sample_layout


def rule_id(layout: Layout, condition: Condition) -> str:
    return f"csv.{layout.form}.{condition.id}"


def condition_troubles(
    layout: Layout, line: int, items: Sequence[str]
) -> Iterator[Trouble]:
    """What the row's items break of the layout's conditions, item by item."""
    for condition in layout.conditions:
        rule = rule_id(layout, condition)
        for n in _wrong(condition, items):
            if n <= len(items):
                yield Trouble(rule, line, n)


def _wrong(condition: Condition, items: Sequence[str]) -> Iterable[int]:
    blank = [n for n in condition.items if n <= len(items) and not items[n - 1]]
    written = [n for n in condition.items if n <= len(items) and items[n - 1]]
    if condition.together:
        return blank if written else ()
    if not holds(condition.when, items):
        return written if condition.else_blank else ()
    if condition.one_of:
        return () if written else condition.one_of[:1]
    return blank if condition.required else written


def register_conditions() -> None:
    """Register every condition of the layouts as a rule; called once."""
    for code in layouts():
        if code != OFFICE:
            for condition in sample_layout(code).conditions:
                _register_one(sample_layout(code), condition)


def _register_one(layout: Layout, condition: Condition) -> None:
    when, when_en = _when(layout, condition.when)
    demand, demand_en = _demand(condition)
    table_rule(
        rule_id(layout, condition),
        Severity.WARNING if condition.uncertain else Severity.ERROR,
        ja=f"項目{{item}}「{{label}}」：{when}{demand}確認してください。",
        en=f"Item {{item}} ({{label_en}}): {when_en}{demand_en} Check it.",
        passes=row(layout.code, condition.passes),
        fails=row(layout.code, condition.fails),
    )


def _when(layout: Layout, when: When) -> tuple[str, str]:
    if not when:
        return "", ""
    told, told_en = [], []
    for n, values in when.items():
        item = layout.item(n)
        said, said_en = _values(values)
        told.append(f"項目{n}「{item.label}」が{said}")
        told_en.append(f"item {n} ({item.label_en}) is {said_en}")
    return "、".join(told) + "のとき、", f"when {' and '.join(told_en)}, "


def _values(values: Sequence[str]) -> tuple[str, str]:
    if values == ("",):
        return "空欄", "blank"
    if values == ("*",):
        return "記入済み", "filled in"
    return "・".join(values), " or ".join(values)


def _demand(condition: Condition) -> tuple[str, str]:
    numbers = "・".join(f"{n}" for n in condition.items)
    if condition.together:
        return (
            f"項目{numbers}は、すべて記入するか、すべて空欄にします。",
            f"items {numbers} are all filled in or all blank.",
        )
    if condition.one_of:
        return (
            f"項目{numbers}のいずれかを記入します。",
            f"one of the items {numbers} is filled in.",
        )
    if condition.blank:
        return "空欄にします。", "it is blank."
    if condition.else_blank:
        return "記入し、それ以外は空欄にします。", "it is filled in, otherwise blank."
    return "必ず記入します。", "it is filled in."
