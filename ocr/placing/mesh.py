"""How paper and feeder moved the print of a page from where one flat view has it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

# Nodes stand so far apart, and listen to landmarks about so far around, in mm.
_PITCH_MM = 10.0
_AROUND_MM = 11.0
# A landmark so far from what its neighbours say counts half: all are heard first.
_DOUBTED_MM = (1.0, 0.4, 0.15, 0.15)
# Where few landmarks stand, the flat view counts like this many of them.
_INERTIA = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Shifts in mm at nodes that stand `_PITCH_MM` apart, rows first, from (0, 0)."""

    shifts: NDArray[np.float32]

    @property
    def largest(self) -> float:
        """The longest shift of a node, in mm."""
        return float(np.linalg.norm(self.shifts, axis=2).max())

    def steepest(self, low: Points, high: Points) -> float:
        """How much the shift changes between two neighbouring nodes, at most, in mm.

        `low` and `high` are the corners of the region that is looked at, in mm.
        """
        left, top = np.maximum(np.floor(low / _PITCH_MM), 0).astype(int)
        right, bottom = np.ceil(high / _PITCH_MM).astype(int)
        there = self.shifts[top : bottom + 1, left : right + 1]
        changes = [np.diff(there, axis=axis) for axis in (0, 1)]
        return max(
            (float(np.abs(change).max()) for change in changes if change.size),
            default=0.0,
        )

    def at(self, points: Points) -> Points:
        """The shift of each point (n x 2, in mm)."""
        rows, columns = self.shifts.shape[:2]
        last = np.array([columns - 1, rows - 1])
        places = np.clip(points / _PITCH_MM, 0, last - 1e-6)
        left, top = places.astype(np.intp).T
        right_share, low_share = (places - np.stack([left, top], axis=1)).T[..., None]
        upper = _between(
            self.shifts[top, left], self.shifts[top, left + 1], right_share
        )
        below = top + 1
        lower = _between(
            self.shifts[below, left], self.shifts[below, left + 1], right_share
        )
        return _between(upper, lower, low_share)


def _between(start: Points, end: Points, share: Points) -> Points:
    return np.asarray(start + share * (end - start), np.float64)


def fit_mesh(points: Points, off: Points, size_mm: tuple[float, float]) -> Mesh:
    """The smooth shifts that landmarks at `points` show, against outliers among them.

    All in mm; `off` is how far each landmark was seen from its place.
    """
    columns, rows = (int(side // _PITCH_MM) + 2 for side in size_mm)
    near = np.einsum(
        "yn,xn->yxn",
        _nearness(np.arange(rows) * _PITCH_MM, points[:, 1]),
        _nearness(np.arange(columns) * _PITCH_MM, points[:, 0]),
    ).reshape(rows * columns, -1)
    across, down = off.astype(np.float32).T
    right, low = _heard(near, across), _heard(near, down)
    for doubted in _DOUBTED_MM:
        gap = (across - right[:, None]) ** 2 + (down - low[:, None]) ** 2
        trust = near / (1 + gap / doubted**2)
        right, low = _heard(trust, across), _heard(trust, down)
    crowd = near.sum(axis=1)
    held = crowd / (crowd + _INERTIA)
    right, low = held * right, held * low
    return Mesh(np.stack([right, low], axis=1).reshape(rows, columns, 2))


def _nearness(
    nodes: NDArray[np.floating], places: NDArray[np.floating]
) -> NDArray[np.float32]:
    apart = (nodes[:, None] - places) / _AROUND_MM
    return np.exp(-(apart**2) / 2).astype(np.float32)


def _heard(
    trust: NDArray[np.float32], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The mean of what is trusted at each node."""
    return np.asarray(trust @ values / (trust.sum(axis=1) + 1e-9), np.float32)
