"""From the bytes of a table to its lines, liberally: what differs is told, not lost."""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from forms.csv.characters import ENCODING, code_point, encoded, outside_table
from forms.csv.table import TableLine, Trouble

_OTHER_UNICODE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_END_MARK = b"\x1a"


@dataclass(slots=True)
class Text:
    """The lines of a file; `whole` is False where the last one was not ended."""

    lines: list[TableLine] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    whole: bool = True


def read_text(data: bytes) -> Text:
    """The items of every line, and what the text itself has wrong."""
    text = Text()
    if data.startswith(_OTHER_UNICODE):
        text.troubles.append(Trouble("csv.encoding", words={"encoding": "UTF-16"}))
        return text
    encoding, data = _encoding(data, text)
    lines = _lines(data, text)
    for number, line in enumerate(lines, start=1):
        items = _decoded(line, encoding, number, text)
        text.lines.append(TableLine(number, tuple(items)))
        text.troubles += _odd_characters(number, items)
    return text


def _encoding(data: bytes, text: Text) -> tuple[str, bytes]:
    marked = data.startswith(codecs.BOM_UTF8)
    if marked:
        data = data.removeprefix(codecs.BOM_UTF8)
        text.troubles.append(Trouble("csv.byte_order_mark", line=1))
    is_unicode = not data.isascii() and _is(data, "utf-8")
    if is_unicode and (marked or not _is(data, ENCODING)):
        text.troubles.append(Trouble("csv.encoding", words={"encoding": "UTF-8"}))
        return "utf-8", data
    return ENCODING, data


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lines(data: bytes, text: Text) -> Sequence[bytes]:
    """The lines without their ends, up to the last that holds something."""
    if data.endswith(_END_MARK):
        data = data.rstrip(_END_MARK)
        text.troubles.append(Trouble("csv.end_mark", data.count(b"\n") + 1))
    ended = data.replace(b"\r\n", b"\n")
    if b"\r" in ended or ended.count(b"\n") != data.count(b"\r\n"):
        first = next(_wrong_ends(data), 1)
        text.troubles.append(Trouble("csv.line_end", first))
        ended = ended.replace(b"\r", b"\n")
    lines = ended.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    elif data:
        text.whole = False
        text.troubles.append(Trouble("csv.last_line_open", len(lines)))
    filled = len(lines)
    while filled and not lines[filled - 1].strip():
        filled -= 1
    if filled < len(lines):
        text.troubles.append(Trouble("csv.blank_lines_at_end", filled + 1))
    return lines[:filled]


def _wrong_ends(data: bytes) -> Iterator[int]:
    """The lines that do not end as they should, from 1."""
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        if line.endswith((b"\n", b"\r")) and not line.endswith(b"\r\n"):
            yield number


def _decoded(line: bytes, encoding: str, number: int, text: Text) -> list[str]:
    """Items one by one, so that bytes that are no character spoil but theirs."""
    items = []
    # A comma is never the second byte of a character.
    for n, item in enumerate(line.split(b","), start=1):
        try:
            items.append(item.decode(encoding))
            wrong = _second_code(item, items[-1]) if encoding == ENCODING else b""
        except UnicodeDecodeError as error:
            items.append(item.decode(encoding, "replace"))
            wrong = item[error.start : error.end]
        if wrong:
            words = {"bytes": wrong.hex(" ").upper()}
            text.troubles.append(Trouble("csv.bytes", number, n, words))
    return items


def _second_code(item: bytes, text: str) -> bytes:
    """The bytes of a sign that the standard has under another code, such as ≒."""
    if outside_table(text) or encoded(text) == item:
        return b""
    pairs = zip(item, encoded(text), strict=True)
    start = next(n for n, (one, other) in enumerate(pairs) if one != other)
    return item[start : start + 2]


def _odd_characters(number: int, items: Sequence[str]) -> Iterator[Trouble]:
    for n, item in enumerate(items, start=1):
        if len(item) > 1 and item[0] == item[-1] == '"':
            yield Trouble("csv.quoted", number, n)
        for char in dict.fromkeys(outside_table(item)):
            if char == "\N{REPLACEMENT CHARACTER}":
                continue
            if char.isprintable():
                words = {"char": char, "code_point": code_point(char)}
                yield Trouble("csv.character", number, n, words)
            else:
                words = {"code_point": code_point(char)}
                yield Trouble("csv.control_character", number, n, words)
