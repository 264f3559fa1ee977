"""Reads what is written in red: the old values of a correction."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from forms.definition import Field, FormDefinition
from kamizero.model import Box, Candidate, FieldState
from ocr.engine import Recogniser
from ocr.outcome import Outcome
from ocr.reader import read_fields
from ocr.strokes.crops import runs, stroke_mask
from ocr.strokes.ink import Ink

# What was written before is shown as another candidate, and as the least probable.
_OLD = 0.001
# Two rows in one box fill more than this share of its height, and paper parts them.
_LOW, _GAP_PX = 0.7, 2


def with_red(
    definition: FormDefinition,
    fields: tuple[Field, ...],
    ink: Mapping[int, Ink],
    outcomes: Mapping[str, Outcome],
    *,
    engine: Recogniser,
) -> dict[str, Outcome]:
    """The outcomes of the fields with red in them, old and new value side by side.

    Black writing is the value, the red one another candidate. Where all is red,
    it is the value; every field with red in it already needs an eye.
    """
    if not fields:
        return {}
    part = definition.model_copy(update={"fields": fields})
    in_red = {page: one.in_red() for page, one in ink.items()}
    old = read_fields(part, in_red, engine=engine)
    return {
        name: _joined(outcomes[name], one)
        for name, one in old.items()
        if one.state is FieldState.READ
    }


def without_colour(
    definition: FormDefinition,
    outcomes: Mapping[str, Outcome],
    ink: Mapping[int, Ink],
) -> dict[str, Outcome]:
    """The outcomes where old and new value cannot be told apart by their colour.

    Each is doubted but what stands in boxes in one row: an old value has a row of its
    own above the new one.
    """
    seen = dict(outcomes)
    for field in definition.fields:
        if not _is_one_row(field, ink.get(field.page)):
            outcome = seen[field.name]
            seen[field.name] = replace(outcome, doubts=(*outcome.doubts, "no colour"))
    return seen


def _is_one_row(field: Field, ink: Ink | None) -> bool:
    if field.cells is None or ink is None:
        return False
    return not any(_may_be_two(ink, cell) for cell in field.cells)


def _may_be_two(ink: Ink, cell: Box) -> bool:
    """Tell whether what fills a box is parted: one sign above another."""
    inked = np.asarray(stroke_mask(ink, cell).any(axis=1))
    parts = runs(inked)
    if not parts or parts[-1].stop - parts[0].start < _LOW * len(inked):
        return False
    gaps = (below.start - above.stop for above, below in pairwise(parts))
    return max(gaps, default=0) >= _GAP_PX


def _joined(seen: Outcome, old: Outcome) -> Outcome:
    if seen.state is FieldState.BLANK:
        return replace(old, doubts=(*old.doubts, *seen.doubts))
    if seen.state is not FieldState.READ or old.best.value == seen.best.value:
        return seen
    before = Candidate(old.best.value, old.best.text, _OLD)
    return replace(seen, candidates=(*seen.candidates, before))
