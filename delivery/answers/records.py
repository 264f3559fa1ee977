"""Lists of fixed columns: records of so many bytes, cells at their places. Pure.

Places and widths count bytes of the host's encoding, as in files that it is given.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from delivery.answers.lists import END, MOST_CELL, BrokenListError, Said
from delivery.exports.fixed import Place, Side

_ENDS = {"crlf": b"\r\n", "lf": b"\n", "none": b""}
_END = END.encode()


class Span(Place):
    """Where in a record a value stands, from byte 1, and what fills its column."""

    at: Annotated[int, Field(ge=1, le=10_000)]

    @property
    def end(self) -> int:
        return self.at - 1 + self.width

    def read(self, record: bytes, encoding: str) -> str:
        """The value without what fills its column. Raises UnicodeDecodeError."""
        text = record[self.at - 1 : self.end].decode(encoding)
        bare = text.lstrip(self.pad) if self.side == Side.RIGHT else text
        return (bare.rstrip(self.pad) if self.side == Side.LEFT else bare).strip()


class Marked(Span):
    """What stands at a place in each record with an answer, and in no other."""

    text: Annotated[str, Field(min_length=1, max_length=20)]


class Records(BaseModel):
    """The records of a list.

    Attributes:
        width: bytes of a record without its end.
        header, trailer: how many records stand before and after the answers.
        data: by what an answer is told from other records, where these are mixed.
        count: where the last record says how many answers there are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: Annotated[int, Field(ge=1, le=10_000)]
    line_end: Literal["crlf", "lf", "none"] = "crlf"
    header: Annotated[int, Field(ge=0, le=10)] = 0
    trailer: Annotated[int, Field(ge=0, le=10)] = 0
    data: Marked | None = None
    count: Span | None = None

    def demand_fit(self, spans: Mapping[str, Span], encoding: str) -> None:
        """Raises ValueError where a list could not be so."""
        if encoding == "utf-8-sig":
            raise ValueError("records of fixed columns have no BOM; say utf-8 or cp932")
        known = (*spans.values(), self.data, self.count)
        if any(one is not None and one.end > self.width for one in known):
            raise ValueError("a column ends behind its record")
        if self.count is not None and not self.trailer:
            raise ValueError("a count stands in a trailer")

    def lines(
        self, data: bytes, spans: Mapping[str, Span], encoding: str
    ) -> list[Said]:
        """Every answer of a list. Raises BrokenListError."""
        records = list(self._records(data))
        if len(records) < self.header + self.trailer:
            raise BrokenListError("records", column=str(len(records)))
        answers = records[self.header : len(records) - self.trailer]
        if self.data is not None:
            mark = self.data
            answers = [
                (n, one)
                for n, one in answers
                if _cell("data", mark, n, one, encoding) == mark.text
            ]
        self._demand_count(records, len(answers), encoding)
        return [
            Said(
                n,
                {name: _cell(name, at, n, one, encoding) for name, at in spans.items()},
            )
            for n, one in answers
        ]

    def _records(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        end = _ENDS[self.line_end]
        whole = data.rstrip(_END)
        if end:
            records = whole.removesuffix(end).split(end) if whole else []
        else:
            records = [
                whole[at : at + self.width] for at in range(0, len(whole), self.width)
            ]
        for number, record in enumerate(records, start=1):
            if len(record) != self.width:
                raise BrokenListError("width", line=number, column=str(len(record)))
            yield number, record

    def _demand_count(
        self, records: list[tuple[int, bytes]], found: int, encoding: str
    ) -> None:
        if self.count is None:
            return
        number, last = records[-1]
        said = _cell("count", self.count, number, last, encoding) or "0"
        if not said.isdecimal() or int(said) != found:
            raise BrokenListError("count", line=number, column=said)


def _cell(name: str, at: Span, line: int, record: bytes, encoding: str) -> str:
    try:
        text = at.read(record, encoding)
    except UnicodeDecodeError as error:
        raise BrokenListError("encoding", line=line, column=name) from error
    # Not every database keeps it, as in lists of other kinds.
    if "\0" in text:
        raise BrokenListError("encoding", line=line, column=name)
    if len(text) > MOST_CELL:
        raise BrokenListError("too_long", line=line, column=name)
    return text
