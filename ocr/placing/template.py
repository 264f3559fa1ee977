"""What is printed on a blank form, as a picture, and where it can be recognised."""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from forms.blank import blank_pdf
from forms.definition import FormDefinition

PX_PER_MM = 8.0
"""Pixels a millimetre in a rectified page: about 200 dpi."""

Grey = NDArray[np.uint8]

_POINTS_PER_MM = 72 / 25.4


class Landmark(NamedTuple):
    """A piece of print that is found again well: its corner and its picture."""

    x: int
    y: int
    picture: Grey


@lru_cache(maxsize=64)
def blank_picture(definition: FormDefinition, page: int) -> Grey:
    """The blank page at `PX_PER_MM`, print dark on white; page counts from 1."""
    document = pypdfium2.PdfDocument(blank_pdf(definition))
    try:
        bitmap = document[page - 1].render(
            scale=PX_PER_MM / _POINTS_PER_MM, grayscale=True
        )
        picture = np.array(bitmap.to_numpy(), np.uint8).squeeze()
    finally:
        document.close()
    width, height = (round(side * PX_PER_MM) for side in definition.page_size_mm)
    return np.asarray(
        picture
        if picture.shape == (height, width)
        else cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA),
        np.uint8,
    )


@lru_cache(maxsize=256)
def blank_at(definition: FormDefinition, page: int, px_per_mm: float) -> Grey:
    """The blank page at a coarser scale."""
    width, height = (round(side * px_per_mm) for side in definition.page_size_mm)
    return np.asarray(
        cv2.resize(
            blank_picture(definition, page),
            (width, height),
            interpolation=cv2.INTER_AREA,
        ),
        np.uint8,
    )


@lru_cache(maxsize=256)
def landmarks(
    definition: FormDefinition, page: int, px_per_mm: float, size_mm: float
) -> tuple[Landmark, ...]:
    """The best recognisable piece of each square of the page.

    A piece needs edges in both directions: along a lone line nothing holds it.
    """
    blank = blank_at(definition, page, px_per_mm)
    size = round(size_mm * px_per_mm)
    strength = _corner_strength(blank, size)
    pitch = round(size * 1.2)
    found = []
    for top in range(0, strength.shape[0], pitch):
        for left in range(0, strength.shape[1], pitch):
            square = strength[top : top + pitch, left : left + pitch]
            at = int(square.argmax())
            y, x = top + at // square.shape[1], left + at % square.shape[1]
            if square.flat[at] > 0:
                found.append(Landmark(x, y, blank[y : y + size, x : x + size]))
    return tuple(found)


def _corner_strength(blank: Grey, size: int) -> NDArray[np.float32]:
    """How well a square whose top left is here is held in its weaker direction."""
    grey = cv2.GaussianBlur(blank, (0, 0), 0.8).astype(np.float32)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    weaker = np.minimum(_window_energy(across, size), _window_energy(down, size))
    floor = 0.02 * float(weaker.max())
    return np.asarray(np.where(weaker > floor, weaker, 0), np.float32)


def _window_energy(values: cv2.typing.MatLike, size: int) -> NDArray[np.float64]:
    """Sum of squares in each window, by its top left corner."""
    sums = cv2.sqrBoxFilter(
        values, cv2.CV_64F, (size, size), anchor=(0, 0), normalize=False
    )
    # Windows that reach beyond the page are none.
    return np.asarray(sums[: 1 - size, : 1 - size], np.float64)
