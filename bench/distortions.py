"""What scanners, copiers and cameras do to a page, with the true way of each point.

Places on a picture count in pixels from the corner of its first pixel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.making.paper_damage import Pixels
from samples.making.scanner import copied, faxed

Points = NDArray[np.float64]
Way = Callable[[Points], Points]
"""Sends places (n x 2) on the form, in mm, to pixels of the picture."""

# OpenCV counts from the middle of the first pixel.
_HALF = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
_LID = (236, 236, 234)


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A picture of a form, and where each millimetre of the form lies on it."""

    pixels: Pixels
    way: Way
    px_per_mm: float


Distort = Callable[[Scan, np.random.Generator], Scan]


@dataclass(frozen=True, slots=True)
class Distortion:
    """One kind of damage in one degree."""

    kind: str
    degree: str
    steps: Sequence[Distort] = ()

    def __call__(self, scan: Scan, rng: np.random.Generator) -> Scan:
        for step in self.steps:
            scan = step(scan, rng)
        return scan


def drawn(pixels: Pixels, px_per_mm: float) -> Scan:
    """The page as it leaves the printer."""
    return Scan(pixels, lambda points: points * px_per_mm, px_per_mm)


def turned(degrees: float) -> Distort:
    """Laid in askew, to either side."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        height, width = scan.pixels.shape[:2]
        leaning = degrees * rng.choice((-1, 1))
        flat = cv2.getRotationMatrix2D((width / 2, height / 2), leaning, 1.0)
        return _sent(scan, np.vstack([flat, [0, 0, 1]]))

    return distort


def fed(quarter_turns: int) -> Distort:
    """Laid in the wrong way round, anticlockwise."""

    def distort(scan: Scan, _: np.random.Generator) -> Scan:
        height, width = scan.pixels.shape[:2]
        way = {
            1: np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1]]),
            2: np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]]),
            3: np.array([[0, -1, height], [1, 0, 0], [0, 0, 1]]),
        }[quarter_turns].astype(np.float64)
        pixels = np.ascontiguousarray(np.rot90(scan.pixels, quarter_turns))
        return replace(scan, pixels=pixels, way=_after(scan.way, way))

    return distort


def scaled(factor: float) -> Distort:
    """Larger or smaller on the same sheet, as copiers make it."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        height, width = scan.pixels.shape[:2]
        centre = np.array([width, height]) * rng.uniform(0.4, 0.6, 2)
        matrix = np.diag([factor, factor, 1.0])
        matrix[:2, 2] = centre * (1 - factor)
        return replace(_sent(scan, matrix), px_per_mm=scan.px_per_mm * factor)

    return distort


def keystone(share: float) -> Distort:
    """Seen from aslant: each corner is drawn in by up to this share of the side."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        height, width = scan.pixels.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
        inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
        drawn_in = inward * rng.uniform(0.2, 1, (4, 2)) * share * (width, height)
        seen = (corners + drawn_in).astype(np.float32)
        matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), seen)
        return _sent(scan, np.asarray(matrix, np.float64))

    return distort


def cut(side: str, share: float) -> Distort:
    """A strip of the sheet is missing on one side."""

    def distort(scan: Scan, _: np.random.Generator) -> Scan:
        height, width = scan.pixels.shape[:2]
        left = round(share * width) if side == "left" else 0
        top = round(share * height) if side == "top" else 0
        right = width - (round(share * width) if side == "right" else 0)
        bottom = height - (round(share * height) if side == "bottom" else 0)
        matrix = np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])
        pixels = np.ascontiguousarray(scan.pixels[top:bottom, left:right])
        return replace(scan, pixels=pixels, way=_after(scan.way, matrix))

    return distort


def bent(millimetres: float) -> Distort:
    """Drawn unevenly past the sensor: lines wander by so much and back again."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        height = scan.pixels.shape[0]
        reach = millimetres * scan.px_per_mm
        waves, start = rng.uniform(1, 2.5, 2), rng.uniform(0, 6, 2)

        def off(points: Points) -> Points:
            down = 2 * np.pi * waves[0] * points[:, 1] / height + start[0]
            across = 2 * np.pi * waves[1] * points[:, 1] / height + start[1]
            return reach * np.stack([0.4 * np.sin(across), np.sin(down)], axis=1)

        return _moved(scan, off)

    return distort


