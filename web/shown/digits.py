"""Digits the same hand wrote on the sheet, to hold a doubtful one against."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.definition import Field, FieldType, FormDefinition
from kamizero.model import FieldState
from review.item import ShownField, ShownValue
from web.shown.places import boxes_beside
from web.writing import typed_form

# Few enough to be taken in at a glance.
MOST_OF_EACH = 6
SURE = 0.99
_IN_CELLS = frozenset({FieldType.DIGITS, FieldType.AMOUNT, FieldType.DATE})


@dataclass(frozen=True, slots=True)
class WrittenDigit:
    """One digit that is beyond doubt, and the cell it stands in (px)."""

    digit: str
    page_id: int
    box: tuple[float, ...]


def same_hand(
    fields: Sequence[ShownField],
    *,
    definition: FormDefinition,
    turns: Mapping[int, int],
) -> list[WrittenDigit]:
    """A few of each digit, from what was read with certainty or seen by a person."""
    count: Counter[str] = Counter()
    found: list[WrittenDigit] = []
    for shown in filter(_is_sure, fields):
        field = definition.field(shown.name)
        for one in _digits(shown, field, turns.get(shown.page_id, 0)):
            count[one.digit] += 1
            if count[one.digit] <= MOST_OF_EACH:
                found.append(one)
    return found


def _is_sure(shown: ShownField) -> bool:
    read = shown.as_written
    return (
        read is not None
        and not shown.masked
        and shown.settled
        and read.state == FieldState.READ
        and (read.confidence is None or read.confidence >= SURE)
    )


def _digits(shown: ShownField, field: Field, turn: int) -> Iterable[WrittenDigit]:
    cells = field.cells or ()
    if shown.as_written is None or field.type not in _IN_CELLS or not cells:
        return
    digits = _as_in_cells(field, shown.as_written, len(cells))
    boxes = boxes_beside(field, cells, shown.box_px, turn=turn)
    for digit, box in zip(digits, boxes, strict=True):
        if digit.strip():
            yield WrittenDigit(digit, shown.page_id, tuple(box))


def _as_in_cells(field: Field, read: ShownValue, cells: int) -> str:
    """The digits as they fill the cells, blanks where none stands."""
    said = typed_form(field, state=read.state, value=read.value, text=read.text)
    # A date is its era, a gap, and what stands in the cells.
    digits = said.rpartition(" ")[2]
    if not (digits.isascii() and digits.isdigit()) or len(digits) > cells:
        return " " * cells
    return digits.rjust(cells) if field.align == "right" else digits.ljust(cells)
