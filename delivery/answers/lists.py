"""What a list of answers says, line by line, and what a list can be broken by."""

from collections.abc import Mapping
from dataclasses import dataclass

from kamizero.errors import KamizeroError

# What one list may hold; a host that writes more writes something else.
MOST_BYTES = 20_000_000
MOST_CELL = 500
# DOS ends a text file so.
END = "\x1a"


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a list: cells by what they are, as the host wrote them."""

    line: int
    cells: Mapping[str, str]


class BrokenListError(KamizeroError):
    """A list that cannot be read as it should be written; nothing of it is used.

    Attributes:
        line: from 1, as an editor counts; 0 where it is the whole file.
        column: the heading or place that is amiss, "" for the whole line.
    """

    code = "broken_list"

    def __init__(self, kind: str, *, line: int = 0, column: str = "") -> None:
        super().__init__(f"The list is broken: {kind} at line {line}, {column!r}.")
        self.kind, self.line, self.column = kind, line, column
