"""Filings built from the examples that stand beside the rules."""

from collections.abc import Iterable
from datetime import date

from forms.definition import FormDefinition
from forms.grammar import canonical
from kamizero.model import FieldState, FilingKind, Summed
from validation.filing import FilingValues
from validation.registry import Example, Rule

EXAMPLE_DAY = date(2021, 4, 1)
"""The day on which the examples are checked."""


def example_form(rule: Rule, forms: Iterable[FormDefinition]) -> FormDefinition:
    """The form that a rule's examples are of: the one that has most of its fields."""
    named = {*rule.passes, *rule.fails}
    asked = [form for form in forms if rule.applies_to(form)]
    return max(asked, key=lambda form: len(named & {one.name for one in form.fields}))


def example_filing(
    definition: FormDefinition,
    example: Example,
    *,
    kind: FilingKind = FilingKind.NEW,
    attachments: frozenset[str] | None = None,
    summed: Summed | None = None,
) -> FilingValues:
    """A filing on which only the example's fields are written."""
    values, states, texts = {}, {}, {}
    for name, written in example.items():
        if name not in {field.name for field in definition.fields}:
            continue
        if isinstance(written, FieldState):
            states[name] = written
            continue
        field = definition.field(name)
        values[name] = canonical(field.type, field.format, written)
        texts[name] = written
        states[name] = FieldState.READ if written else FieldState.BLANK
    return FilingValues(
        form=definition,
        kind=kind,
        attachments=attachments,
        summed=summed,
        values=values,
        states=states,
        texts=texts,
    )
