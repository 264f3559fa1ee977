"""All rules on tables, in the order they are told."""

from collections.abc import Mapping
from functools import cache

# Each module registers its rules when it is imported.
from validation.csv import rules_items, rules_order, rules_text
from validation.csv.conditions import register_conditions
from validation.csv.registry import TABLE_RULES, TableRule

_MODULES = (rules_text, rules_order, rules_items)


@cache
def table_rules() -> Mapping[str, TableRule]:
    """Every rule by its id; those of the layouts are made when first asked for."""
    register_conditions()
    return TABLE_RULES


@cache
def whole_file_rules() -> frozenset[str]:
    """The rules after which nothing of the file can be taken."""
    return frozenset(rule.id for rule in table_rules().values() if rule.whole)
