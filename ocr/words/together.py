"""Settles two readings that say the same thing in two ways, by each other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from kamizero.model import FieldState
from ocr.outcome import Outcome

Agreement = Callable[[str, str], float]
"""How much likelier two values are for going together, as a logarithm; 0 for not."""


def settle_pair(
    first: Outcome,
    second: Outcome,
    *,
    agreement: Agreement,
    rule: str,
    unlisted: float = 0.0,
) -> tuple[Outcome, Outcome]:
    """Rank the candidates of both by how well they go together.

    `unlisted` is the agreement of what is among no candidates. Where a candidate
    comes first that did not before, `rule` is named and the free reading is second.
    """
    factors = [
        [math.exp(agreement(one.value, other.value)) for other in second.candidates]
        for one in first.candidates
    ]
    firsts = [one.probability for one in first.candidates]
    seconds = [one.probability for one in second.candidates]
    factor = math.exp(unlisted)
    other_first = max(1 - sum(firsts), 0.0) * factor
    other_second = max(1 - sum(seconds), 0.0) * factor
    joint = [
        [p * q * weight for q, weight in zip(seconds, row, strict=True)]
        for p, row in zip(firsts, factors, strict=True)
    ]
    by_first = [
        sum(row) + p * other_second for row, p in zip(joint, firsts, strict=True)
    ]
    by_second = [
        sum(column) + q * other_first
        for column, q in zip(zip(*joint, strict=True), seconds, strict=True)
    ]
    neither = max(1 - sum(firsts), 0.0) * other_second
    whole = sum(by_first) + other_first * sum(seconds) + neither
    return (
        _reweighed(first, [share / whole for share in by_first], rule),
        _reweighed(second, [share / whole for share in by_second], rule),
    )


def both_read(first: Outcome | None, second: Outcome | None) -> bool:
    """Tell whether there are candidates on both sides."""
    return all(
        one is not None and one.state is FieldState.READ and one.candidates
        for one in (first, second)
    )


def _reweighed(outcome: Outcome, shares: Sequence[float], rule: str) -> Outcome:
    free = outcome.best
    weighed = [
        replace(one, probability=min(share, 1.0))
        for one, share in zip(outcome.candidates, shares, strict=True)
    ]
    ranked = sorted(weighed, key=lambda one: -one.probability)
    if ranked[0].value == free.value:
        return replace(outcome, candidates=tuple(ranked))
    at = next(n for n, one in enumerate(ranked) if one.value == free.value)
    candidates = (ranked[0], ranked[at], *ranked[1:at], *ranked[at + 1 :])
    return replace(outcome, candidates=candidates, chosen_by=rule)


def with_ground(outcome: Outcome, ground: str) -> Outcome:
    """The same with something more that speaks for it, unless that chose it."""
    if outcome.chosen_by is not None:
        return outcome
    return replace(outcome, grounds=(*outcome.grounds, ground))
