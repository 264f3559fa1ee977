"""Where the boxes of a form stand: rows of cells, columns of choices, corners."""

from collections.abc import Iterable, Sequence

from forms.definition import FieldType
from forms.schema import (
    CellsSource,
    ChoicesSource,
    FieldSource,
    MarksSource,
    Segment,
)
from kamizero.model import Box

TOUCHING_MM = 0.05


def rounded(x: float, y: float, w: float, h: float) -> Box:
    """A box to a thousandth of a mm, so that sums print as they were written."""
    return Box(round(x, 3), round(y, 3), round(w, 3), round(h, 3))


def moved(box: Box, by: tuple[float, float]) -> Box:
    return rounded(box.x + by[0], box.y + by[1], box.w, box.h)


def around(boxes: Iterable[Box], *, margin: float = 0.0) -> Box:
    """The smallest box that holds all, `margin` wider on each side."""
    boxes = tuple(boxes)
    left = min(box.x for box in boxes) - margin
    top = min(box.y for box in boxes) - margin
    right = max(box.right for box in boxes) + margin
    bottom = max(box.bottom for box in boxes) + margin
    return rounded(left, top, right - left, bottom - top)


def group_boxes(cells: CellsSource) -> list[Box]:
    """One box a group of cells, left to right."""
    (x, y), (w, h) = cells.at, cells.size
    boxes = []
    for size in cells.groups:
        boxes.append(rounded(x, y, size * w, h))
        x += size * w + cells.gap
    return boxes


def cell_boxes(cells: CellsSource) -> list[Box]:
    """One box a character, left to right."""
    w, h = cells.size
    return [
        rounded(group.x + i * w, group.y, w, h)
        for group, size in zip(group_boxes(cells), cells.groups, strict=True)
        for i in range(size)
    ]


def groups(cells: Sequence[Box]) -> list[Box]:
    """The boxes around cells that touch each other."""
    found: list[Box] = []
    for cell in cells:
        if found and abs(found[-1].right - cell.x) < TOUCHING_MM:
            found[-1] = around([found[-1], cell])
        else:
            found.append(cell)
    return found


def choice_boxes(choices: ChoicesSource) -> list[Box]:
    """One box a choice, filling columns of `rows` from the top."""
    (x, y), (w, h) = choices.at, choices.size
    across, down = choices.pitch or choices.size
    return [
        rounded(x + i // choices.rows * across, y + i % choices.rows * down, w, h)
        for i in range(len(choices.options))
    ]


def corner_boxes(marks: MarksSource, page_size: tuple[float, float]) -> list[Box]:
    """Top left, top right, bottom left, bottom right."""
    right, bottom = (length - marks.inset - marks.size for length in page_size)
    return [
        rounded(x, y, marks.size, marks.size)
        for y in (marks.inset, bottom)
        for x in (marks.inset, right)
    ]


def edges(box: Box) -> tuple[Segment, ...]:
    """The four sides as lines."""
    x, y, right, bottom = box.x, box.y, box.right, box.bottom
    return (
        (x, y, right, y),
        (x, bottom, right, bottom),
        (x, y, x, bottom),
        (right, y, right, bottom),
    )


def field_area(source: FieldSource) -> Box | None:
    """The writing area: what is given, else around the cells, else the choices."""
    if source.box:
        return source.box
    if source.cells:
        return around(cell_boxes(source.cells))
    if source.tick:
        return source.tick
    # A date is written in its cells; only a choice is written by circling.
    if source.choices and source.type is FieldType.CHOICE:
        return around(choice_boxes(source.choices))
    return None
