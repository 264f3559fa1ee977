"""Circles, ticks and seals as people really make them."""

import numpy as np

from bench.making.cast import Chance, drawn
from bench.making.kinds_corrections import ink_of
from bench.making.plan import Plan, some
from bench.making.writing import Scribe
from forms import strokes
from forms.definition import Choice, Field, FieldType
from forms.places import choice_of
from kamizero.model import Box, FieldState
from samples.making.paper_damage import Damage, seal


def sloppy_circles(plan: Plan, rng: Chance) -> None:
    """Off the middle, too small or too large, aslant; the text is cut."""
    for field in some(rng, plan.fields(FieldType.CHOICE), 5):
        plan.mark(field, "sloppy circle", _sloppy)


def open_circles(plan: Plan, rng: Chance) -> None:
    """Circles whose ends do not meet."""
    for field in some(rng, plan.fields(FieldType.CHOICE), 5):
        plan.mark(field, "open circle", _open)


def two_circled(plan: Plan, rng: Chance) -> None:
    """Two choices are circled, and nobody can say which is meant."""
    for field in some(rng, plan.fields(FieldType.CHOICE), 2):
        plan.mark(field, "two circled", _both)
        plan.void(field, FieldState.SEVERAL)


def crosses(plan: Plan, rng: Chance) -> None:
    """A cross in the box instead of a tick."""
    for field in _ticked(plan, rng, 4):
        plan.mark(field, "cross", _cross)


def scribbled_boxes(plan: Plan, rng: Chance) -> None:
    """The box is blackened."""
    for field in _ticked(plan, rng, 4):
        plan.mark(field, "box filled in", _scribble)


def seals(plan: Plan, rng: Chance) -> None:
    """Seals whose rim lies over what is written beside them."""
    names = [f for f in plan.fields(FieldType.TEXT) if f.name.endswith("_kanji")]
    owner = [f for f in plan.fields(FieldType.TEXT) if f.name.endswith("owner_name")]
    for field in [*owner, *some(rng, names, 2)]:
        plan.pressed.append(field)
        plan.mark(field, "seal over text")


def pressed(scribe: Scribe, field: Field, value: str) -> Damage:
    """A seal of the surname whose rim lies over the last characters."""
    rng, size = scribe.chance(field), float(scribe.chance(field).uniform(7.5, 11))
    ink = ink_of(value, field.box_mm, scribe.person(field))
    left = ink.right - size * float(rng.uniform(0.2, 0.6))
    top = ink.centre[1] - size / 2 + float(rng.normal(0, 0.8))
    return seal(value.split("　")[0], (left, top), size_mm=size)


def _ticked(plan: Plan, rng: Chance, count: int) -> list[Field]:
    """Ticked boxes; where there are few, some that may as well be ticked."""
    ticked = some(rng, plan.fields(FieldType.CHECK), count)
    harmless = [
        field
        for field in plan.fields(FieldType.CHECK, filled=False)
        if field.name.endswith((".multiple_offices", ".rehired", ".short_time"))
    ]
    more = some(rng, harmless, count - len(ticked))
    for field in more:
        plan.written[field.name] = "1"
    return [*ticked, *more]


def _sloppy(scribe: Scribe, field: Field, value: str) -> None:
    rng, writer = scribe.chance(field), scribe.person(field)
    area = scribe.area(field, choice_of(field, value), writer)
    grown = rng.uniform((0.75, 0.85), (1.2, 1.35))
    points = strokes.circle(area, rng) - area.centre
    angle = np.radians(rng.normal(0, 8))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    off = rng.uniform(-0.16, 0.16, 2) * (area.w, area.h * 1.4)
    placed = (points * grown) @ turn.T + area.centre + off
    scribe.paper.line(placed, writer.text.ink, pen_mm=writer.text.pen_mm)


def _open(scribe: Scribe, field: Field, value: str) -> None:
    rng, writer = scribe.chance(field), scribe.person(field)
    area = scribe.area(field, choice_of(field, value), writer)
    points = strokes.circle(area, rng)
    left = round(len(points) * rng.uniform(0.68, 0.86))
    start = int(rng.integers(len(points) - left))
    part = points[start : start + left]
    scribe.paper.line(part, writer.text.ink, pen_mm=writer.text.pen_mm)


def _both(scribe: Scribe, field: Field, value: str) -> None:
    rng, writer = scribe.chance(field), scribe.person(field)
    first = choice_of(field, value)
    for choice in (first, drawn(rng, _others(field, first))):
        scribe.circle(field, choice, writer, rng)


def _others(field: Field, choice: Choice) -> list[Choice]:
    return [one for one in field.choices if one != choice]


def _cross(scribe: Scribe, field: Field, _: str) -> None:
    rng, hand = scribe.chance(field), scribe.person(field).text
    box = _strayed(field.box_mm, rng)
    scribe.paper.stroke((box.x, box.y), (box.right, box.bottom), hand, rng)
    scribe.paper.stroke((box.right, box.y), (box.x, box.bottom), hand, rng)


def _scribble(scribe: Scribe, field: Field, _: str) -> None:
    rng, hand = scribe.chance(field), scribe.person(field).text
    box = _strayed(field.box_mm, rng)
    turns = 9
    across = np.tile([0.08, 0.92], turns)[:, None] + rng.normal(0, 0.05, (2 * turns, 1))
    down = np.linspace(0.05, 0.95, 2 * turns)[:, None]
    points = np.concatenate([box.x + across * box.w, box.y + down * box.h], axis=1)
    scribe.paper.line(points, hand.ink, pen_mm=hand.pen_mm)


def _strayed(box: Box, rng: Chance) -> Box:
    dx, dy = rng.normal(0, 0.25, 2)
    return Box(box.x + dx, box.y + dy, box.w, box.h)
