"""The way between a form's millimetres and an image's pixels, and pictures along it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.placing.mesh import Mesh, Points

Transform = NDArray[np.float64]
"""3 x 3 homography: millimetres of the definition to pixels of the image."""

# Pixel centres lie half a pixel from the corner that millimetres count from.
_HALF = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
_FINEST_SHRINK = 1.4
_ROOM = 1.15
# A copy so much coarser than wanted still serves.
_ENOUGH = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """How a form's page of `size_mm` is seen: flat, and where needed bent by a mesh."""

    transform: Transform
    size_mm: tuple[float, float]
    mesh: Mesh | None = None

    def on_image(self, points: Points) -> Points:
        """Where places on the form (n x 2, mm) lie on the image, in pixels."""
        if self.mesh is not None:
            points = points + self.mesh.at(points)
        return project(self.transform, points)

    def flat_on_form(self, pixels: Points) -> Points:
        """Where pixels lie on the form were the page flat, in mm."""
        return project(np.asarray(np.linalg.inv(self.transform), np.float64), pixels)

    def rectified(
        self, image: NDArray[np.uint8], px_per_mm: float
    ) -> NDArray[np.uint8]:
        """The page as the definition has it, upright, at a fixed scale."""
        transform = self.transform
        shrink = scale(transform) / px_per_mm
        if shrink > _FINEST_SHRINK:
            image, transform = _smaller(image, transform, _ROOM / shrink)
        if self.mesh is None:
            return _flat(image, transform, self.size_mm, px_per_mm)
        return _bent(image, View(transform, self.size_mm, self.mesh), px_per_mm)


class Scales:
    """One picture at its own scale and halved again and again, made when asked for."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        self._halved = [image]

    @property
    def shape(self) -> tuple[int, ...]:
        return self._halved[0].shape

    def rectified(self, view: View, px_per_mm: float) -> NDArray[np.uint8]:
        """As `View.rectified`, from the copy whose scale is nearest above."""
        times = 0
        while scale(view.transform) >= 2 ** (times + 1) * _ENOUGH * px_per_mm:
            times += 1
        while len(self._halved) <= times:
            self._halved.append(_half(self._halved[-1]))
        image = self._halved[times]
        shrunk = np.diag([0.5**times, 0.5**times, 1.0])
        near = View(shrunk @ view.transform, view.size_mm, view.mesh)
        return near.rectified(image, px_per_mm)


def _half(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    size = (max(width // 2, 1), max(height // 2, 1))
    # An odd last row or column is let go: halving is fast where it comes out even.
    even = image[: 2 * size[1], : 2 * size[0]]
    return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.uint8)


def project(transform: Transform, points: Points) -> Points:
    """Send points (n x 2) through a transform."""
    if not len(points):
        return np.zeros((0, 2))
    sent = cv2.perspectiveTransform(points.reshape(1, -1, 2), transform)
    return np.asarray(sent[0], np.float64)


def scale(transform: Transform) -> float:
    """Pixels a millimetre, in the middle of what the transform covers."""
    unit = np.array([[100.0, 140.0], [101.0, 140.0], [100.0, 141.0]])
    origin, right, down = project(transform, unit)
    return float((np.linalg.norm(right - origin) + np.linalg.norm(down - origin)) / 2)


def _smaller(
    image: NDArray[np.uint8], transform: Transform, factor: float
) -> tuple[NDArray[np.uint8], Transform]:
    height, width = image.shape[:2]
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    shrunk = np.diag([size[0] / width, size[1] / height, 1.0])
    return np.asarray(small, np.uint8), shrunk @ transform


def _flat(
    image: NDArray[np.uint8],
    transform: Transform,
    size_mm: tuple[float, float],
    px_per_mm: float,
) -> NDArray[np.uint8]:
    to_mm = np.diag([1 / px_per_mm, 1 / px_per_mm, 1.0])
    width, height = (round(side * px_per_mm) for side in size_mm)
    flat = cv2.warpPerspective(
        image,
        np.linalg.inv(_HALF) @ transform @ to_mm @ _HALF,
        (width, height),
        flags=cv2.WARP_INVERSE_MAP | _method(transform, px_per_mm),
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    return np.asarray(flat, np.uint8)


def _bent(image: NDArray[np.uint8], view: View, px_per_mm: float) -> NDArray[np.uint8]:
    """As `_flat`, along the mesh: exact at each millimetre, straight between."""
    columns, rows = (round(side) for side in view.size_mm)
    across, down = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    places = np.stack([across.ravel(), down.ravel()], axis=1)
    coarse = (view.on_image(places) - 0.5).reshape(rows, columns, 2)
    size = (round(columns * px_per_mm), round(rows * px_per_mm))
    fine = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    bent = cv2.remap(
        image,
        np.asarray(fine[..., 0]),
        np.asarray(fine[..., 1]),
        _method(view.transform, px_per_mm),
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    return np.asarray(bent, np.uint8)


def _method(transform: Transform, px_per_mm: float) -> int:
    """Between pixels of a coarse picture, straight lines would show as steps."""
    fine = scale(transform) / px_per_mm > 0.9
    return cv2.INTER_LINEAR if fine else cv2.INTER_CUBIC
