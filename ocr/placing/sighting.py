"""Looks for the landmarks of a form where a view expects them."""

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
    offsets = [
        _offset(picture, mark, reach) if there else None
        for mark, there in zip(marks, inside, strict=True)
    ]
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
