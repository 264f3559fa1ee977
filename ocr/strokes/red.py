"""Tells whether a field has writing or a ring in red."""

from collections.abc import Mapping

import numpy as np

from forms.definition import Field, FieldType, FormDefinition
from kamizero.model import Box
from ocr.placing.template import PX_PER_MM, Grey
from ocr.strokes.ink import Ink, window

# Less red than this in a field is the edge of a stamp beside it.
_RED_MM2 = 0.5
# Rings leave the box of their choice by so much.
_RING_MM = 1.5
_RING_TYPES = (FieldType.CHOICE, FieldType.CHECK)


def is_red(ink: Ink, field: Field) -> bool:
    """Tell whether something is written in red in a field, or ringed."""
    return _amount(ink.red, _place(field)) > _RED_MM2


def red_fields(definition: FormDefinition, ink: Mapping[int, Ink]) -> tuple[Field, ...]:
    """The fields in which something is written in red; seals do not count."""
    return tuple(
        field
        for field in definition.fields
        if field.type is not FieldType.SEAL
        and field.page in ink
        and is_red(ink[field.page], field)
    )


def _place(field: Field) -> Box:
    boxes = [field.box_mm, *(choice.box_mm for choice in field.choices)]
    room = _RING_MM if field.type in _RING_TYPES else 0.0
    left = min(box.x for box in boxes) - room
    top = min(box.y for box in boxes) - room
    right = max(box.right for box in boxes) + room
    bottom = max(box.bottom for box in boxes) + room
    return Box(left, top, right - left, bottom - top)


def _amount(red: Grey, box: Box) -> float:
    """How much is red in a box, in mm2."""
    return float(np.count_nonzero(red[window(red, box, 0.0)])) / PX_PER_MM**2
