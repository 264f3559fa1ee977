"""The catalogue of rules, written from the register of rules itself."""

from forms.library import Library
from validation.registry import Rule
from validation.rules import all_rules

_INTRODUCTION = """\
# Rules

What kamizero checks on every filing.
Ids are stable; gaps in braces are filled when the rule objects.
A rule whose id begins with `records.` is asked only where records are loaded.

| id | severity | forms | items | Japanese | English |
|---|---|---|---|---|---|
"""


def catalogue_markdown() -> str:
    """All rules as a Markdown page, sorted by id."""
    rules = sorted(all_rules(), key=lambda rule: rule.id)
    return _INTRODUCTION + "".join(_row(rule) for rule in rules)


def _forms(rule: Rule) -> str:
    """The shipped forms that are asked."""
    shipped = Library.shipped().all()
    asked = [form.form for form in shipped if rule.applies_to(form)]
    return "all" if len(asked) == len(shipped) else ", ".join(dict.fromkeys(asked))


def _row(rule: Rule) -> str:
    cells = (
        f"`{rule.id}`",
        rule.severity.value,
        _forms(rule),
        " ".join(rule.items),
        rule.message.ja,
        rule.message.en,
    )
    return f"| {' | '.join(cells)} |\n"
