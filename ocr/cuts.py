"""Cuts one field from its page, and sees what is no text: strikes, dittos, red ink."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from forms.definition import Field, FieldType
from kamizero.model import Box, FieldState
from ocr.boxes.comb_field import CombPiece, cut_comb
from ocr.boxes.digit_row import PHONE, cut_row
from ocr.boxes.symbol_field import cut_symbol
from ocr.engine import GreyImage
from ocr.strokes.corrected import correction_of, strike_in
from ocr.strokes.diagonals import Diagonal, may_hold_writing
from ocr.strokes.dittos import has_entry_above, is_ditto_mark
from ocr.strokes.faint import is_paler_beside
from ocr.strokes.foreign import is_dirt, is_hair, runs_through
from ocr.strokes.ink import Ink
from ocr.strokes.red import is_red
from ocr.strokes.strikes import Strike
from ocr.words.free_field import FreePiece, cut_free

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


def cut_field(
    field: Field, ink: Ink, crossings: Iterable[Diagonal], *, whole: Ink | None = None
) -> Cut:
    """Cut the field; `crossings` are the lines that were taken off the `whole` ink."""
    doubts = ["red ink"] if is_red(ink, field) else []
    lines = [line for line in crossings if line.crosses(field.box_mm)]
    if field.type is FieldType.SEAL:
        return Cut(field, ink)
    pieces = () if field.type in MARKS else _pieces(ink, field)
    if not any(piece.pictures for piece in pieces):
        before = whole or ink
        if any(may_hold_writing(before, field.box_mm, line) for line in lines):
            doubts.append("written on a line")
        return Cut(field, ink, pieces, doubts=tuple(doubts))
    if lines:
        doubts.append("crossed out")
    return _written(Cut(field, ink, pieces, doubts=tuple(doubts)))


def _written(cut: Cut) -> Cut:
    """What writing in a field is: as above, dirt, struck out, or to be read."""
    field, ink = cut.field, cut.ink
    if has_entry_above(field) and is_ditto_mark(ink, field.box_mm):
        return replace(cut, pieces=(), state=FieldState.DITTO)
    if is_dirt(ink, field.box_mm):
        doubts = (*cut.doubts, "specks")
        return replace(cut, pieces=(), state=FieldState.BLANK, doubts=doubts)
    if runs_through(ink, field.box_mm):
        cut = replace(cut, doubts=(*cut.doubts, "stroke through it"))
    struck = strike_in(ink, field)
    if struck is not None and struck[0].lines:
        return _struck(cut, *struck)
    is_lone = all(map(_has_one_glyph, cut.pieces))
    seen = (
        ("perhaps struck", struck is not None),
        ("thin as a hair", is_lone and is_hair(ink, field.box_mm)),
        ("faint", field.cells is None and is_paler_beside(ink, field.box_mm)),
        ("alone in its boxes", is_lone and _is_long_row(field)),
    )
    doubts = (*cut.doubts, *(name for name, holds in seen if holds))
    return replace(cut, doubts=doubts)


def _struck(cut: Cut, strike: Strike, area: Box) -> Cut:
    """The correction beside or above what was struck, or nothing in its place."""
    doubts = cut.doubts
    if strike.lines < _LINES_OF_A_STRIKE:
        doubts = (*doubts, "one line through it")
    elif not strike.is_even:
        doubts = (*doubts, "written into a strike")
    if all(map(_has_one_glyph, cut.pieces)):
        # The two sides of a wide 0 run beside each other like the lines of a strike.
        doubts = (*doubts, "one character struck")
    nothing = replace(cut, pieces=(), state=FieldState.STRUCK, doubts=doubts)
    if not strike.is_corrected:
        return nothing
    pieces = _pieces(*correction_of(cut.ink, cut.field, strike, area))
    if not any(piece.pictures for piece in pieces):
        return replace(nothing, doubts=(*doubts, "beside a strike"))
    if not all(map(_fills_as_many, pieces, cut.pieces)):
        doubts = (*doubts, "shorter than what was struck")
    return replace(cut, pieces=pieces, doubts=doubts, corrected=True)


def _fills_as_many(new: CombPiece | FreePiece, old: CombPiece | FreePiece) -> bool:
    """Tell whether no box that was struck is empty in the correction."""
    if not (isinstance(new, CombPiece) and isinstance(old, CombPiece)):
        return True
    return set(old.glyphs.filled) <= set(new.glyphs.filled)


def _has_one_glyph(piece: CombPiece | FreePiece) -> bool:
    return isinstance(piece, CombPiece) and len(piece.glyphs.filled) <= 1


def _is_long_row(field: Field) -> bool:
    """One digit in a long row of boxes may be a sign run together, or a long speck."""
    return field.type is FieldType.DIGITS and len(field.cells or ()) >= _LONG_ROW


def _pieces(ink: Ink, field: Field) -> tuple[CombPiece | FreePiece, ...]:
    if field.cells is None:
        row = cut_row(ink, field) if field.format == PHONE else None
        return (row or cut_free(ink, field),)
    if field.format == "office_symbol":
        return cut_symbol(ink, field)
    return (cut_comb(ink, field, field.cells),)
