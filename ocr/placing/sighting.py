"""Looks for the landmarks of a form where a view expects them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import FormDefinition
from kamizero.model import Box
from ocr.placing.mesh import Points
from ocr.placing.template import Grey, Landmark, landmarks
from ocr.placing.view import Scales, View

_SMALLEST_LIKENESS = 0.55
_NEIGHBOURS = 3
# Landmarks sought no further than this are looked at where they should be first: what
# is most like them just there is them, though it be less like them under writing.
_NARROW_REACH_PX, _SURE_LIKENESS = 4, 0.48
_CROSS = ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """Which landmarks were expected on the image and which were seen.

    Attributes:
        places: centres (n x 2) of all landmarks the image holds, in mm.
        was_found: which of them (n) were found.
        seen: centres of those on the image, in pixels.
        visible: share of the form's landmarks that the image holds.
        off: how far each one that was found lies from where it should, in mm.
    """

    places: Points
    was_found: NDArray[np.bool_]
    seen: Points
    visible: float
    off: NDArray[np.float64]

    @property
    def share(self) -> float:
        """The share found of those that the image holds."""
        return float(self.was_found.mean()) if len(self.was_found) else 0.0

    @classmethod
    def none(cls) -> "Sighting":
        nothing = np.zeros((0, 2))
        return cls(nothing, np.zeros(0, bool), nothing, 0.0, np.zeros(0))

    def against(self, view: View) -> "Sighting":
        """The same landmarks, measured by another view."""
        expected = self.places[self.was_found]
        return replace(self, off=_apart(view, expected, self.seen))

    def around(self, box: Box, reach_mm: float) -> NDArray[np.float64]:
        """How far each landmark around a box is off in mm; infinite if not found."""
        low = np.array([box.x, box.y]) - reach_mm
        high = np.array([box.right, box.bottom]) + reach_mm
        off = np.full(len(self.places), np.inf)
        off[self.was_found] = self.off
        near = (self.places >= low) & (self.places <= high)
        return off[near.all(axis=1)]


def sight(
    image: Scales,
    view: View,
    definition: FormDefinition,
    page: int,
    *,
    px_per_mm: float,
    size_mm: float,
    reach_mm: float,
) -> Sighting:
    """Seek each landmark within reach of its place, at a fixed scale."""
    marks = landmarks(definition, page, px_per_mm, size_mm)
    centres = np.array([[m.x, m.y] for m in marks]) + round(size_mm * px_per_mm) / 2
    places = centres / px_per_mm
    inside = _inside(view, places, image.shape, size_mm / 2)
    picture = image.rectified(view, px_per_mm)
    reach = round(reach_mm * px_per_mm)
    expected = [mark for mark, there in zip(marks, inside, strict=True) if there]
    found = iter(_offsets(picture, expected, reach))
    offsets = [next(found) if there else None for there in inside]
    was_found = np.array([offset is not None for offset in offsets], bool)
    moved = np.array([one for one in offsets if one is not None]).reshape(-1, 2)
    pixels = view.on_image((centres[was_found] + moved) / px_per_mm)
    return Sighting(
        places=places[inside],
        was_found=was_found[inside],
        seen=pixels,
        visible=float(inside.mean()),
        off=np.zeros(len(pixels)),
    )


def _inside(
    view: View, places: Points, shape: tuple[int, ...], half_mm: float
) -> NDArray[np.bool_]:
    """Which squares around places the image holds whole."""
    inside = np.ones(len(places), bool)
    for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        there = view.on_image(places + half_mm * np.array(corner))
        inside &= ((there >= 0) & (there <= (shape[1], shape[0]))).all(axis=1)
    return inside


def _apart(view: View, places: Points, pixels: Points) -> NDArray[np.float64]:
    if not len(places):
        return np.zeros(0)
    expected = view.on_image(places)
    unit = np.linalg.norm(
        view.on_image(places + np.array([1.0, 0.0])) - expected, axis=1
    )
    return np.asarray(np.linalg.norm(expected - pixels, axis=1) / unit, np.float64)


def _offsets(
    picture: Grey, marks: Sequence[Landmark], reach: int
) -> list[tuple[float, float] | None]:
    """How far each landmark lies from its expected place, or None, in pixels.

    Once a page lies nearly right, nearly all are at their places: a narrow look at all
    of them together takes half of the time of wide ones at each.
    """
    if reach > _NARROW_REACH_PX:
        return [_offset(picture, mark, reach) for mark in marks]
    near = _near_offsets(picture, marks)
    return [
        _offset(picture, mark, reach) if offset is None else offset
        for mark, offset in zip(marks, near, strict=True)
    ]


def _near_offsets(
    picture: Grey, marks: Sequence[Landmark]
) -> list[tuple[float, float] | None]:
    """How far those lie from their places that are surely less than a pixel off.

    None for the others, of which nothing is said.
    """
    height, width = picture.shape
    inner = [
        at
        for at, (x, y, piece) in enumerate(marks)
        if 0 < x < width - piece.shape[1] and 0 < y < height - piece.shape[0]
    ]
    offsets: list[tuple[float, float] | None] = [None] * len(marks)
    if inner:
        likeness = _likeness_around(picture, [marks[at] for at in inner])
        here = likeness[:, 0]
        sure = (here >= _SURE_LIKENESS) & (here == likeness.max(axis=1))
        for n in np.flatnonzero(sure):
            middle, left, right, above, below = likeness[n].tolist()
            across, down = [left, middle, right], [above, middle, below]
            offsets[inner[n]] = _peak(across, 1) - 1, _peak(down, 1) - 1
    return offsets


def _likeness_around(picture: Grey, marks: Sequence[Landmark]) -> NDArray[np.float64]:
    """How like each landmark (n) its place is, and the places one pixel beside it.

    The result is n x 5, by `_CROSS`, and says what `cv2.TM_CCOEFF_NORMED` says.
    """
    side = len(marks[0].picture)
    rows, columns = (np.array([mark[axis] for mark in marks]) - 1 for axis in (1, 0))
    windows = np.lib.stride_tricks.sliding_window_view(picture, (side + 2, side + 2))
    # Ink, not paper: sums of small numbers are exact enough in single precision.
    seen = (255 - windows[rows, columns]).astype(np.float32)
    wanted = (255 - np.stack([mark.picture for mark in marks])).astype(np.float32)
    wanted -= wanted.mean(axis=(1, 2), keepdims=True)
    within = (np.tri(side + 2, 3) - np.tri(side + 2, 3, -side)).astype(np.float32)
    # Of all ink in the window at each of the nine places, and of its squares.
    sums, squares = (
        np.tensordot(one @ within, within, axes=(1, 0)) for one in (seen, seen * seen)
    )
    energy = np.maximum(squares - sums.astype(np.float64) ** 2 / side**2, 1.0)
    energy *= np.einsum("nij,nij->n", wanted, wanted)[:, None, None]
    alike = [
        np.einsum("nij,nij->n", seen[:, y : y + side, x : x + side], wanted)
        / np.sqrt(energy[:, x, y])
        for x, y in _CROSS
    ]
    return np.stack(alike, axis=1)


def _offset(picture: Grey, mark: Landmark, reach: int) -> tuple[float, float] | None:
    """How far the landmark lies from its expected place, or None, in pixels."""
    height, width = mark.picture.shape
    left, top = max(mark.x - reach, 0), max(mark.y - reach, 0)
    window = picture[top : mark.y + height + reach, left : mark.x + width + reach]
    likeness = cv2.matchTemplate(window, mark.picture, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    if best < _SMALLEST_LIKENESS:
        return None
    across = _peak(likeness[y, max(x - 1, 0) : x + 2].tolist(), x)
    down = _peak(likeness[max(y - 1, 0) : y + 2, x].tolist(), y)
    return left + across - mark.x, top + down - mark.y


def _peak(values: list[float], at: int) -> float:
    """The top of a parabola through the largest value, at `at`, and its neighbours."""
    if len(values) < _NEIGHBOURS or not at:
        return float(at)
    before, here, after = values
    bend = before - 2 * here + after
    return at + (0.5 * (before - after) / bend if bend < 0 else 0.0)