def slipped(millimetres: float) -> Distort:
    """The feeder slipped twice: what lies below stands so much lower."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        height = scan.pixels.shape[0]
        where = np.array([rng.uniform(0.25, 0.45), rng.uniform(0.55, 0.8)]) * height
        step = millimetres * scan.px_per_mm
        ends = where + step * np.array([1, 2])

        def before(points: Points) -> Points:
            below = (points[:, 1, None] > ends).sum(axis=1)
            moved: Points = points - np.stack([0 * below, step * below], axis=1)
            return moved

        def after(points: Points) -> Points:
            below = (points[:, 1, None] > where).sum(axis=1)
            moved: Points = points + np.stack([0 * below, step * below], axis=1)
            return moved

        return _remapped(scan, before, after)

    return distort


def shaded(depth: float, noise: float = 3.0) -> Distort:
    """Lit from one side, as by a lamp beside a telephone, and grained."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        height, width = scan.pixels.shape[:2]
        y, x = np.mgrid[:height, :width].astype(np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        along = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)
        hand = np.hypot(x / width - rng.uniform(), y / height - rng.uniform())
        light = 1 - depth * (0.5 + along) - 0.4 * depth * np.exp(-((hand / 0.2) ** 2))
        lit = scan.pixels * light[..., None]
        lit += rng.standard_normal((height, width, 1), np.float32) * noise
        return replace(scan, pixels=np.clip(lit, 0, 255).astype(np.uint8))

    return distort


def photocopied(scan: Scan, rng: np.random.Generator) -> Scan:
    """One generation on a copier: a little turned, a little larger, and harder."""
    scan = turned(rng.uniform(0.1, 0.6))(scan, rng)
    scan = scaled(rng.uniform(0.99, 1.01))(scan, rng)
    return replace(scan, pixels=copied(scan.pixels, scan.px_per_mm, rng))


def sent_by_fax(dpi_down: int) -> Distort:
    """One bit at 200 dots across and so many down, brought back to square."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        height, width = scan.pixels.shape[:2]
        size = (width, round(height * dpi_down / 200))
        small = cv2.resize(scan.pixels, size, interpolation=cv2.INTER_AREA)
        bits = faxed(np.asarray(small, np.uint8), scan.px_per_mm, rng)
        grown = cv2.resize(bits, (width, height), interpolation=cv2.INTER_NEAREST)
        return replace(scan, pixels=np.asarray(grown, np.uint8))

    return distort


def coarser(dpi: float) -> Distort:
    """Scanned at so many dots an inch."""

    def distort(scan: Scan, _: np.random.Generator) -> Scan:
        factor = dpi / 25.4 / scan.px_per_mm
        height, width = scan.pixels.shape[:2]
        size = (round(width * factor), round(height * factor))
        pixels = cv2.resize(scan.pixels, size, interpolation=cv2.INTER_AREA)
        matrix = np.diag([size[0] / width, size[1] / height, 1.0])
        return Scan(np.asarray(pixels, np.uint8), _after(scan.way, matrix), dpi / 25.4)

    return distort


def faint(contrast: float) -> Distort:
    """Toner saved: only this share of the darkness arrives."""

    def distort(scan: Scan, rng: np.random.Generator) -> Scan:
        pale = 250 - (255 - scan.pixels.astype(np.float32)) * contrast
        pale += rng.standard_normal(pale.shape, np.float32) * 3
        return replace(scan, pixels=np.clip(pale, 0, 255).astype(np.uint8))

    return distort


def _sent(scan: Scan, matrix: NDArray[np.float64]) -> Scan:
    """The scan through a homography that counts from pixel corners."""
    height, width = scan.pixels.shape[:2]
    pixels = cv2.warpPerspective(
        scan.pixels,
        np.linalg.inv(_HALF) @ matrix @ _HALF,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderValue=_LID,
    )
    return replace(
        scan, pixels=np.asarray(pixels, np.uint8), way=_after(scan.way, matrix)
    )


def _after(way: Way, matrix: NDArray[np.float64]) -> Way:
    def sent(points: Points) -> Points:
        there = cv2.perspectiveTransform(way(points).reshape(1, -1, 2), matrix)
        return np.asarray(there[0], np.float64)

    return sent


def _moved(scan: Scan, off: Way) -> Scan:
    """What stands at p comes from p + off(p)."""

    def after(points: Points) -> Points:
        there = points.copy()
        for _ in range(30):
            there = points - off(there)
        return there

    return _remapped(scan, lambda points: points + off(points), after)


def _remapped(scan: Scan, before: Way, after: Way) -> Scan:
    height, width = scan.pixels.shape[:2]
    y, x = np.mgrid[:height, :width]
    centres = np.stack([x.ravel(), y.ravel()], axis=1) + 0.5
    source = (before(centres) - 0.5).astype(np.float32).reshape(height, width, 2)
    pixels = cv2.remap(
        scan.pixels,
        source[..., 0],
        source[..., 1],
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    way = scan.way
    return replace(
        scan, pixels=np.asarray(pixels, np.uint8), way=lambda points: after(way(points))
    )
