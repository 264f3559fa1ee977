"""Digits as somebody draws them: strokes through points that stray a little."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.training.ways import WAYS, Bend

Points = NDArray[np.float64]

_SMOOTH = 9


def draw(
    digit: int, rng: np.random.Generator, *, way: float, stray: float
) -> list[Points]:
    """The strokes of one digit; `way` in 0..1 says which way its writer has."""
    shares, makers = zip(*WAYS[digit], strict=True)
    reached = np.cumsum(shares) / sum(shares)
    maker = makers[int(np.searchsorted(reached, way))]
    return [_stroke(bends, rng, stray) for bends in maker(rng)]


def scribble(rng: np.random.Generator) -> list[Points]:
    """Strokes to and fro over each other, as nobody writes a digit."""
    turns = int(rng.integers(9, 18))
    across = np.resize(rng.permutation([-0.1, 1.1]), turns)
    points = np.stack([across, np.linspace(0, 1, turns)], axis=1)
    points += rng.normal(0, 0.12, points.shape)
    return [_smooth(points if rng.random() < 0.5 else points[:, ::-1])]


def _stroke(bends: Sequence[Bend], rng: np.random.Generator, stray: float) -> Points:
    parts = []
    end: Points | None = None
    for bend in bends:
        points = np.array(bend, np.float64)
        points += rng.normal(0, stray, points.shape)
        if end is not None:
            points[0] = end
        end = points[-1]
        parts.append(_smooth(points))
    return np.concatenate(parts)


def _smooth(points: Points) -> Points:
    """A Catmull-Rom curve through the points."""
    if len(points) < 3:
        t = np.linspace(0, 1, _SMOOTH)[:, None]
        return np.asarray(points[0] * (1 - t) + points[-1] * t)
    ends = np.concatenate(
        [[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]]
    )
    t = np.linspace(0, 1, _SMOOTH)[:, None]
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        pieces.append(
            0.5
            * (
                2 * b
                + (c - a) * t
                + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )
        )
    return np.concatenate(pieces)
