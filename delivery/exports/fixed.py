"""Records of fixed columns: header, one record an entry, trailer with totals. Pure.

Widths are bytes of the receiver's encoding, as its own description counts them.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kamizero.errors import UnwritableError

FILE_NUMBER, MADE_ON, ROWS, SUM = "$file_number", "$made_on", "$rows", "$sum"
# How wide a day is written.
_DAY = 8
_ABOUT = frozenset({FILE_NUMBER, MADE_ON, ROWS})
_ENDS = {"crlf": "\r\n", "lf": "\n", "none": ""}


class Side(StrEnum):
    """On which side of its column a value stands."""

    LEFT = "left"
    RIGHT = "right"


class Place(BaseModel):
    """How wide a column is, and what fills what its value leaves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: Annotated[int, Field(ge=1, le=1000)]
    side: Side = Side.LEFT
    pad: Annotated[str, Field(pattern=r"^[ -~]$")] = " "

    @model_validator(mode="after")
    def _pads_what_can_be_read_back(self) -> Self:
        if self.pad.isdecimal() and self.side == Side.LEFT:
            raise ValueError("a digit fills the left of a number: say `side: right`")
        return self


class Part(Place):
    """One column of header or trailer: a constant, or what is said of the file.

    Attributes:
        say: `$file_number`, `$made_on`, `$rows`, or `$sum` of the data column `of`.
    """

    text: str | None = None
    say: str | None = None
    of: str | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.text is None) == (self.say is None):
            raise ValueError("a part says either `text` or `say`")
        if self.say is not None and self.say not in {*_ABOUT, SUM}:
            raise ValueError(f"`say` is one of {', '.join(sorted({*_ABOUT, SUM}))}")
        if (self.say == SUM) != (self.of is not None):
            raise ValueError("`$sum` says `of` which column, and nothing else does")
        if self.say == MADE_ON and self.width < _DAY:
            raise ValueError(f"`$made_on` is {_DAY} signs wide")
        return self


class Frame(BaseModel):
    """What stands around the records of entries, and how each record ends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    header: tuple[Part, ...] = ()
    trailer: tuple[Part, ...] = ()
    line_end: Literal["crlf", "lf", "none"] = "crlf"

    @property
    def summed(self) -> frozenset[str]:
        """The headings of columns whose total is said."""
        return frozenset(one.of for one in self._parts if one.of)

    def widest_sum(self, heading: str) -> int:
        """How many digits the total of a column may have."""
        return min(one.width for one in self._parts if one.of == heading)

    def misfits(self, encoding: str) -> list[str]:
        """Constants that do not stand in their columns in this encoding."""
        texts = ((one.text, one) for one in self._parts if one.text is not None)
        return [text for text, one in texts if not _fits(text, one, encoding)]

    @property
    def _parts(self) -> tuple[Part, ...]:
        return *self.header, *self.trailer

    def framed(
        self,
        records: Sequence[str],
        encoding: str,
        *,
        about: Mapping[str, str],
        totals: Mapping[str, int],
    ) -> str:
        """The whole file.

        Raises:
            UnwritableError: a total is wider than its column: fewer records are not.
        """
        end = _ENDS[self.line_end]
        head = _record(self.header, encoding, about=about, totals=totals)
        tail = _record(self.trailer, encoding, about=about, totals=totals)
        lines = [*head, *records, *tail]
        return "".join(f"{line}{end}" for line in lines)


def laid(text: str, place: Place, encoding: str) -> str | None:
    """The value in its column; None where it is too wide."""
    left = place.width - len(text.encode(encoding))
    if left < 0:
        return None
    padding = place.pad * left
    return text + padding if place.side == Side.LEFT else padding + text


def cut(text: str, place: Place, encoding: str) -> str:
    """As much of the value as the column holds, no sign of it halved."""
    while len(text.encode(encoding)) > place.width:
        text = text[:-1]
    return text


def _record(
    parts: Sequence[Part],
    encoding: str,
    *,
    about: Mapping[str, str],
    totals: Mapping[str, int],
) -> list[str]:
    if not parts:
        return []
    cells = []
    for part in parts:
        text = _said(part, about, totals)
        cell = laid(text, part, encoding)
        if cell is None:
            raise UnwritableError(
                f"{part.say or part.text} of so many entries is wider than its column."
            )
        cells.append(cell)
    return ["".join(cells)]


def _said(part: Part, about: Mapping[str, str], totals: Mapping[str, int]) -> str:
    if part.text is not None:
        return part.text
    if part.say == FILE_NUMBER:
        return str(wrapped(int(about[FILE_NUMBER]), part.width))
    return str(totals[part.of]) if part.of else about[part.say or ""]


def wrapped(number: int, width: int) -> int:
    """The number as so many digits say it: after the last of them comes 1 again."""
    last: int = 10**width - 1
    return (number - 1) % last + 1


def _fits(text: str, place: Place, encoding: str) -> bool:
    try:
        return laid(text, place, encoding) is not None
    except UnicodeEncodeError:
        return False
