"""Cuts one field from its page, and sees what is no text: strikes, dittos, red ink."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms.definition import Field, FieldType
from kamizero.model import Box, FieldState
from ocr.comb_field import CombPiece, cut_comb
from ocr.corrected import correction_of, strike_in
from ocr.diagonals import Diagonal
from ocr.dittos import is_ditto_mark
from ocr.engine import GreyImage
from ocr.faint import is_paler_beside
from ocr.foreign import is_dirt, runs_through
from ocr.free_field import FreePiece, cut_free
from ocr.ink import Ink
from ocr.red import is_red
from ocr.strikes import Strike
from ocr.symbol_field import cut_symbol

MARKS = (FieldType.CHOICE, FieldType.CHECK, FieldType.SEAL)

# One line may be a long dash or a fold; two are a strike-out by the book.
_LINES_OF_A_STRIKE = 2
_LONG_ROW = 5


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One field cut from its page.

    Attributes:
        pieces: what is to be read; nothing where only marks are looked at.
        state: STRUCK, DITTO or BLANK where the strokes say so, else None.
        doubts: why the reading needs an eye, whatever it is.
        corrected: `pieces` are what stands beside or above writing struck out.
    """

    field: Field
    ink: Ink
    pieces: tuple[CombPiece | FreePiece, ...] = ()
    state: FieldState | None = None
    doubts: tuple[str, ...] = ()
    corrected: bool = False

    @property
    def pictures(self) -> list[GreyImage]:
        return [picture for piece in self.pieces for picture in piece.pictures]


def cut_field(field: Field, ink: Ink, crossings: Iterable[Diagonal]) -> Cut:
    """Cut the field; `crossings` are the diagonal lines that were on the page."""
    doubts = ["red ink"] if is_red(ink, field) else []
    if field.type in MARKS:
        return Cut(
            field, ink, doubts=() if field.type is FieldType.SEAL else tuple(doubts)
        )
    pieces = _pieces(ink, field)
    if not any(piece.pictures for piece in pieces):
        return Cut(field, ink, pieces, doubts=tuple(doubts))
    if any(line.crosses(field.box_mm) for line in crossings):
        doubts.append("crossed out")
    if field.entry and is_ditto_mark(ink, field.box_mm):
        return Cut(field, ink, state=FieldState.DITTO, doubts=tuple(doubts))
    if is_dirt(ink, field.box_mm):
        return Cut(field, ink, state=FieldState.BLANK, doubts=(*doubts, "specks"))
    if runs_through(ink, field.box_mm):
        doubts.append("stroke through it")
    struck = strike_in(ink, field)
    if struck is not None:
        return _struck(field, ink, *struck, doubts)
    if field.cells is None and is_paler_beside(ink, field.box_mm):
        doubts.append("faint")
    if _is_alone(field, pieces):
        doubts.append("alone in its boxes")
    return Cut(field, ink, pieces, doubts=tuple(doubts))


def _struck(
    field: Field, ink: Ink, strike: Strike, area: Box, doubts: Sequence[str]
) -> Cut:
    """The correction beside or above what was struck, or nothing in its place."""
    if strike.lines < _LINES_OF_A_STRIKE:
        doubts = [*doubts, "one line through it"]
    elif not strike.is_even:
        doubts = [*doubts, "written into a strike"]
    if not strike.is_corrected:
        return Cut(field, ink, state=FieldState.STRUCK, doubts=tuple(doubts))
    pieces = _pieces(*correction_of(ink, field, strike, area))
    if not any(piece.pictures for piece in pieces):
        doubts = [*doubts, "beside a strike"]
        return Cut(field, ink, state=FieldState.STRUCK, doubts=tuple(doubts))
    return Cut(field, ink, pieces, doubts=tuple(doubts), corrected=True)


def _is_alone(field: Field, pieces: Sequence[CombPiece | FreePiece]) -> bool:
    """One digit in a long row of boxes may be a sign run together, or a long speck."""
    if field.type is not FieldType.DIGITS or len(field.cells or ()) < _LONG_ROW:
        return False
    return all(
        isinstance(piece, CombPiece) and len(piece.glyphs.filled) == 1
        for piece in pieces
    )


def _pieces(ink: Ink, field: Field) -> tuple[CombPiece | FreePiece, ...]:
    if field.cells is None:
        return (cut_free(ink, field),)
    if field.format == "office_symbol":
        return cut_symbol(ink, field)
    return (cut_comb(ink, field, field.cells),)
