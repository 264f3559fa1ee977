"""Tables of an e-filing for tests: checked as the command line checks them."""

from collections.abc import Mapping, Sequence
from datetime import date

from forms.csv.table import NAME
from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import MissingError
from tests.desk import Desk
from tests.media import a_summary, take_in, work_off
from validation.csv.check import Checked, Problem, check_table
from validation.csv.sample import sample_table

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


def received(desk: Desk, data: bytes, *, end: bytes = b"\r\n") -> None:
    """Take the table in with a summary that counts its rows, and read it."""
    lines = data.split(end)
    rows = lines[lines.index(b"[data]") + 1 : -1]
    codes = [line.split(b",")[0].decode("cp932") for line in rows]
    counts = {code: codes.count(code) for code in codes}
    offices = lines.index(b"[data]") - 3
    summary = a_summary(counts, offices=offices, number="媒体番号,003")
    take_in(desk, {f"media-003/{NAME}": data, "media-003/soukatsu.csv": summary})
    work_off(desk)


def only(*codes: str) -> bytes:
    """The sample with the rows of these forms alone."""
    lines = sample_table().split(b"\r\n")
    first = lines.index(b"[data]") + 1
    rows = [one for one in lines[first:-1] if one.split(b",")[0].decode() in codes]
    return b"\r\n".join([*lines[:first], *rows, b""])
