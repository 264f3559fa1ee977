"""Writing that leaves its box, is hardly there, or is no writing at all."""

from dataclasses import replace

import numpy as np

from bench.making.cast import Chance, drawn
from bench.making.pen import PENCIL
from bench.making.plan import Plan, some
from bench.making.writing import Scribe, hand_for
from forms.definition import Field, FieldType
from forms.lettering import Placed
from forms.places import placed

_TEXT = (FieldType.TEXT, FieldType.KANA, FieldType.ADDRESS)
_NUMBERS = (FieldType.DIGITS, FieldType.AMOUNT)
_ANY = (*_TEXT, *_NUMBERS, FieldType.DATE)


def beyond_edge(plan: Plan, rng: Chance) -> None:
    """Too large for its box, or beside it: strokes cross the lines."""
    for field in some(rng, plan.fields(*_TEXT, *_NUMBERS), 6):
        plan.mark(field, "across the box edge", _over)


def dirt(plan: Plan, rng: Chance) -> None:
    """Specks and hairs in boxes nobody wrote in."""
    for field in some(rng, plan.fields(*_ANY, filled=False), 8):
        plan.mark(field, "dirt in empty box")
        plan.acts.append(_Dirt(field))


def faint_pencil(plan: Plan, rng: Chance) -> None:
    """One person's line in pencil, pressed lightly."""
    entries = list(plan.untouched_entries())
    if not entries:
        return
    for field in plan.entry(drawn(rng, entries)):
        if plan.written.get(field.name):
            plan.mark(field, "faint pencil", _faint)


def _over(scribe: Scribe, field: Field, value: str) -> None:
    rng, writer = scribe.chance(field), scribe.person(field)
    hand = hand_for(field, writer)
    glyphs = list(placed(field, value, hand))
    if field.cells is not None:
        grown, shift = rng.uniform(1.15, 1.4), rng.normal(0, 0.35, 2)
    else:
        grown, shift = rng.uniform(1.0, 1.12), np.array([0.0, rng.uniform(0.8, 1.5)])
        shift[1] *= rng.choice((-1, 1))
    moved = [
        Placed(one.char, one.x + shift[0], one.y + shift[1], one.em * grown, one.like)
        for one in glyphs
    ]
    scribe.paper.write(moved, hand, writer, rng)


def _faint(scribe: Scribe, field: Field, value: str) -> None:
    grey = int(scribe.chance(field).integers(-12, 22))
    ink = tuple(channel + grey for channel in PENCIL)
    writer = scribe.person(field).in_ink((ink[0], ink[1], ink[2]), pressure=0.6)
    scribe.ordinary(
        field,
        value,
        writer=replace(writer, loose=replace(writer.loose, broken=0.04)),
    )


class _Dirt:
    """Draws a few specks and hairs into the box of a field."""

    def __init__(self, field: Field) -> None:
        self._box = field.box_mm
        self._field = field

    def __call__(self, scribe: Scribe) -> None:
        rng = scribe.chance(self._field)
        for _ in range(int(rng.integers(1, 5))):
            x = self._box.x + rng.uniform(0.1, 0.9) * self._box.w
            y = self._box.y + rng.uniform(0.15, 0.85) * self._box.h
            length = (
                rng.uniform(0.1, 0.4) if rng.random() < 0.7 else rng.uniform(0.6, 1.3)
            )
            turns = np.cumsum(rng.normal(0, 0.5, 6)) + rng.uniform(0, 6)
            steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * length / 6
            grey = int(rng.integers(60, 150))
            points = np.array([x, y]) + np.cumsum(steps, axis=0)
            scribe.paper.line(
                points, (grey, grey, grey), pen_mm=float(rng.uniform(0.12, 0.35))
            )
