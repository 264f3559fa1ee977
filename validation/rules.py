"""All rules of the product, in the order they are asked."""

# Each module registers its rules when it is imported.
from forms.definition import FormDefinition
from validation import (
    rules_2200,
    rules_2201,
    rules_2202,
    rules_2202_details,
    rules_2218,
    rules_2265,
    rules_attachments,
    rules_dates,
    rules_filed,
    rules_monthly,
    rules_monthly_dates,
    rules_numbers,
    rules_people,
    rules_record_accounts,
    rules_record_answers,
    rules_record_office,
    rules_record_payees,
    rules_record_people,
    rules_record_periods,
    rules_record_places,
    rules_seventy,
    rules_summary,
    rules_uketori,
    rules_writing,
)
from validation.registry import RULES, Rule

_MODULES = (
    rules_writing,
    rules_numbers,
    rules_dates,
    rules_people,
    rules_2200,
    rules_2201,
    rules_2202,
    rules_2202_details,
    rules_2218,
    rules_2265,
    rules_monthly,
    rules_monthly_dates,
    rules_seventy,
    rules_summary,
    rules_uketori,
    rules_attachments,
    rules_filed,
    rules_record_answers,
    rules_record_office,
    rules_record_people,
    rules_record_periods,
    rules_record_places,
    rules_record_payees,
    rules_record_accounts,
)


def all_rules() -> tuple[Rule, ...]:
    """Every registered rule, those of one module together."""
    place = {module.__name__: n for n, module in enumerate(_MODULES)}
    return tuple(sorted(RULES.values(), key=lambda rule: place[rule.judge.__module__]))


def rules_of(form: FormDefinition) -> tuple[Rule, ...]:
    """The rules that one form is asked about."""
    return tuple(rule for rule in all_rules() if rule.applies_to(form))
