"""Ranks the amounts of an entry by the sum that they must show."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from forms.definition import FormDefinition
from kamizero.model import Candidate, FieldState
from ocr.boxes.comb_field import WRITER_ERROR
from ocr.outcome import Outcome

_LARGEST = 9_999_999
_CONSIDERED = 7
# A misread amount satisfies its sum about this often all the same.
_PASSED_BY_CHANCE = 0.02


@dataclass(frozen=True, slots=True)
class SumRule:
    """Two parts and their total; `exact` where every digit of the parts counts."""

    name: str
    items: tuple[str, str, str]
    total: Callable[[int], int]
    exact: bool


SUM_RULES: Mapping[str, SumRule] = {
    "2200": SumRule(
        "2200.total_is_cash_plus_in_kind",
        ("remuneration_cash", "remuneration_in_kind", "remuneration_total"),
        lambda parts: min(parts, _LARGEST),
        exact=True,
    ),
    "2265": SumRule(
        "2265.total_is_bonus_in_thousands",
        ("bonus_cash", "bonus_in_kind", "bonus_total"),
        lambda parts: parts // 1000 * 1000 if parts <= _LARGEST else _LARGEST,
        exact=False,
    ),
}
"""By form; a form without such a sum is not here."""

Names = tuple[str, ...]


def with_sums(
    definition: FormDefinition, outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """Let the sum confirm amounts that fit, and settle near-ties where they do not."""
    settled = dict(outcomes)
    rule = SUM_RULES.get(definition.form)
    if rule is None:
        return settled
    for names in _triples(definition, rule, outcomes):
        amounts = [outcomes[name] for name in names]
        if _fits(rule, [outcome.best for outcome in amounts]):
            settled |= _confirmed(rule, dict(zip(names, amounts, strict=True)))
        else:
            settled |= _chosen(rule, dict(zip(names, amounts, strict=True)))
    return settled


def _triples(
    definition: FormDefinition, rule: SumRule, outcomes: Mapping[str, Outcome]
) -> Iterator[Names]:
    for entry in range(1, definition.entries + 1):
        names = tuple(f"{definition.entry_prefix}.{entry}.{i}" for i in rule.items)
        states = [outcomes[name].state for name in names if name in outcomes]
        if states == [FieldState.READ] * len(names):
            yield names


def _fits(rule: SumRule, amounts: list[Candidate]) -> bool:
    cash, in_kind, total = (amount.value for amount in amounts)
    if not (cash.isdigit() and in_kind.isdigit() and total.isdigit()):
        return False
    return rule.total(int(cash) + int(in_kind)) == int(total)


def _confirmed(rule: SumRule, amounts: Mapping[str, Outcome]) -> dict[str, Outcome]:
    total = rule.items[2]
    return {
        name: _surer(outcome)
        for name, outcome in amounts.items()
        # Of a bonus only the thousands count: a hundred misread is not noticed.
        if rule.exact or name.endswith(total)
    }


def _surer(outcome: Outcome) -> Outcome:
    best = outcome.best
    spare = (1 - best.probability) * _PASSED_BY_CHANCE
    confirmed = replace(best, probability=best.probability / (best.probability + spare))
    return replace(
        outcome,
        candidates=(confirmed, *outcome.candidates[1:]),
        grounds=(*outcome.grounds, "sum"),
    )


def _chosen(rule: SumRule, amounts: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """The amounts that fit best, where misreading is likelier than miswriting."""
    options = [outcome.candidates[:_CONSIDERED] for outcome in amounts.values()]
    fitting = [way for way in product(*options) if _fits(rule, list(way))]
    if not fitting:
        return {}
    best = max(fitting, key=_share)
    free = [outcome.best for outcome in amounts.values()]
    if _share(best) * (1 - WRITER_ERROR) <= _share(free) * WRITER_ERROR:
        return {}
    return {
        name: _replaced(outcome, candidate, rule.name)
        for (name, outcome), candidate in zip(amounts.items(), best, strict=True)
        if candidate is not outcome.best
    }


def _share(amounts: Iterable[Candidate]) -> float:
    return prod(amount.probability for amount in amounts)


def _replaced(outcome: Outcome, chosen: Candidate, rule: str) -> Outcome:
    """The chosen candidate first, the free reading right behind it."""
    others = [one for one in outcome.candidates if one is not chosen]
    return replace(
        outcome,
        candidates=(chosen, *others),
        chosen_by=rule,
        grounds=(),
        doubts=(*outcome.doubts, "chosen by a rule"),
    )
