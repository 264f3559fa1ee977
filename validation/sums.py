"""The sums a filing must show, as its form names them."""

from collections.abc import Iterator

from forms.sums import LARGEST_AMOUNT, Sum
from validation.line import Found, Line

__all__ = ["LARGEST_AMOUNT", "agrees", "expected", "wrong_sums"]


def expected(line: Line, one: Sum) -> int | None:
    """The total its parts make; a blank part is zero, None where one is unclear."""
    amounts = [0 if line.is_blank(item) else line.amount(item) for item in one.parts]
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts) or all(line.is_blank(item) for item in one.parts):
        return None
    return one.of(known)


def agrees(line: Line, one: Sum) -> bool:
    """Tell whether the total is written as its parts make it."""
    total = expected(line, one)
    return total is not None and line.amount(one.total) == total


def wrong_sums(line: Line, rule: str) -> Iterator[Found]:
    """Object to each total of the line that a rule watches and that is wrong."""
    for one in line.filing.form.sums:
        total, written = expected(line, one), line.amount(one.total)
        if one.rule == rule and None not in (total, written) and written != total:
            yield line.found(*one.items, sum=f"{total:,}")
