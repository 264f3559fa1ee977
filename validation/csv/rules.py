"""All rules on tables, in the order they are told."""

# Each module registers its rules when it is imported.
from validation.csv import conditions, rules_items, rules_order, rules_text
from validation.csv.registry import TABLE_RULES, TableRule

_MODULES = (rules_text, rules_order, rules_items, conditions)


def all_table_rules() -> tuple[TableRule, ...]:
    """Every registered rule."""
    return tuple(TABLE_RULES.values())


def whole_file_rules() -> frozenset[str]:
    """The rules after which nothing of the file can be taken."""
    return frozenset(rule.id for rule in all_table_rules() if rule.whole)
