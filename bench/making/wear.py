"""What paper and machines do to the picture without moving anything on it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.distortions import Distort, Scan
from bench.making.cast import Chance, drawn
from samples.making.paper_damage import Damage, coffee_ring, fold

_TINTS = ((255, 244, 120), (255, 190, 205), (180, 240, 190))


def folded_across(depth: int) -> Distort:
    """Folded for an envelope: so many folds from side to side."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        for n in range(depth):
            at = 297 * (n + 1) / (depth + 1) + rng.normal(0, 4)
            scan = _worn(scan, fold(float(at)), rng)
        return scan

    return distort


def folded_down(depth: int) -> Distort:
    """Folded from top to bottom, as into a pocket."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        flat = np.ascontiguousarray(np.rot90(scan.pixels))
        for n in range(depth):
            at = 210 * (n + 1) / (depth + 1) + rng.normal(0, 6)
            flat = fold(float(at))(flat, scan.px_per_mm, rng)
        return _with(scan, np.ascontiguousarray(np.rot90(flat, 3)))

    return distort


def cup_stood(times: int) -> Distort:
    """A cup stood on the sheet."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        for _ in range(times):
            place = (float(rng.uniform(20, 190)), float(rng.uniform(30, 270)))
            ring = coffee_ring(place, radius_mm=float(rng.uniform(34, 42)))
            scan = _worn(scan, ring, rng)
        return scan

    return distort


def highlighted(times: int) -> Distort:
    """Strokes of a highlighter over some lines."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        pixels, scale = scan.pixels.astype(np.float32), scan.px_per_mm
        height, width = pixels.shape[:2]
        for _ in range(times):
            top = int(rng.uniform(0.15, 0.9) * height)
            left = int(rng.uniform(0.05, 0.5) * width)
            right = left + int(rng.uniform(25, 80) * scale)
            tint = np.array(drawn(rng, _TINTS), np.float32) / 255
            pixels[top : top + int(5 * scale), left:right] *= tint
        return _with(scan, pixels)

    return distort


def shone_through(share: float, *, upside_down: bool) -> Distort:
    """Another side, mirrored, is seen through the paper."""

    def distort(scan: Scan, _: Chance) -> Scan:
        other = scan.pixels[::-1, ::-1] if upside_down else scan.pixels
        behind = cv2.GaussianBlur(other[:, ::-1], (0, 0), 1.8).astype(np.float32)
        return _with(scan, scan.pixels - (255 - behind) * share)

    return distort


def specked(count: int) -> Distort:
    """Dirt on the glass: dots."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        pixels = scan.pixels.copy()
        for _ in range(count):
            x, y = (int(rng.integers(side)) for side in pixels.shape[1::-1])
            radius = max(1, round(abs(rng.normal(0, 0.12)) * scan.px_per_mm))
            cv2.circle(pixels, (x, y), radius, (int(rng.integers(30, 140)),) * 3, -1)
        return _with(scan, pixels)

    return distort


def haired(count: int) -> Distort:
    """Hairs and fibres on the glass."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        pixels = scan.pixels.copy()
        for _ in range(count):
            start = rng.uniform(0, 1, 2) * pixels.shape[1::-1]
            turns = rng.uniform(0, 6) + np.cumsum(rng.normal(0, 0.35, 12))
            step = rng.uniform(1, 5) * scan.px_per_mm / 12
            way = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1) * step, 0)
            points = (start + way).astype(np.int32)
            grey = (int(rng.integers(50, 150)),) * 3
            cv2.polylines(pixels, [points], False, grey, 1, cv2.LINE_AA)
        return _with(scan, pixels)

    return distort


def grained(deviation: float) -> Distort:
    """The sensor's noise."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        noise = rng.standard_normal((*scan.pixels.shape[:2], 1), np.float32)
        return _with(scan, scan.pixels + noise * deviation)

    return distort


def salted(share: float) -> Distort:
    """Single pixels dead or burnt out, and bands of the moving lamp."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        height, width = scan.pixels.shape[:2]
        pixels = scan.pixels.astype(np.float32)
        bands = np.cumsum(rng.normal(0, 1, height))
        bands -= np.linspace(bands[0], bands[-1], height)
        pixels += (bands / max(np.abs(bands).max(), 1) * 10)[:, None, None]
        hit = rng.random((height, width))
        pixels[hit < share / 2] = 60
        pixels[hit > 1 - share / 2] = 255
        return _with(scan, pixels)

    return distort


def lost_rows(count: int) -> Distort:
    """Rows of the picture repeat the one before."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        pixels = scan.pixels.copy()
        for row in rng.integers(1, pixels.shape[0] - 2, count):
            pixels[row : row + 2] = pixels[row - 1]
        return _with(scan, pixels)

    return distort


def pale_bands(count: int) -> Distort:
    """A worn head prints bands from top to bottom paler."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        pixels = scan.pixels.astype(np.float32)
        x = np.arange(pixels.shape[1])
        for _ in range(count):
            width = rng.uniform(1.5, 5) * scan.px_per_mm
            centre = rng.uniform(0, pixels.shape[1])
            band = rng.uniform(0.3, 0.55) * np.exp(-(((x - centre) / width) ** 2))
            pixels += (255 - pixels) * band[None, :, None]
        return _with(scan, pixels)

    return distort


def blurred(pixels: float) -> Distort:
    """Out of focus."""

    def distort(scan: Scan, _: Chance) -> Scan:
        return _with(scan, cv2.GaussianBlur(scan.pixels, (0, 0), pixels))

    return distort


def dragged(pixels: int) -> Distort:
    """Moved while it was scanned."""

    def distort(scan: Scan, _: Chance) -> Scan:
        kernel = np.ones((pixels, 1), np.float32) / pixels
        return _with(scan, cv2.filter2D(scan.pixels, -1, kernel))

    return distort


def gutter(depth: float) -> Distort:
    """Scanned out of a binder: one edge lies off the glass, in shadow."""

    def distort(scan: Scan, rng: Chance) -> Scan:
        x = np.linspace(0, 1, scan.pixels.shape[1], dtype=np.float32)
        x = x if rng.random() < 0.5 else 1 - x
        light = 1 - depth * np.exp(-(x / 0.09)) - 0.15 * depth * (1 - x)
        return _with(scan, scan.pixels * light[None, :, None])

    return distort


def _worn(scan: Scan, damage: Damage, rng: Chance) -> Scan:
    return _with(scan, damage(scan.pixels, scan.px_per_mm, rng))


def _with(scan: Scan, pixels: NDArray[np.generic]) -> Scan:
    clipped = np.clip(pixels, 0, 255).astype(np.uint8)
    return Scan(clipped, scan.way, scan.px_per_mm)
