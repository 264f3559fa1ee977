"""The rules on the values of a form, asked about the rows of a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from forms.csv.forms import PREFIX, form_of_rows, line_field
from forms.csv.layout import Item, Layout
from forms.csv.layouts import office_layout
from forms.csv.table import TableLine
from forms.csv.values import fields_of, texts_of
from forms.definition import FormDefinition
from forms.grammar import canonical
from kamizero.model import FieldState, FilingKind, Finding, Severity
from validation.filing import FilingValues
from validation.line import Line
from validation.registry import Rule, Scope
from validation.rules import all_rules, rules_of

# What only paper can show, or what the items themselves say more exactly.
NOT_FOR_TABLES = frozenset(
    {
        "common.required_missing",
        "common.code_not_allowed",
        "common.several_marks",
        "common.unreadable",
        "common.no_entry",
        "common.entry_struck",
        "common.kanji_not_in_host",
        "common.kana_characters",
        "common.kana_name_needs_space",
        "common.kana_name_too_long",
        "common.kanji_name_needs_space",
        "common.kanji_name_too_long",
        "common.serial_blank",
        # Papers that must lie with it are the office's to ask for.
        "common.retroactive",
        "2200.serial_gap",
        "common.year",
        "common.month",
        "common.days",
        "common.thousands",
        "2225.applies_from_september",
        "2225.back_pay_in_other_month",
    }
)
# Ours, and in no list of checks: a file that breaks them may be filed all the same.
BEYOND_THE_LISTS = frozenset({"common.my_number_check_digit"})
_OFFICE_RULES = frozenset(
    f"common.{format}"
    for format in ("office_symbol", "office_number", "postal_code", "phone")
)
TWICE = ("common.serial_twice", "common.number_twice", "common.person_twice")


@dataclass(frozen=True, slots=True)
class RowForm:
    """A layout as a form of one or two rows, and the rules it is asked."""

    layout: Layout
    form: FormDefinition
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, layout: Layout, paper: FormDefinition | None) -> "RowForm":
        skipped = NOT_FOR_TABLES | layout.restated()
        form = form_of_rows(layout, paper, entries=2)
        rules = tuple(rule for rule in rules_of(form) if rule.id not in skipped)
        return cls(layout, form, rules)


def row_findings(
    known: RowForm, row: TableLine, *, made_on: date | None, today: date
) -> Iterator[tuple[Finding, int]]:
    """What the rules on values say of one row, and the item it is about."""
    head = _head(known, [row], made_on=made_on, today=today)
    asked = [rule for rule in known.rules if rule.id not in TWICE]
    for finding in _findings(head, asked):
        n = _item_of(known.layout, finding)
        if n:
            yield finding, n


def pair_findings(
    known: RowForm, rows: Sequence[TableLine], *, today: date
) -> Iterator[tuple[Finding, int]]:
    """What the rules say of two rows beside each other: one person twice."""
    head = _head(known, rows, made_on=None, today=today)
    asked = [rule for rule in known.rules if rule.id in TWICE]
    for finding in _findings(head, asked):
        yield finding, _item_of(known.layout, finding)


def office_findings(office: TableLine, *, today: date) -> Iterator[tuple[Finding, int]]:
    """What the rules on values say of the record of an office."""
    layout = office_layout()
    form = _office_form()
    texts = texts_of(layout, office.items)
    head = Line(_filled(form, texts), None, today)
    asked = [rule for rule in all_rules() if rule.id in _OFFICE_RULES]
    for finding in _findings(head, asked):
        yield finding, _item_of(layout, finding)


@cache
def _office_form() -> FormDefinition:
    return form_of_rows(office_layout(), None, entries=0)


def _head(
    known: RowForm,
    rows: Sequence[TableLine],
    *,
    made_on: date | None,
    today: date,
) -> Line:
    texts = {"submitted_on": made_on.isoformat() if made_on else ""}
    for n, row in enumerate(rows, start=1):
        written = texts_of(known.layout, row.items)
        texts |= {line_field(name, n): text for name, text in written.items()}
    return Line(_filled(known.form, texts), None, today)


def _filled(form: FormDefinition, texts: Mapping[str, str]) -> FilingValues:
    there = {field.name: field for field in form.fields if texts.get(field.name)}
    return FilingValues(
        form=form,
        kind=FilingKind.NEW,
        values={
            name: canonical(field.type, field.format, texts[name])
            for name, field in there.items()
        },
        states=dict.fromkeys(there, FieldState.READ),
        texts={name: texts[name] for name in there},
    )


def _findings(head: Line, rules: Iterable[Rule]) -> Iterator[Finding]:
    lines = head.lines()
    for rule in rules:
        for line in lines if rule.scope is Scope.ENTRY else [head]:
            yield from rule.findings(line)


def _item_of(layout: Layout, finding: Finding) -> int:
    """The item a person looks at first; 0 where the table has none of the fields."""
    fields = fields_of(layout)
    for name in finding.fields:
        parts = fields.get(_without_line(name)) or fields.get(name)
        if parts:
            return _named(parts).n
    return 0


def _named(parts: Sequence[Item]) -> Item:
    """Of a date its day, after the era."""
    return parts[-1]


def _without_line(name: str) -> str:
    parts = name.split(".")
    return parts[-1] if parts[0] == PREFIX else name


def severity_of(finding: Finding, item: Item | None) -> Severity:
    """What nobody knows for certain, or no list demands, is a warning at most."""
    mild = finding.rule in BEYOND_THE_LISTS or (item is not None and item.uncertain)
    is_error = finding.severity is Severity.ERROR
    return Severity.WARNING if is_error and mild else finding.severity
