"""Cuts one field from its page, and sees what is no text: strikes, dittos, red ink."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from forms.definition import Field, FieldType
from kamizero.model import FieldState
from ocr.comb_field import CombPiece, cut_comb
from ocr.crops import stroke_mask
from ocr.diagonals import Diagonal
from ocr.dittos import is_ditto_mark
from ocr.engine import GreyImage
from ocr.free_field import FreePiece, cut_free
from ocr.ink import Ink
from ocr.strikes import struck_lines
from ocr.symbol_field import cut_symbol
from ocr.template import PX_PER_MM

MARKS = (FieldType.CHOICE, FieldType.CHECK, FieldType.SEAL)

_MARGIN_MM = 0.4
_RED_MM2 = 0.5
# One line may be a long dash or a fold; two are a strike-out by the book.
_LINES_OF_A_STRIKE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One field cut from its page.

    Attributes:
        pieces: what is to be read; nothing where only marks are looked at.
        state: STRUCK or DITTO where the strokes say so, else None.
        doubts: why the reading needs an eye, whatever it is.
    """

    field: Field
    ink: Ink
    pieces: tuple[CombPiece | FreePiece, ...] = ()
    state: FieldState | None = None
    doubts: tuple[str, ...] = ()

    @property
    def pictures(self) -> list[GreyImage]:
        return [picture for piece in self.pieces for picture in piece.pictures]


def cut_field(field: Field, ink: Ink, crossings: Iterable[Diagonal]) -> Cut:
    """Cut the field; `crossings` are the diagonal lines that were on the page."""
    if field.type in MARKS:
        return Cut(field, ink)
    doubts = ["red ink"] if _is_red(ink, field) else []
    pieces = _pieces(field, ink)
    if not any(piece.pictures for piece in pieces):
        return Cut(field, ink, pieces, doubts=tuple(doubts))
    if any(line.crosses(field.box_mm) for line in crossings):
        doubts.append("crossed out")
    mask = stroke_mask(ink, field.box_mm, margin_mm=_MARGIN_MM)
    lines = struck_lines(mask)
    if lines:
        if lines < _LINES_OF_A_STRIKE:
            doubts.append("one line through it")
        return Cut(field, ink, state=FieldState.STRUCK, doubts=tuple(doubts))
    state = FieldState.DITTO if field.entry and is_ditto_mark(mask) else None
    return Cut(field, ink, () if state else pieces, state, tuple(doubts))


def _pieces(field: Field, ink: Ink) -> tuple[CombPiece | FreePiece, ...]:
    if field.cells is None:
        return (cut_free(ink, field),)
    if field.format == "office_symbol":
        return cut_symbol(ink, field)
    return (cut_comb(ink, field, field.cells),)


def _is_red(ink: Ink, field: Field) -> bool:
    """Tell whether something red is there: a stamp, or writing in red."""
    red = np.count_nonzero(ink.redness(field.box_mm))
    return bool(red > _RED_MM2 * PX_PER_MM**2)
