"""Which printed choice is circled, and whether a box is ticked or sealed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import Choice, Field, FieldType, FormDefinition
from forms.typesetting import code_area, taken_area
from kamizero.model import Box, Candidate, FieldState
from ocr.engine import GreyImage
from ocr.outcome import Outcome, empty
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import stroke_mask
from ocr.strokes.foreign import is_hair, runs_through
from ocr.strokes.ink import Ink

Marked = NDArray[np.bool_]
Pixels = NDArray[np.intp]

# Circles leave the box of their choice by up to this.
_REACH_MM = 3.0
_DIRECTIONS = 36
# Between these shares of an ellipse's radius, ink belongs to a circle around it.
_NEAREST, _FARTHEST = 0.62, 2.0
_ROOM_MM = 0.9
# Share of directions in which a circle was met: sloppy ones are partly open.
_CIRCLED = 0.6
_PERHAPS = 0.42
_SURE_CIRCLED = 0.72
_SURE_FREE = 0.5
_JOIN_PX = 5
# A tick is a stroke at least this long; dust and line remains are shorter. Specks of
# dust lie close to each other by chance, so pieces are joined less far than elsewhere.
_TICK_MM = 1.4
_TICK_DARKNESS = 0.45
_TICK_JOIN_PX = 3
_SEAL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Circling:
    """How far around a choice a circle runs, as a share of all directions."""

    code: str
    share: float


def read_marks(ink: Ink, field: Field, definition: FormDefinition) -> Outcome:
    """Read a choice, a check box or a seal."""
    match field.type:
        case FieldType.CHECK:
            return _tick(
                ink, field.choices[0].box_mm if field.choices else field.box_mm
            )
        case FieldType.SEAL:
            return _seal(ink, field.box_mm)
        case _:
            return read_circles(circlings(ink, field, definition))


def circlings(ink: Ink, field: Field, definition: FormDefinition) -> list[Circling]:
    """How much each choice of a field is circled."""
    around = _around(field.choices)
    mask = stroke_mask(ink, around, margin_mm=_REACH_MM)
    if not cv2.hasNonZero(mask):
        return [Circling(choice.code, 0.0) for choice in field.choices]
    origin = _origin(around)
    areas = [_circled_areas(definition, choice, field.page) for choice in field.choices]
    strokes = [_Stroke.of(*pixels, origin) for pixels in _strokes(mask)]
    circles = [(stroke.points, stroke.surrounded(areas)) for stroke in strokes]
    return [
        Circling(choice.code, _circled_share(circles, n, areas[n]))
        for n, choice in enumerate(field.choices)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Stroke:
    """One connected stroke: its pixels and the line around all of it, in mm."""

    points: NDArray[np.float32]
    hull: NDArray[np.float32]

    @classmethod
    def of(cls, xs: Pixels, ys: Pixels, origin: tuple[float, float]) -> Self:
        points = (np.stack([xs, ys], axis=1) + 0.5) / PX_PER_MM + np.array(origin)
        return cls(points.astype(np.float32), cv2.convexHull(points.astype(np.float32)))

    def surrounded(self, choices: Sequence[Sequence[Box]]) -> list[int]:
        """The choices of which it surrounds some area."""
        return [
            n
            for n, areas in enumerate(choices)
            if any(
                cv2.pointPolygonTest(self.hull, area.centre, measureDist=False) > 0
                for area in areas
            )
        ]


def _circled_share(
    strokes: Iterable[tuple[NDArray[np.float32], Sequence[int]]],
    chosen: int,
    areas: Sequence[Box],
) -> float:
    """How far strokes, each with the choices that it surrounds, run around one choice.

    A circle around one choice often runs into the next: a stroke that surrounds
    others speaks for those alone, an arc that surrounds none may speak for any.
    """
    votes = [
        points
        for points, surrounded in strokes
        if chosen in surrounded or not surrounded
    ]
    if not votes:
        return 0.0
    points = np.concatenate(votes).astype(np.float64)
    return max(_share_around(points[:, 0], points[:, 1], area) for area in areas)


def read_circles(circles: Sequence[Circling]) -> Outcome:
    """Say which choice the circles mean."""
    ranked = sorted(circles, key=lambda circle: -circle.share)
    first = ranked[0]
    second = ranked[1].share if len(ranked) > 1 else 0.0
    if first.share < _PERHAPS:
        return empty(certainty=1 - max(first.share - 0.2, 0))
    if second >= _CIRCLED:
        return Outcome(FieldState.SEVERAL, doubts=("several",), certainty=second)
    doubts = []
    if first.share < _SURE_CIRCLED:
        doubts.append("open circle")
    if second > _SURE_FREE:
        doubts.append("two circles")
    probability = 0.9999 if not doubts else 0.9
    others = [
        Candidate(circle.code, circle.code, round(0.5 * circle.share**4, 6))
        for circle in ranked[1:]
        if circle.share > _PERHAPS / 2
    ]
    return Outcome(
        FieldState.READ,
        (Candidate(first.code, first.code, probability), *others),
        grounds=("circle",),
        doubts=tuple(doubts),
    )


@lru_cache(maxsize=4096)
def _circled_areas(
    definition: FormDefinition, choice: Choice, page: int
) -> tuple[Box, ...]:
    """What somebody may have circled: the choice's box, its text, its code alone."""
    areas = [choice.box_mm]
    for text in definition.printed.texts:
        if text.page == page and choice.box_mm.contains(text.box_mm):
            areas += [_widened(taken_area(text)), _widened(code_area(text))]
    return tuple(areas)


