"""Cuts what was written beside or above writing that was struck out."""

from dataclasses import replace

import cv2
import numpy as np

from forms.definition import Field
from kamizero.model import Box, FieldState
from ocr.engine import GreyImage
from ocr.outcome import Outcome
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import stroke_mask, trim
from ocr.strokes.ink import Ink, window
from ocr.strokes.strikes import Strike, find_strike

# A correction may stand above its box by so much; what belongs to the field above
# has its middle further up.
_ABOVE_MM = 3.5
# Strokes as close above the box as this may be its correction.
_BESIDE_MM = 1.0
_MARGIN_MM = 0.4
# Flat strokes of digits and of the kana and kanji of a line are shorter than these.
_SHORTEST_COMB_MM, _SHORTEST_FREE_MM = 4.0, 7.0
# Two lines that ran into each other part where only the darkest ink counts.
_DARKER = (0.7, 0.6, 0.5, 0.4)
_ROOM_MM = 0.3
_GROUNDS = 2


def strike_in(ink: Ink, field: Field) -> tuple[Strike, Box] | None:
    """The strike-out in a field, and the area in mm whose strokes it speaks of."""
    inner = _grown(field.box_mm, above=_MARGIN_MM)
    strike = _strike(ink, field, inner, stroke_mask(ink, inner))
    if strike is None or not strike.lines:
        return None if strike is None else (strike, inner)
    outer = _grown(field.box_mm, above=_ABOVE_MM)
    mask = stroke_mask(ink, outer)
    wide = _strike(ink, field, outer, _near(mask))
    if wide is None or not wide.lines:
        # It touches what stands above: nobody can say where a correction there ends.
        left = strike.left if field.cells is None else np.zeros_like(strike.left)
        return replace(strike, left=left, is_even=False), inner
    wide = replace(wide, lines=max(wide.lines, strike.lines))
    if not wide.is_corrected and _just_above(mask).any():
        return replace(wide, is_even=False), outer
    return wide, outer


def _strike(ink: Ink, field: Field, area: Box, mask: GreyImage) -> Strike | None:
    amount = ink.amount(area)
    return find_strike(
        mask,
        shortest_mm=_SHORTEST_FREE_MM if field.cells is None else _SHORTEST_COMB_MM,
        darker=(
            np.where(amount > share * ink.strength, mask, 0).astype(np.uint8)
            for share in _DARKER
        ),
    )


def correction_of(
    ink: Ink, field: Field, strike: Strike, area: Box
) -> tuple[Ink, Field]:
    """The ink with nothing but the correction, and the field moved to where it is."""
    black = np.zeros_like(ink.black)
    place = window(black, area, 0.0)
    around = cv2.dilate(strike.left, np.ones((5, 5), np.uint8))
    black[place] = np.where(around > 0, ink.black[place], 0)
    return replace(ink, black=black), _moved(field, area, strike.left)


def _moved(field: Field, area: Box, left: GreyImage) -> Field:
    found = trim(left)
    if found is None:
        return field
    rows, _ = found
    top = area.y + rows.start / PX_PER_MM - _ROOM_MM
    height = (rows.stop - rows.start) / PX_PER_MM + 2 * _ROOM_MM
    cells = field.cells and tuple(Box(c.x, top, c.w, height) for c in field.cells)
    box = Box(field.box_mm.x, top, field.box_mm.w, height)
    return field.model_copy(update={"box_mm": box, "cells": cells})


def _grown(box: Box, *, above: float) -> Box:
    return Box(
        box.x - _MARGIN_MM,
        box.y - above,
        box.w + 2 * _MARGIN_MM,
        box.h + above + _MARGIN_MM,
    )


def _just_above(mask: GreyImage) -> GreyImage:
    """The strip right above the box: what is struck and its lines seldom reach it."""
    rows = (_ABOVE_MM - _BESIDE_MM, _ABOVE_MM - _MARGIN_MM)
    return mask[slice(*(round(row * PX_PER_MM) for row in rows))]


def _near(mask: GreyImage) -> GreyImage:
    """The strokes without those of the field above, which only reach down here."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    cut_off = stats[:, cv2.CC_STAT_TOP] == 0
    cut_off[0] = False
    return np.asarray(np.where(cut_off[labels], 0, mask), np.uint8)


def corrected(outcome: Outcome) -> Outcome:
    """What a correction comes to: it needs an eye, or two grounds that agree."""
    if outcome.state is FieldState.BLANK:
        return Outcome(FieldState.STRUCK, certainty=0.5, doubts=("beside a strike",))
    if len(outcome.grounds) >= _GROUNDS:
        return outcome
    return replace(outcome, doubts=(*outcome.doubts, "corrected"))
