"""A table of nobody that breaks no rule, and ways to break it for an example."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from forms.csv.layout import Layout
from forms.csv.layouts import form_codes, layouts, office_layout
from forms.csv.table import ANY_FORM, DATA, KANRI

Edit = Callable[[bytes], bytes]
"""What is done to the sample, or a change of it."""

MADE_ON = date(2020, 12, 1)


@cache
def sample_table() -> bytes:
    """One office, and one row of each form as it was filed on that day."""
    office = office_layout().example
    lines = [
        ",".join((*office[:3], "001", f"{MADE_ON:%Y%m%d}", ANY_FORM)),
        KANRI,
        ",001",
        ",".join(office),
        DATA,
        *(",".join(sample_layout(code).example) for code in form_codes()),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("cp932")


def sample_layout(code: str) -> Layout:
    """The layout of the sample's row of this form."""
    in_force = [one for one in layouts()[code] if one.in_force_from <= MADE_ON]
    return in_force[-1]


def unchanged(data: bytes) -> bytes:
    return data


def swapped(old: str | bytes, new: str | bytes) -> Edit:
    """The sample with other bytes where these stand first."""
    before, after = (_bytes(text) for text in (old, new))
    return lambda data: data.replace(before, after, 1)


def row(code: str, changes: Mapping[int, str]) -> Edit:
    """The sample with other items in the row of a form."""
    return line_of(code, lambda items: _with(items, changes))


def line_of(begin: str, change: Callable[[list[str]], list[str]]) -> Edit:
    """The sample with the items of the first line that begins so changed."""

    def edit(data: bytes) -> bytes:
        lines = data.decode("cp932").split("\r\n")
        place = next(n for n, line in enumerate(lines) if line.startswith(begin))
        lines[place] = ",".join(change(lines[place].split(",")))
        return "\r\n".join(lines).encode("cp932")

    return edit


def office(changes: Mapping[int, str]) -> Edit:
    """The sample with other items in the record of its office."""

    def edit(data: bytes) -> bytes:
        start = ",".join(office_layout().example[:4])
        return line_of(start, lambda items: _with(items, changes))(data)

    return edit


def both(first: Edit, second: Edit) -> Edit:
    return lambda data: second(first(data))


def _with(items: list[str], changes: Mapping[int, str]) -> list[str]:
    return [changes.get(n, item) for n, item in enumerate(items, start=1)]


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("cp932")
