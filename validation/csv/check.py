"""Checking a table as a whole: every trouble with its line, its item and its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forms.csv.layout import Item, Layout
from forms.csv.layouts import layout_of, layouts, office_layout
from forms.csv.reader import read_table
from forms.csv.table import Table, TableLine, Trouble, office_of, office_of_row
from forms.definition import FormDefinition
from kamizero.model import Finding, LocalText, Severity
from validation.csv.conditions import condition_troubles
from validation.csv.items import item_troubles
from validation.csv.registry import told
from validation.csv.repeats import pairs
from validation.csv.rules import table_rules, whole_file_rules
from validation.csv.values import (
    RowForm,
    office_findings,
    pair_findings,
    row_findings,
    severity_of,
)

PaperForm = Callable[[str], FormDefinition | None]
"""The paper form of this id, where there is one."""

_NO_ITEM = LocalText(ja="", en="")


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule says about a table; `line` and `item` are 0 where it is all of it."""

    rule: str
    severity: Severity
    line: int
    item: int
    label: LocalText
    message: LocalText


@dataclass(frozen=True, slots=True)
class Checked:
    """A table, and what is wrong with it in the order of its lines."""

    table: Table
    problems: tuple[Problem, ...]

    @property
    def is_refused(self) -> bool:
        """Tell whether nothing of the file can be taken."""
        return bool({one.rule for one in self.problems} & whole_file_rules())

    def of_line(self, number: int) -> Sequence[Problem]:
        return [one for one in self.problems if one.line == number]


def check_table(data: bytes, *, paper: PaperForm, today: date) -> Checked:
    """Read a table and ask every rule; nothing a file holds makes this fail."""
    read = read_table(data)
    table = read.table
    at = _layouts_by_line(table)
    found = [_problem(one, at) for one in (*read.troubles, *_spelling(table))]
    spelled_wrong = {(one.line, one.item) for one in found if one.item}
    found += [
        one
        for one in _on_values(table, paper=paper, today=today)
        if (one.line, one.item) not in spelled_wrong
    ]
    return Checked(table, tuple(sorted(found, key=_place)))


def refusals(data: bytes) -> Sequence[Problem]:
    """Why nothing of a file can be taken; empty where its rows can."""
    read = read_table(data)
    whole = whole_file_rules()
    at = _layouts_by_line(read.table)
    return [_problem(one, at) for one in read.troubles if one.rule in whole]


def _place(problem: Problem) -> tuple[int, int]:
    return problem.line, problem.item


def _spelling(table: Table) -> Iterator[Trouble]:
    """What the items of each line have wrong, and the lines beside each other."""
    offices: dict[tuple[str, ...], int] = {}
    for line in table.offices:
        if len(line.items) == len(office_layout().items):
            yield from item_troubles(office_layout(), *line)
        key = office_of(line.items)
        if key in offices:
            yield Trouble("csv.office_twice", line.number, 3, _other(offices[key]))
        offices.setdefault(key, line.number)
    seen: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        if row.items in seen:
            yield Trouble("csv.row_twice", row.number, 0, _other(seen[row.items]))
        seen.setdefault(row.items, row.number)
        layout = layout_of(row.items, on=table.made_on)
        if layout is not None:
            yield from _row(table, layout, row, offices)


def _row(
    table: Table,
    layout: Layout,
    row: TableLine,
    offices: Mapping[tuple[str, ...], int],
) -> Iterator[Trouble]:
    yield from item_troubles(layout, *row)
    yield from condition_troubles(layout, *row)
    if offices and office_of_row(row.items) not in offices:
        yield Trouble("csv.office_unlisted", row.number, 4)
    in_force = [
        one
        for one in layouts()[layout.code]
        if table.made_on is None or one.in_force_from <= table.made_on
    ]
    if in_force and len(in_force[-1].items) != len(layout.items):
        yield Trouble("csv.spec_date", row.number, 0, {"spec": layout.spec})


def _other(line: int) -> dict[str, str]:
    return {"other": str(line)}


def _on_values(table: Table, *, paper: PaperForm, today: date) -> Iterator[Problem]:
    for office in table.offices:
        if len(office.items) == len(office_layout().items):
            found = office_findings(office, today=today)
            yield from _said(office.number, office_layout(), found)
    forms: dict[Layout, RowForm] = {}
    for row in table.rows:
        layout = layout_of(row.items, on=table.made_on)
        if layout is None:
            continue
        if layout not in forms:
            forms[layout] = RowForm.of(layout, paper(layout.form))
        made_on = table.made_on
        found = row_findings(forms[layout], row, made_on=made_on, today=today)
        yield from _said(row.number, layout, found)
    for layout, known in forms.items():
        for one, other in pairs(layout, table.rows):
            found = pair_findings(known, (one, other), today=today)
            yield from _said(other.number, layout, found)


def _said(
    line: int, layout: Layout, found: Iterable[tuple[Finding, int]]
) -> Iterator[Problem]:
    for finding, n in found:
        item = layout.item(n) if n else None
        yield Problem(
            rule=finding.rule,
            severity=severity_of(finding, item),
            line=line,
            item=n,
            label=_label(item),
            message=finding.message,
        )


def _problem(trouble: Trouble, at: Mapping[int, Layout]) -> Problem:
    rule = table_rules()[trouble.rule]
    item = _item(trouble, at)
    label = _label(item)
    words = {"item": str(trouble.item), "label": label.ja, "label_en": label.en}
    mild = rule.severity is Severity.ERROR and item is not None and item.uncertain
    return Problem(
        rule=rule.id,
        severity=Severity.WARNING if mild else rule.severity,
        line=trouble.line,
        item=trouble.item,
        label=label,
        message=told(rule, {**words, **trouble.words}),
    )


def _label(item: Item | None) -> LocalText:
    return LocalText(item.label, item.label_en) if item else _NO_ITEM


def _item(trouble: Trouble, at: Mapping[int, Layout]) -> Item | None:
    layout = at.get(trouble.line)
    if layout is None or not 1 <= trouble.item <= len(layout.items):
        return None
    return layout.item(trouble.item)


def _layouts_by_line(table: Table) -> Mapping[int, Layout]:
    """Line -> its layout, where it has one."""
    offices = dict.fromkeys((one.number for one in table.offices), office_layout())
    rows = {row.number: layout_of(row.items, on=table.made_on) for row in table.rows}
    return offices | {number: known for number, known in rows.items() if known}
