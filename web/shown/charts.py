"""Charts as shapes: where each bar and line stands, for a template to draw as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

# Room for the numbers at the axes.
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `kind` names its colour, `value` is what it shows."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars and at most one line over them; lengths in pixels, the origin top left."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    line: str
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]

    @property
    def floor(self) -> int:
        return self.height - BOTTOM

    @property
    def right(self) -> int:
        return self.width - RIGHT


@dataclass(frozen=True, slots=True)
class Column:
    """What stands over one word of the axis: values with their kinds, side by side."""

    word: str
    values: Sequence[tuple[str, int]]


def bar_chart(
    columns: Sequence[Column], *, width: int = 620, height: int = 200, words: int = 12
) -> Chart:
    """Bars side by side in each column, with at most so many words below."""
    top = ceiling(max((n for one in columns for _, n in one.values), default=0))
    pitch = (width - LEFT - RIGHT) / max(1, len(columns))
    bars = [
        bar
        for index, column in enumerate(columns)
        for bar in _bars(column, LEFT + pitch * index, pitch, top, height)
    ]
    every = -(-len(columns) // words)
    across = [
        Mark(LEFT + pitch * (index + 0.5), column.word)
        for index, column in enumerate(columns)
        if index % every == 0
    ]
    return Chart(width, height, tuple(bars), "", tuple(across), _marks(top, height))


def line_chart(
    points: Sequence[tuple[str, int]],
    *,
    width: int = 620,
    height: int = 200,
    words: int = 12,
) -> Chart:
    """One line through the points, one a column."""
    top = ceiling(max((n for _, n in points), default=0))
    pitch = (width - LEFT - RIGHT) / max(1, len(points))
    places = [
        (LEFT + pitch * (index + 0.5), _y(value, top, height))
        for index, (_, value) in enumerate(points)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    every = -(-len(points) // words)
    across = [
        Mark(LEFT + pitch * (index + 0.5), word)
        for index, (word, _) in enumerate(points)
        if index % every == 0
    ]
    return Chart(width, height, (), line, tuple(across), _marks(top, height))


def ceiling(most: int) -> int:
    """The round number at the top of an axis that reaches this value."""
    step = 4
    while step < most:
        step = step * 5 // 2 if str(step).startswith("4") else step * 2
    return step


def _bars(
    column: Column, x: float, pitch: float, top: int, height: int
) -> Sequence[Bar]:
    width = pitch * 0.72 / max(1, len(column.values))
    bars = []
    for index, (kind, value) in enumerate(column.values):
        y = _y(value, top, height)
        left = x + pitch * 0.14 + width * index
        bars.append(Bar(left, y, width, height - BOTTOM - y, kind, value))
    return bars


def _y(value: int, top: int, height: int) -> float:
    return height - BOTTOM - (height - BOTTOM - TOP) * value / top


def _marks(top: int, height: int) -> tuple[Mark, ...]:
    values = (0, top // 2, top)
    return tuple(Mark(_y(value, top, height), f"{value:,}") for value in values)
