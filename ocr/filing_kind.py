"""Sees whether a form is a new notice, a correction (訂正) or a cancellation (取消).

The mark stands by the title, as a rule in red. A new notice has nothing there, so
ink that cannot be read as either leaves the kind open: it is never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from forms.definition import FormDefinition
from kamizero.model import Box, FilingKind
from ocr.engine import GreyImage, Recogniser
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import stroke_mask, trim
from ocr.strokes.ink import Ink, print_mask, window

# Two characters of a mark leave far more ink than this; dust and a staple less.
_LEAST_MM2 = 3.0
_LEAST_HEIGHT_MM = 2.5
# What is left of bold print where the paper was stretched lies this close to it.
_BESIDE_PRINT_MM = 0.5
_LINE_HEIGHT, _EDGE = 40, 4
_MARKS = {
    FilingKind.CORRECTION: "訂正",
    FilingKind.CANCELLATION: "取消",
}
# Both characters of a mark are seen, or one of them beyond doubt.
_LEAST_SEEN = 0.8


@dataclass(frozen=True, slots=True)
class KindSeen:
    """What the title says of the kind; a kind that is not `plain` needs an eye."""

    kind: FilingKind
    plain: bool


def see_kind(
    definition: FormDefinition, ink: Mapping[int, Ink], *, engine: Recogniser
) -> KindSeen:
    """The kind of a filing, from the ink by the title of its first page."""
    area = definition.title_area
    first = ink.get(1)
    if area is None or first is None:
        return KindSeen(FilingKind.NEW, plain=True)
    lines = [
        line
        for colour in (first.in_red(stamps=True), first)
        if (line := _written(definition, colour, area)) is not None
    ]
    if not lines:
        return KindSeen(FilingKind.NEW, plain=True)
    for line in lines:
        kind = _named(line, engine)
        if kind is not None:
            return KindSeen(kind, plain=False)
    return KindSeen(FilingKind.NEW, plain=False)


def _written(definition: FormDefinition, ink: Ink, area: Box) -> GreyImage | None:
    """What stands by the title as a line for the recogniser; None for dust."""
    mask = stroke_mask(ink, area)
    reach = 2 * round(_BESIDE_PRINT_MM * PX_PER_MM) + 1
    printed = cv2.dilate(
        print_mask(definition, 1)[window(ink.black, area, 0.0)],
        np.ones((reach, reach), np.uint8),
    )
    off_print = np.where(printed > 0, 0, mask).astype(np.uint8)
    found = trim(off_print)
    if found is None or np.count_nonzero(off_print) < _LEAST_MM2 * PX_PER_MM**2:
        return None
    rows, columns = found
    if rows.stop - rows.start < _LEAST_HEIGHT_MM * PX_PER_MM:
        return None
    around = cv2.dilate(off_print, np.ones((7, 7), np.uint8))
    line = np.where(around > 0, ink.cut(area), 255)[rows, columns].astype(np.uint8)
    return _set(line)


def _set(line: GreyImage) -> GreyImage:
    """The line at the recogniser's height, with paper around it."""
    factor = _LINE_HEIGHT / line.shape[0]
    size = (max(round(line.shape[1] * factor), 8), _LINE_HEIGHT)
    scaled = cv2.resize(line, size, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.copyMakeBorder(
            scaled,
            _EDGE,
            _EDGE,
            3 * _EDGE,
            3 * _EDGE,
            cv2.BORDER_CONSTANT,
            value=(255,),
        ),
        np.uint8,
    )


def _named(line: GreyImage, engine: Recogniser) -> FilingKind | None:
    """The kind whose mark the line shows, where it shows one only."""
    best = engine.posteriors([line])[0].max(axis=0)
    seen = {
        kind: sum(float(best[engine.alphabet.index(char)]) for char in mark)
        for kind, mark in _MARKS.items()
    }
    named = [kind for kind, score in seen.items() if score >= _LEAST_SEEN]
    return named[0] if len(named) == 1 else None
