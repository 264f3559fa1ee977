"""The catalogue of rules, written from the register of rules itself."""

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


def _row(rule: Rule) -> str:
    cells = (
        f"`{rule.id}`",
        rule.severity.value,
        ", ".join(rule.forms) or "all",
        " ".join(rule.items),
        rule.message.ja,
        rule.message.en,
    )
    return f"| {' | '.join(cells)} |\n"