def _share_around(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    area: Box,
) -> float:
    """In how many directions from the middle of an area a stroke is met around it."""
    across = (x - area.centre[0]) / (area.w / 2)
    down = (y - area.centre[1]) / (area.h / 2)
    radius = np.hypot(across, down)
    near = (radius > _NEAREST) & (radius < _FARTHEST)
    angles = np.arctan2(down[near], across[near])
    bins = ((angles + np.pi) / (2 * np.pi) * _DIRECTIONS).astype(int) % _DIRECTIONS
    return np.count_nonzero(np.bincount(bins)) / _DIRECTIONS


def _tick(ink: Ink, box: Box) -> Outcome:
    """A tick is a stroke of the pen: long, and as dark as what is written elsewhere.

    Dust is short, a smudge is pale, a hair is thin; a stroke that runs through the box
    and on is part of a stamp, of a crossing-out or of writing nearby.
    """
    mask = stroke_mask(ink, box, margin_mm=_REACH_MM)
    inner = _inner(mask, box)
    amount = ink.amount(box, margin_mm=_REACH_MM)
    dark = np.where(amount > _TICK_DARKNESS * ink.strength, mask, 0).astype(np.uint8)
    longest = _longest(dark, inner, _TICK_JOIN_PX)
    trace = _longest(mask, inner, _TICK_JOIN_PX)
    found = _ticked(longest, trace, sure=not runs_through(ink, box))
    if found.state is FieldState.READ and is_hair(ink, box):
        return replace(found, doubts=(*found.doubts, "thin as a hair"))
    return found


def _longest(mask: GreyImage, inner: Marked, join_px: int) -> float:
    """How long the longest stroke in a box is, in mm."""
    return max(
        (
            _extent_mm(xs[inside], ys[inside])
            for xs, ys in _strokes(mask, join_px)
            if (inside := inner[ys, xs]).any()
        ),
        default=0.0,
    )


def _ticked(length_mm: float, trace_mm: float, *, sure: bool) -> Outcome:
    doubts = () if sure else ("stroke through the box",)
    if length_mm >= _TICK_MM and sure:
        clear = length_mm >= 1.4 * _TICK_MM
        return Outcome(
            FieldState.READ,
            (Candidate("1", "✓", 0.9999 if clear else 0.95),),
            grounds=("tick",),
            doubts=() if clear else ("small mark",),
        )
    clear = trace_mm < 0.6 * _TICK_MM
    return Outcome(
        FieldState.BLANK,
        certainty=0.9999 if clear and sure else 0.9,
        doubts=doubts if clear else (*doubts, "small mark"),
    )


def _seal(ink: Ink, box: Box) -> Outcome:
    """A seal covers part of its box, mostly in red."""
    red = ink.stamped(box) > 0
    dark = stroke_mask(ink, box) > 0
    if float((red | dark).mean()) < _SEAL_SHARE:
        return empty(certainty=0.999)
    return Outcome(FieldState.READ, (Candidate("1", "印", 0.99),), grounds=("seal",))


def _strokes(
    mask: GreyImage, join_px: int = _JOIN_PX
) -> Iterator[tuple[Pixels, Pixels]]:
    """The strokes of a mask, across and down; close pieces are one."""
    joined = cv2.dilate(mask, np.ones((join_px, join_px), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    ys, xs = np.nonzero(mask)
    owners = labels[ys, xs]
    for label in range(1, count):
        own = owners == label
        yield xs[own], ys[own]


def _inner(mask: GreyImage, box: Box) -> Marked:
    """The pixels of a mask cut with `_REACH_MM` around a box that lie in the box."""
    origin = _origin(box)
    inside = np.zeros(mask.shape, np.bool_)
    left, top = (box.x - origin[0]) * PX_PER_MM, (box.y - origin[1]) * PX_PER_MM
    right, bottom = left + box.w * PX_PER_MM, top + box.h * PX_PER_MM
    inside[round(top) : round(bottom), round(left) : round(right)] = True
    return inside


def _extent_mm(xs: Pixels, ys: Pixels) -> float:
    return float(max(np.ptp(xs), np.ptp(ys)) + 1) / PX_PER_MM


def _origin(box: Box) -> tuple[float, float]:
    """Where a cut with `_REACH_MM` around a box begins, in mm."""
    return (
        max(round((box.x - _REACH_MM) * PX_PER_MM), 0) / PX_PER_MM,
        max(round((box.y - _REACH_MM) * PX_PER_MM), 0) / PX_PER_MM,
    )


def _around(choices: Sequence[Choice]) -> Box:
    left = min(choice.box_mm.x for choice in choices)
    top = min(choice.box_mm.y for choice in choices)
    right = max(choice.box_mm.right for choice in choices)
    bottom = max(choice.box_mm.bottom for choice in choices)
    return Box(left, top, right - left, bottom - top)


def _widened(box: Box) -> Box:
    return Box(
        box.x - _ROOM_MM, box.y - _ROOM_MM, box.w + 2 * _ROOM_MM, box.h + 2 * _ROOM_MM
    )
