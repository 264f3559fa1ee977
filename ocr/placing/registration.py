"""Lays the definition's millimetres onto the pixels of a scanned page."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from forms.definition import FormDefinition
from kamizero.errors import RegistrationError
from kamizero.model import Box
from ocr.placing.mesh import Mesh, Points, fit_mesh
from ocr.placing.sighting import Sighting, sight
from ocr.placing.view import Scales, Transform, View, scale

# From coarse to fine: pixels a mm, size of a landmark, how far it is sought, and how
# far print may stand from one flat view of the page, mm.
_LEVELS = ((2.0, 24.0, 7.0, 1.4), (4.0, 14.0, 2.5, 1.2), (4.0, 10.0, 0.75, 0.8))
_BETWEEN = _LEVELS[1]
# A page that lies so flat is within the finest reach at once: most scans are.
_FLAT_RESIDUAL_MM, _FLAT_SHARE = 0.1, 0.8
_FEWEST_FOUND = 8
_SMALLEST_SHARE_FITTING = 0.6
# Of the landmarks that the picture holds, so many must be found, and it must hold
# so many of all: a page shifted by one entry finds most of its print again, too.
_SMALLEST_SHARE_FOUND = (0.35, 0.6, 0.8)
_SMALLEST_SHARE_VISIBLE = 0.4
_COMPLETE = 0.85
# The print of a page must lie this near to where the view says, in mm.
_LARGEST_RESIDUAL_MM = 0.25
# Below this, a page counts as flat.
_FLAT_MM = 0.15
# Around a field, landmarks must be seen this near to their places.
_AROUND_FIELD_MM = 7.0
_LARGEST_LOCAL_MM = 0.25
_LARGEST_SHARE_MISSING = 0.5
_LARGEST_SHARE_MOVED = 0.15
# No paper stretches so much from one node of the mesh to the next: the feeder
# slipped, or the sheet is creased.
_LARGEST_STEP_MM = 0.4
_AROUND_TEAR_MM = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """Where the form lies on the image.

    Attributes:
        view: the way from millimetres of the form's page to pixels of the image.
        residual_px: how far found print lies from its expected place, root mean
            square, in image pixels.
        found: share of the form's landmarks on the image that were found there.
        count: how many were found.
        visible: share of the form's landmarks that are on the image.
        size_px: width and height of the image.
    """

    view: View
    residual_px: float
    found: float
    count: int
    visible: float
    size_px: tuple[int, int]
    _sighting: Sighting = field(repr=False)

    @property
    def is_complete(self) -> bool:
        """Tell whether nearly all print of the form is there: no other way fits."""
        return self.count >= _COMPLETE * len(self._sighting.was_found) / self.visible

    @property
    def transform(self) -> Transform:
        """The flat part of the view."""
        return self.view.transform

    @property
    def px_per_mm(self) -> float:
        return scale(self.view.transform)

    def on_image(self, points: Points) -> Points:
        """Where places on the form (n x 2, mm) lie on the image, in pixels."""
        return self.view.on_image(points)

    def box_px(self, box: Box) -> Box:
        """The upright box on the image that holds a box given in mm."""
        corners = self.on_image(corners_of(box))
        left, top = corners.min(axis=0)
        right, bottom = corners.max(axis=0)
        return Box(
            round(float(left), 1),
            round(float(top), 1),
            round(float(right - left), 1),
            round(float(bottom - top), 1),
        )

    def shows(self, box: Box) -> bool:
        """Tell whether the image holds the whole of a box given in mm."""
        corners = self.on_image(corners_of(box))
        return bool(((corners >= 0) & (corners <= self.size_px)).all())

    def is_doubtful(self, box: Box) -> bool:
        """Tell whether the print around a box, given in mm, is not where it should be.

        Paper that is creased, torn or covered there, or a feeder that slipped.
        """
        off = self._sighting.around(box, _AROUND_FIELD_MM)
        if np.isinf(off).sum() > max(_LARGEST_SHARE_MISSING * len(off), 2):
            return True
        moved = (off > _LARGEST_LOCAL_MM) & np.isfinite(off)
        return moved.sum() > max(_LARGEST_SHARE_MOVED * len(off), 1) or (
            self.view.mesh is not None and self._is_torn(self.view.mesh, box)
        )

    def _is_torn(self, mesh: Mesh, box: Box) -> bool:
        low = np.array([box.x, box.y]) - _AROUND_TEAR_MM
        high = np.array([box.right, box.bottom]) + _AROUND_TEAR_MM
        return mesh.steepest(low, high) > _LARGEST_STEP_MM


def register(
    image: Scales, definition: FormDefinition, page: int, *, start: Transform
) -> Registration:
    """Refine a transform that is right to some millimetres until print meets print.

    Raises:
        RegistrationError: The print of the form was not found well enough.
    """
    view = View(start, definition.page_size_mm)
    seen, residual = Sighting.none(), 0.0
    for level, least in zip(_LEVELS, _SMALLEST_SHARE_FOUND, strict=True):
        px_per_mm, size_mm, reach_mm, tolerance_mm = level
        if level == _BETWEEN and _is_flat(seen, view, residual):
            continue
        seen = sight(
            image,
            view,
            definition,
            page,
            px_per_mm=px_per_mm,
            size_mm=size_mm,
            reach_mm=reach_mm,
        )
        if len(seen.seen) < _FEWEST_FOUND or seen.share < least:
            raise _not_found(definition, page)
        view, residual = _fit(seen, view, tolerance_mm)
        if residual > _LARGEST_RESIDUAL_MM * 8 / px_per_mm:
            raise _not_found(definition, page)
    if residual > _LARGEST_RESIDUAL_MM or seen.visible < _SMALLEST_SHARE_VISIBLE:
        raise _not_found(definition, page)
    height, width = image.shape
    return Registration(
        view=view,
        residual_px=round(residual * scale(view.transform), 3),
        found=seen.share,
        count=len(seen.seen),
        visible=seen.visible,
        size_px=(width, height),
        _sighting=seen.against(view),
    )


def _is_flat(seen: Sighting, view: View, residual_mm: float) -> bool:
    """Tell whether the coarsest look has found the page as it lies."""
    return (
        view.mesh is None
        and seen.share >= _FLAT_SHARE
        and residual_mm <= _FLAT_RESIDUAL_MM
    )


def _fit(seen: Sighting, view: View, tolerance_mm: float) -> tuple[View, float]:
    """The view that sends places to where their print was seen.

    Returns it with the root mean square distance of its landmarks in mm.
    """
    pixels = seen.seen
    places = seen.places[seen.was_found]
    px_per_mm = scale(view.transform)
    flat, inlying = cv2.findHomography(
        places, pixels, cv2.RANSAC, tolerance_mm * px_per_mm
    )
    if flat is None:
        return view, float("inf")
    if (inlying > 0).mean() < _SMALLEST_SHARE_FITTING:
        return view, float("inf")
    plain = View(np.asarray(flat, np.float64), view.size_mm)
    fitted = _bent(plain, places, pixels)
    apart = np.linalg.norm(fitted.on_image(places) - pixels, axis=1) / px_per_mm
    # What stands far off was mistaken for the landmark.
    near = apart[apart < tolerance_mm / 2]
    if len(near) < _SMALLEST_SHARE_FITTING * len(apart):
        return view, float("inf")
    return fitted, float(np.sqrt((near**2).mean()))


def _bent(flat: View, places: Points, pixels: Points) -> View:
    """The view with a mesh, where print stands off its places in whole regions."""
    off = flat.flat_on_form(pixels) - places
    if np.percentile(np.abs(off), 90) < _FLAT_MM / 2:
        return flat
    mesh = fit_mesh(places, off, flat.size_mm)
    return replace(flat, mesh=mesh) if mesh.largest > _FLAT_MM else flat


def corners_of(box: Box) -> Points:
    return np.array(
        [
            [box.x, box.y],
            [box.right, box.y],
            [box.right, box.bottom],
            [box.x, box.bottom],
        ]
    )


def _not_found(definition: FormDefinition, page: int) -> RegistrationError:
    return RegistrationError(
        f"The printed lines of form {definition.form}, page {page}, were not found on"
        " this page. Scan the sheet again, flat and whole, at 200 dpi or more."
    )
