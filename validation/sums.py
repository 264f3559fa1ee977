"""The sums a filing must show, as its totals have to be written."""

from validation.line import Line

LARGEST_AMOUNT = 9_999_999
"""What is written for every amount of ten million yen and more."""

SUMS = {
    "2200": ("remuneration_cash", "remuneration_in_kind", "remuneration_total"),
    "2265": ("bonus_cash", "bonus_in_kind", "bonus_total"),
}
"""By form: the two parts and their total."""


def remuneration(line: Line) -> int | None:
    """The monthly remuneration: cash plus in kind."""
    total = _sum(line, *SUMS["2200"][:2])
    return None if total is None else min(total, LARGEST_AMOUNT)


def bonus(line: Line) -> int | None:
    """The bonus: cash plus in kind, cut off to thousands where it fits the boxes."""
    total = _sum(line, *SUMS["2265"][:2])
    if total is None:
        return None
    return LARGEST_AMOUNT if total > LARGEST_AMOUNT else total // 1000 * 1000


def _sum(line: Line, *items: str) -> int | None:
    """The sum; a blank part counts as zero, None where one is unclear."""
    amounts = [0 if line.is_blank(item) else line.amount(item) for item in items]
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(items) or all(line.is_blank(item) for item in items):
        return None
    return sum(known)
