"""Where each glyph of a value stands and how large it is, in cells and free boxes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forms.hand import Hand, digit_height, sized
from kamizero.model import Box

# Below this height nobody writes kanji by hand.
LEAST_MM = 2.0
LARGEST_MM = 6.5
_MARGIN_MM = 1.0
_SPACE = 0.55
_LINE_HEIGHT = 1.15
_IDEOGRAPH = "国"
_DIGIT = "0"


@dataclass(frozen=True, slots=True)
class Placed:
    """A character, where its middle stands and how large it is, in mm.

    Its height is set as that of `like` would be.
    """

    char: str
    x: float
    y: float
    em: float
    like: str


def in_cell(char: str, cell: Box, hand: Hand) -> Placed:
    """Place one character in a comb box: digits by their height, others by both."""
    x, y = cell.centre
    path = hand.font_for(char)
    if not char.isascii() or path is None:
        return Placed(char, x, y, min(cell.w * 0.95, cell.h * 0.85), like=_IDEOGRAPH)
    by_height = hand.size * cell.h / digit_height(path)
    by_width = cell.w * 0.85 / _advance(char, hand)
    return Placed(char, x, y, min(by_height, by_width), like=_DIGIT)


def in_lines(text: str, box: Box, hand: Hand) -> list[Placed] | None:
    """Place each glyph in a free box, or None where it does not fit legibly."""
    advances = [_advance(char, hand) + hand.spacing for char in text]
    most = max(1, int(box.h / (LEAST_MM * _LINE_HEIGHT)))
    best = max(
        (_em(advances, box, lines, hand), -lines) for lines in range(1, most + 1)
    )
    em, lines = best[0], -best[1]
    if em < LEAST_MM:
        return None
    return list(_glyphs(text, advances, box, em=em, lines=lines))


def _em(advances: list[float], box: Box, lines: int, hand: Hand) -> float:
    """The size at which the text fills so many lines."""
    room = box.w - 2 * _MARGIN_MM
    by_width = room / max(sum(row) for row in _rows(advances, lines))
    by_height = (
        box.h * min(1.0, hand.size * 1.2) / lines / (_LINE_HEIGHT ** (lines > 1))
    )
    return min(by_width, by_height, LARGEST_MM)


def _rows(advances: list[float], lines: int) -> list[list[float]]:
    per_row = -(-len(advances) // lines)
    return [advances[i : i + per_row] for i in range(0, len(advances), per_row)]


def _glyphs(
    text: str, advances: list[float], box: Box, *, em: float, lines: int
) -> Iterator[Placed]:
    per_row = -(-len(text) // lines)
    pitch = box.h / lines
    for row, start in enumerate(range(0, len(text), per_row)):
        x = box.x + _MARGIN_MM
        for index in range(start, min(start + per_row, len(text))):
            width = advances[index] * em
            if not text[index].isspace():
                middle = box.y + (row + 0.5) * pitch
                yield Placed(text[index], x + width / 2, middle, em, like=_IDEOGRAPH)
            x += width


def _advance(char: str, hand: Hand) -> float:
    if char.isspace():
        return _SPACE
    path = hand.font_for(char)
    return _width(char, path) if path else 1.0


@cache
def _width(char: str, path: Path) -> float:
    return sized(path, 100).getlength(char) / 100
