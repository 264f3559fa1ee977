"""The persons of a notice of dependants besides the insured one."""

from collections.abc import Iterator

from validation.line import Found, Line

SPOUSE = "spouse_"
OTHERS = ("other1_", "other2_")
DEPENDANTS = (SPOUSE, *OTHERS)
"""How the items of each begin."""


def named(line: Line) -> list[str]:
    """The dependants who are named, by the beginning of their items."""
    names = ("name_kana", "name_kanji")
    return [
        who
        for who in DEPENDANTS
        if not all(line.is_blank(f"{who}{name}") for name in names)
    ]


def missing(line: Line, who: str, items: list[str]) -> Iterator[Found]:
    blank = [f"{who}{item}" for item in items if line.is_blank(f"{who}{item}")]
    if blank:
        yield line.found(*blank)
