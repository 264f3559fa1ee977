"""Tables of an e-filing for tests: checked as the command line checks them."""

from collections.abc import Mapping, Sequence
from datetime import date

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import MissingError
from validation.csv.check import Checked, Problem, check_table

CHECK_DAY = date(2021, 4, 1)


def paper(form: str) -> FormDefinition | None:
    try:
        return Library.shipped().get(form)
    except MissingError:
        return None


def checked(data: bytes) -> Checked:
    return check_table(data, paper=paper, today=CHECK_DAY)


def problems(data: bytes) -> Sequence[Problem]:
    return checked(data).problems


def told(data: bytes) -> Mapping[str, tuple[int, int]]:
    """Rule -> line and item of its first problem."""
    found: dict[str, tuple[int, int]] = {}
    for one in problems(data):
        found.setdefault(one.rule, (one.line, one.item))
    return found
