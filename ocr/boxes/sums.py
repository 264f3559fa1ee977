"""Ranks the amounts of an entry by the sum that they must show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import prod

from forms.definition import FormDefinition
from forms.sums import Sum
from kamizero.model import Candidate, FieldState
from ocr.boxes.comb_field import WRITER_ERROR
from ocr.outcome import Outcome

_CONSIDERED = 7
# A misread amount satisfies its sum about this often all the same.
_PASSED_BY_CHANCE = 0.02
# What is less likely than this is no way to read an amount that a sum can speak for.
_LEAST_RIVAL = 1e-4

Names = tuple[str, ...]


def with_sums(
    definition: FormDefinition, outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """Let the sum confirm amounts that fit, and settle near-ties where they do not."""
    settled = dict(outcomes)
    for one in definition.sums:
        for names in _written(definition, one, settled):
            amounts = {name: settled[name] for name in names}
            if _fits(one, [outcome.best for outcome in amounts.values()]):
                settled |= _confirmed(one, amounts)
            else:
                settled |= _chosen(one, amounts)
    return settled


def _written(
    definition: FormDefinition, one: Sum, outcomes: Mapping[str, Outcome]
) -> Iterator[Names]:
    """The fields of the sum in each entry where all of them are written."""
    for entry in range(1, definition.entries + 1):
        names = tuple(f"{definition.entry_prefix}.{entry}.{i}" for i in one.items)
        states = [outcomes[name].state for name in names if name in outcomes]
        if states == [FieldState.READ] * len(names):
            yield names


def _fits(one: Sum, amounts: list[Candidate]) -> bool:
    if not all(amount.value.isdigit() for amount in amounts):
        return False
    *parts, total = (int(amount.value) for amount in amounts)
    return one.of(parts) == total


def _confirmed(one: Sum, amounts: Mapping[str, Outcome]) -> dict[str, Outcome]:
    return {
        name: _surer(outcome, _rival(one, amounts, name))
        for name, outcome in amounts.items()
        # Of a bonus only the thousands count: a hundred misread is not noticed.
        if (one.is_exact or name.endswith(one.total))
        # What another sum chose may not be its own proof.
        and outcome.chosen_by is None
    }


def _rival(one: Sum, amounts: Mapping[str, Outcome], name: str) -> float:
    """How likely other amounts that fit make another value of this one.

    A hand whose 7 looks like a 1 writes it so in a part and in the total: they are
    misread together, so the least likely of them counts, not all at once.
    """
    options = [
        [c for c in outcome.candidates[:_CONSIDERED] if c.probability >= _LEAST_RIVAL]
        for outcome in amounts.values()
    ]
    at = list(amounts).index(name)
    own = [outcome.best for outcome in amounts.values()]
    return max(
        (
            min(c.probability for c, best in zip(way, own, strict=True) if c != best)
            for way in product(*options)
            if way[at].value != own[at].value and _fits(one, list(way))
        ),
        default=0.0,
    )


def _surer(outcome: Outcome, rival: float) -> Outcome:
    best = outcome.best
    spare = (1 - best.probability) * _PASSED_BY_CHANCE + rival
    confirmed = replace(best, probability=best.probability / (best.probability + spare))
    return replace(
        outcome,
        candidates=(confirmed, *outcome.candidates[1:]),
        grounds=tuple(dict.fromkeys((*outcome.grounds, "sum"))),
    )


def _chosen(one: Sum, amounts: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """The amounts that fit best, where misreading is likelier than miswriting."""
    options = [outcome.candidates[:_CONSIDERED] for outcome in amounts.values()]
    fitting = [way for way in product(*options) if _fits(one, list(way))]
    if not fitting:
        return {}
    best = max(fitting, key=_share)
    free = [outcome.best for outcome in amounts.values()]
    if _share(best) * (1 - WRITER_ERROR) <= _share(free) * WRITER_ERROR:
        return {}
    return {
        name: _replaced(outcome, candidate, one.rule)
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
