"""Strokes drawn by hand: the circle around a choice and the tick in a box."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from kamizero.model import Box

Points = NDArray[np.float64]

_OVERSAMPLING = 3
_POINTS = 72


def circle(box: Box, rng: np.random.Generator) -> Points:
    """A closed, slightly irregular ellipse around a box, as points x, y."""
    start = rng.uniform(np.pi, 2 * np.pi)
    # The pen goes on a little past where it began.
    angle = np.linspace(start, start + 2 * np.pi + rng.uniform(0.05, 0.4), _POINTS)
    radius = (
        rng.uniform(0.96, 1.06)
        + 0.03 * rng.normal() * np.sin(2 * angle + rng.uniform(0, 6))
        + 0.02 * rng.normal() * np.sin(3 * angle + rng.uniform(0, 6))
        + np.linspace(0, rng.normal(0, 0.03), _POINTS)
    )
    x = box.centre[0] + box.w / 2 * radius * np.cos(angle)
    y = box.centre[1] + box.h / 2 * radius * np.sin(angle)
    return np.stack([x, y], axis=1)


def tick(box: Box, rng: np.random.Generator) -> Points:
    """A check mark: down to the right, then up, a little out of its box."""
    knees = np.array([[0.12, 0.5], [0.42, 0.9], [1.05, 0.0]])
    knees += rng.normal(0, 0.05, knees.shape)
    down = np.linspace(knees[0], knees[1], 8)
    up = np.linspace(knees[1], knees[2], 14)
    up[:, 0] -= 0.05 * np.sin(np.linspace(0, np.pi, 14))
    points = np.concatenate([down, up[1:]])
    placed: Points = np.array([box.x, box.y]) + points * np.array([box.w, box.h])
    return placed


def mask_of(points: Points, *, width_px: float) -> tuple[Image.Image, tuple[int, int]]:
    """Draw a line through the points; gives the mask and where it belongs."""
    margin = int(width_px) + 2
    left, top = (int(low) - margin for low in points.min(axis=0))
    right, bottom = (int(high) + margin + 1 for high in points.max(axis=0))
    size = (right - left, bottom - top)
    large = Image.new("L", (size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING))
    shifted = (points - np.array([left, top])) * _OVERSAMPLING
    pen = max(1, round(width_px * _OVERSAMPLING))
    draw = ImageDraw.Draw(large)
    draw.line([(float(x), float(y)) for x, y in shifted], 255, pen, joint="curve")
    for x, y in (shifted[0], shifted[-1]):
        draw.circle((float(x), float(y)), pen / 2, fill=255)
    return large.resize(size, Image.Resampling.LANCZOS), (left, top)
