"""Ranks form pages by where ink lies along the sides of a page, before any is tried.

The sums of rows and of columns say most about a ruled form, and comparing them costs
the same whatever the scale, the margins that were cut away or the way it was fed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import FormDefinition
from ocr.placing.sides import sides_of

Profile = NDArray[np.float32]
"""Ink along one side, a value a millimetre, its slow changes taken out, of length 1."""

# Long enough that a page and a form, one beyond the other, do not meet themselves.
_LENGTH = 768
_SLOW_MM = 6.0
_SOFT_MM = 0.8
# How much larger or smaller than its long side says a page may be printed or cut.
SCALES = tuple(float(s) for s in np.geomspace(0.84, 1.3, 23))
_PEAKS = 2
_APART_MM = 8


@dataclass(frozen=True, slots=True)
class Guess:
    """A form page that a picture may show, and roughly how.

    Attributes:
        turned: by how many quarter turns anticlockwise the page must be turned.
        size: how many pixels of the picture a millimetre of the form takes.
        right_mm, down_mm: where the form's top left lies on the turned picture.
        likeness: 0 to 2.
    """

    definition: FormDefinition
    page: int
    turned: int
    size: float
    right_mm: float
    down_mm: float
    likeness: float


def guesses(
    dark: NDArray[np.float32], definitions: Iterable[FormDefinition]
) -> list[Guess]:
    """Where each form page fits a picture best, the best first.

    `dark` is about a pixel a millimetre and must not lean.
    """
    pages = [(one, page) for one in definitions for page in range(1, one.pages + 1)]
    down, across = dark.sum(axis=1), dark.sum(axis=0)
    forms = [_spectra(definition, page) for definition, page in pages]
    of_rows = np.stack([rows for rows, _ in forms])
    of_columns = np.stack([columns for _, columns in forms])
    found: list[Guess] = []
    for turned, (rows, columns) in enumerate(_ways_round(down, across)):
        found += _best(
            (_fits(rows, of_rows), _fits(columns, of_columns)), pages, turned
        )
    return sorted(found, key=lambda guess: -guess.likeness)


def _ways_round(
    down: NDArray[np.float32], across: NDArray[np.float32]
) -> Sequence[tuple[NDArray[np.complex64], NDArray[np.complex64]]]:
    """Spectra of rows and columns as `rot90` would show them after 0 to 3 turns."""
    sides = (down, across, down[::-1], across[::-1])
    down_on, across_on, down_back, across_back = map(_scaled, sides)
    return (
        (down_on, across_on),
        (across_back, down_on),
        (down_back, across_back),
        (across_on, down_back),
    )


def _scaled(values: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Spectra of a side, a row a scale."""
    sides = []
    for scale in SCALES:
        length = min(round(len(values) / scale), _LENGTH // 2 + 60)
        places = (np.arange(length) + 0.5) * scale - 0.5
        sides.append(_padded(np.interp(places, np.arange(len(values)), values)))
    return np.asarray(np.fft.rfft(np.stack(sides)), np.complex64)


@lru_cache(maxsize=128)
def _spectra(
    definition: FormDefinition, page: int
) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
    rows, columns = map(_padded, sides_of(definition, page))
    return (
        np.asarray(np.fft.rfft(rows).conj(), np.complex64),
        np.asarray(np.fft.rfft(columns).conj(), np.complex64),
    )


def _padded(values: NDArray[np.floating]) -> Profile:
    soft = cv2.GaussianBlur(values.astype(np.float32)[None], (0, 0), _SOFT_MM)
    slow = cv2.GaussianBlur(soft, (0, 0), _SLOW_MM)
    # One dark streak or edge must not outweigh the lines of the form.
    quick = soft[0] - slow[0]
    limit = 3 * float(quick.std()) + 1e-6
    quick = np.clip(quick, -limit, limit)
    profile = np.zeros(_LENGTH, np.float32)
    profile[: len(quick)] = quick / (float(np.linalg.norm(quick)) + 1e-6)
    return profile


def _fits(
    sides: NDArray[np.complex64], forms: NDArray[np.complex64]
) -> NDArray[np.float32]:
    """Likeness by scale, form and shift."""
    products = sides[:, None] * forms[None]
    return np.asarray(np.fft.irfft(products, _LENGTH), np.float32)


def _best(
    fits: tuple[NDArray[np.float32], NDArray[np.float32]],
    pages: Sequence[tuple[FormDefinition, int]],
    turned: int,
) -> Iterable[Guess]:
    """The best scale of each form, with the likeliest places on it."""
    rows, columns = fits
    by_scale = rows.max(axis=2) + columns.max(axis=2)
    for number, (definition, page) in enumerate(pages):
        best = int(by_scale[:, number].argmax())
        across = columns[best, number]
        right = int(across.argmax())
        for down in _peaks(rows[best, number]):
            yield Guess(
                definition,
                page,
                turned,
                SCALES[best],
                _signed(right),
                _signed(down),
                float(across[right] + rows[best, number][down]),
            )


def _peaks(values: NDArray[np.float32]) -> Iterable[int]:
    """The highest places that stand apart: rows of a form may repeat."""
    left = values.copy()
    for _ in range(_PEAKS):
        at = int(left.argmax())
        yield at
        reach = np.arange(at - _APART_MM, at + _APART_MM + 1) % _LENGTH
        left[reach] = -1


def _signed(shift: int) -> float:
    return float(shift if shift < _LENGTH * 0.6 else shift - _LENGTH)
