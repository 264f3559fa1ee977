"""Where to look for a field on its page: its box, and the era beside it."""

from collections.abc import Iterable, Sequence

from forms.definition import Field, FieldType
from kamizero.model import Box

_QUARTERS = {
    0: (1, 0, 0, 1),
    90: (0, -1, 1, 0),
    180: (-1, 0, 0, -1),
    270: (0, 1, -1, 0),
}


def place(field: Field, box_px: Box, *, turn: int) -> Box:
    """The area on the stored page that shows the whole answer.

    A date is read from its cells, but its era stands beside them. `turn` is what
    brings the stored page upright, clockwise.
    """
    if field.type is not FieldType.DATE or not field.choices:
        return box_px
    eras = [choice.box_mm for choice in field.choices]
    return _around([box_px, *boxes_beside(field, eras, box_px, turn=turn)])


def boxes_beside(
    field: Field, boxes: Sequence[Box], box_px: Box, *, turn: int
) -> list[Box]:
    """Boxes of the form (mm), laid on the page where the field lies on it."""
    upright = turn % 180 == 0
    scale = (box_px.w if upright else box_px.h) / field.box_mm.w
    centre = field.box_mm.centre
    return [_laid(box, centre, box_px.centre, scale, turn) for box in boxes]


def cell_place(field: Field, cell: int, box_px: Box, *, turn: int) -> Box:
    """The area on the stored page of one comb cell, counted from 1."""
    cells = field.cells or ()
    upright = turn % 180 == 0
    scale = (box_px.w if upright else box_px.h) / field.box_mm.w
    centre = field.box_mm.centre
    return _laid(cells[cell - 1], centre, box_px.centre, scale, turn)


def _laid(
    box: Box,
    centre_mm: tuple[float, float],
    centre_px: tuple[float, float],
    scale: float,
    turn: int,
) -> Box:
    """A box of the form, laid on the page around a point that is known on both."""
    # The stored page is the upright one turned back.
    a, b, c, d = _QUARTERS[turn % 360]
    x, y = (
        (box.centre[0] - centre_mm[0]) * scale,
        (box.centre[1] - centre_mm[1]) * scale,
    )
    across, down = a * x + c * y, b * x + d * y
    w, h = (box.w, box.h) if turn % 180 == 0 else (box.h, box.w)
    return Box(
        centre_px[0] + across - w * scale / 2,
        centre_px[1] + down - h * scale / 2,
        w * scale,
        h * scale,
    )


def _around(boxes: Iterable[Box]) -> Box:
    found = list(boxes)
    left, top = min(box.x for box in found), min(box.y for box in found)
    right, bottom = max(box.right for box in found), max(box.bottom for box in found)
    return Box(left, top, right - left, bottom - top)
