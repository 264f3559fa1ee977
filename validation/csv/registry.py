"""The register of rules on tables: what each demands, and with what examples."""

from collections.abc import Mapping
from dataclasses import dataclass

from kamizero.model import LocalText, Severity
from validation.csv.sample import Edit, unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule:
    """One rule on a table. `passes` and `fails` are kept true by a test.

    Attributes:
        whole: the file as a whole cannot be taken where it objects.
    """

    id: str
    severity: Severity
    message: LocalText
    fails: Edit
    passes: Edit = unchanged
    whole: bool = False


TABLE_RULES: dict[str, TableRule] = {}


def table_rule(
    id: str,
    severity: Severity,
    *,
    ja: str,
    en: str,
    fails: Edit,
    passes: Edit = unchanged,
    whole: bool = False,
) -> None:
    """Register a rule under a stable id."""
    if id in TABLE_RULES:
        raise ValueError(f"two rules have the id {id}: rename one of them")
    TABLE_RULES[id] = TableRule(
        id=id,
        severity=severity,
        message=LocalText(ja=ja, en=en),
        fails=fails,
        passes=passes,
        whole=whole,
    )


def told(rule: TableRule, words: Mapping[str, str]) -> LocalText:
    """The rule's message with its gaps filled."""
    return LocalText(*(text.format_map(words) for text in rule.message))
