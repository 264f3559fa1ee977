"""What a count of errors proves about the share of errors."""

from math import exp, lgamma, log, log1p

_STEPS = 60


def upper_bound(errors: int, of: int, *, risk: float = 0.05) -> float:
    """The one-sided Clopper-Pearson bound: a larger share is this unlikely."""
    if errors >= of:
        return 1.0
    low, high = errors / of, 1.0
    for _ in range(_STEPS):
        share = (low + high) / 2
        if _at_most(errors, of, share) > risk:
            low = share
        else:
            high = share
    return high


def lower_bound(errors: int, of: int, *, risk: float = 0.05) -> float:
    """The one-sided Clopper-Pearson bound: a smaller share is this unlikely."""
    if errors == 0:
        return 0.0
    low, high = 0.0, errors / of
    for _ in range(_STEPS):
        share = (low + high) / 2
        if 1 - _at_most(errors - 1, of, share) < risk:
            low = share
        else:
            high = share
    return low


def _at_most(errors: int, of: int, share: float) -> float:
    """The chance of so few errors where each of `of` is one with this chance."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    return sum(
        exp(_log_ways(of, k) + k * log(share) + (of - k) * log1p(-share))
        for k in range(errors + 1)
    )


def _log_ways(of: int, k: int) -> float:
    return lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1)
