"""Lays the definition's millimetres onto the pixels of a scanned page."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import FormDefinition
from kamizero.errors import RegistrationError
from kamizero.model import Box
from ocr.template import Grey, Landmark, landmarks

Transform = NDArray[np.float64]
"""3 x 3 homography: millimetres of the definition to pixels of the image."""

# From coarse to fine: pixels a mm, size of a landmark and how far it is sought, mm.
_LEVELS = ((2.0, 24.0, 7.0), (4.0, 14.0, 1.75), (8.0, 10.0, 0.75))
_SMALLEST_LIKENESS = 0.55
_SMALLEST_SHARE_FOUND = 0.35
_FEWEST_FOUND = 8
# The print of a page must lie this near to where the transform says, in mm.
_LARGEST_RESIDUAL_MM = 0.25


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the form lies on the image.

    Attributes:
        transform: millimetres of the form's page to pixels of the image.
        residual_px: how far found print lies from its expected place, root mean
            square, in image pixels.
        found: share of the form's landmarks that were found there.
    """

    transform: Transform
    residual_px: float
    found: float

    @property
    def px_per_mm(self) -> float:
        return scale(self.transform)

    def box_px(self, box: Box) -> Box:
        """The upright box on the image that holds a box given in mm."""
        corners = project(self.transform, _corners(box))
        left, top = corners.min(axis=0)
        right, bottom = corners.max(axis=0)
        return Box(
            round(float(left), 1),
            round(float(top), 1),
            round(float(right - left), 1),
            round(float(bottom - top), 1),
        )


def register(
    image: Grey, definition: FormDefinition, page: int, *, start: Transform
) -> Registration:
    """Refine a transform that is right to some millimetres until print meets print.

    Raises:
        RegistrationError: The print of the form was not found well enough.
    """
    transform, residual, found = start, 0.0, 0.0
    for px_per_mm, size_mm, reach_mm in _LEVELS:
        marks = landmarks(definition, page, px_per_mm, size_mm)
        places = _Sought(image, transform, definition, px_per_mm, reach_mm)
        expected, seen = places.find(marks)
        found = len(seen) / max(len(marks), 1)
        if len(seen) < _FEWEST_FOUND or found < _SMALLEST_SHARE_FOUND:
            raise _not_found(definition, page)
        transform, residual = _fit(expected, seen, transform, reach_mm)
    if residual > _LARGEST_RESIDUAL_MM:
        raise _not_found(definition, page)
    return Registration(transform, round(residual * scale(transform), 3), found)


def project(transform: Transform, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Send points (n x 2) through a transform."""
    sent = cv2.perspectiveTransform(points.reshape(1, -1, 2), transform)
    return np.asarray(sent[0], np.float64)


def scale(transform: Transform) -> float:
    """Pixels a millimetre, in the middle of what the transform covers."""
    unit = np.array([[100.0, 140.0], [101.0, 140.0], [100.0, 141.0]])
    origin, right, down = project(transform, unit)
    return float((np.linalg.norm(right - origin) + np.linalg.norm(down - origin)) / 2)


def rectified(
    image: NDArray[np.uint8],
    transform: Transform,
    size_mm: tuple[float, float],
    px_per_mm: float,
) -> NDArray[np.uint8]:
    """The page as the definition has it, upright, at a fixed scale."""
    to_mm = np.diag([1 / px_per_mm, 1 / px_per_mm, 1.0])
    # Pixel centres lie half a pixel from the corner that millimetres count from.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    to_image = np.linalg.inv(half) @ transform @ to_mm @ half
    shrink = scale(transform) / px_per_mm
    if shrink > 1.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.4 * shrink), np.uint8)
    width, height = (round(side * px_per_mm) for side in size_mm)
    flags = cv2.WARP_INVERSE_MAP | (
        cv2.INTER_LINEAR if shrink > 0.9 else cv2.INTER_CUBIC
    )
    return np.asarray(
        cv2.warpPerspective(
            image,
            to_image,
            (width, height),
            flags=flags,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(255, 255, 255),
        ),
        np.uint8,
    )


class _Sought:
    """The page as the present transform sees it, to look for landmarks in."""

    def __init__(
        self,
        image: Grey,
        transform: Transform,
        definition: FormDefinition,
        px_per_mm: float,
        reach_mm: float,
    ) -> None:
        self._px_per_mm = px_per_mm
        self._reach = round(reach_mm * px_per_mm)
        self._view = rectified(image, transform, definition.page_size_mm, px_per_mm)

    def find(
        self, marks: Sequence[Landmark]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centres of the landmarks found, in mm: where expected, and where seen."""
        expected, seen = [], []
        for mark in marks:
            offset = self._offset(mark)
            if offset is not None:
                height, width = mark.picture.shape
                centre = np.array([mark.x + width / 2, mark.y + height / 2])
                expected.append(centre / self._px_per_mm)
                seen.append((centre + offset) / self._px_per_mm)
        return np.array(expected).reshape(-1, 2), np.array(seen).reshape(-1, 2)

    def _offset(self, mark: Landmark) -> NDArray[np.float64] | None:
        """How far the landmark lies from its expected place, or None, in pixels."""
        height, width = mark.picture.shape
        left, top = max(mark.x - self._reach, 0), max(mark.y - self._reach, 0)
        window = self._view[
            top : mark.y + height + self._reach, left : mark.x + width + self._reach
        ]
        likeness = cv2.matchTemplate(window, mark.picture, cv2.TM_CCOEFF_NORMED)
        _, best, _, (x, y) = cv2.minMaxLoc(likeness)
        if best < _SMALLEST_LIKENESS:
            return None
        across = _peak(likeness[y, :], x)
        down = _peak(likeness[:, x], y)
        return np.array([left + across - mark.x, top + down - mark.y])


def _peak(values: cv2.typing.MatLike, at: int) -> float:
    """The top of a parabola through the largest value and its neighbours."""
    if not 0 < at < len(values) - 1:
        return float(at)
    before, here, after = (float(v) for v in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return at + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def _fit(
    expected: NDArray[np.float64],
    seen: NDArray[np.float64],
    transform: Transform,
    reach_mm: float,
) -> tuple[Transform, float]:
    """The transform that sends expected places to where they were seen.

    Returns it with the root mean square distance of its landmarks in mm.
    """
    correction, inlying = cv2.findHomography(
        expected, seen, cv2.RANSAC, max(reach_mm / 5, 0.15)
    )
    if correction is None:
        return transform, float("inf")
    kept = inlying.ravel() > 0
    if kept.mean() < 0.5:
        return transform, float("inf")
    refined = np.asarray(correction, np.float64)
    off = project(refined, expected[kept]) - seen[kept]
    residual = float(np.sqrt((off**2).sum(axis=1).mean()))
    return np.asarray(transform @ refined, np.float64), residual


def _corners(box: Box) -> NDArray[np.float64]:
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
