"""Tells forms apart whose print lies alike: revisions, and notices of one family."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import FormDefinition
from kamizero.errors import RegistrationError
from kamizero.model import Box
from ocr.placing.registration import Registration, register
from ocr.placing.sides import darkness
from ocr.placing.signature import guesses
from ocr.placing.template import PX_PER_MM, Grey, blank_at, blank_picture
from ocr.placing.view import Scales, Transform

# Differences are compared at this scale, a little blurred: registration is finer.
_PX_PER_MM = 4.0
_SOFT_PX = 1.0
_SQUARE_MM = 12
# Less is dust or an edge drawn a little otherwise: ink of so much of a square mm.
_LEAST_DIFFERENCE_MM2 = 0.6
# From +1 (print as on this form) to -1 (as on the other).
_SURE = 0.4
# Forms this alike in where their ink lies are worth laying upon each other.
_ALIKE = 1.2

Ink = NDArray[np.float32]
Square = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """Another form whose print fits where this form's does.

    `to_this` sends millimetres of the twin's page to those of this form.
    """

    definition: FormDefinition
    to_this: Transform


def twins(
    definition: FormDefinition, page: int, others: tuple[FormDefinition, ...]
) -> list[Twin]:
    """The others that could be taken for this page of the form."""
    found = [
        _twin(definition, other, page)
        for other in others
        if other != definition and other in _alike(definition, page, others)
    ]
    return [twin for twin in found if twin is not None]


class Print:
    """What is printed on a picture where a form was laid onto it."""

    def __init__(self, image: Scales, registration: Registration) -> None:
        self._image, self._registration = image, registration

    @cached_property
    def ink(self) -> Ink:
        return _ink(self._image.rectified(self._registration.view, _PX_PER_MM))

    def shows(self, square: Square) -> bool:
        """Tell whether the picture holds a square of the form, up to its last pixel."""
        rows, columns = square
        left, right = (
            (columns.start + 1) / _PX_PER_MM,
            (columns.stop - 1) / _PX_PER_MM,
        )
        top, bottom = ((rows.start + 1) / _PX_PER_MM, (rows.stop - 1) / _PX_PER_MM)
        return self._registration.shows(Box(left, top, right - left, bottom - top))


def evidence(seen: Print, definition: FormDefinition, page: int, twin: Twin) -> float:
    """What the print says where the two differ: +1 for this form, -1 for its twin.

    0 where they do not differ, or nothing of it is on the picture.
    """
    contrast = _contrast(definition, page, twin.definition, _key(twin.to_this))
    if not contrast.squares:
        return 0.0
    gain = contrast.gain(seen.ink)
    total = weight = 0.0
    for square, a, b in contrast.squares:
        if not seen.shows(square):
            continue
        apart = a - b
        energy = float((apart**2).sum())
        here = gain * seen.ink[square]
        says = float(((here - (a + b) / 2) * apart).sum()) / (energy / 2)
        total += energy * float(np.clip(says, -1.0, 1.0))
        weight += energy
    return total / weight if weight else 0.0


def is_sure(says: float) -> bool:
    """Tell whether evidence decides between two forms."""
    return abs(says) >= _SURE


@lru_cache(maxsize=128)
def _alike(
    definition: FormDefinition, page: int, others: tuple[FormDefinition, ...]
) -> frozenset[FormDefinition]:
    """Those whose ink lies along the sides of this page as this form's does."""
    sized = [one for one in others if one.page_size_mm == definition.page_size_mm]
    dark = darkness(blank_at(definition, page, 1.0))
    return frozenset(
        guess.definition
        for guess in guesses(dark, sized)
        if (guess.page, guess.turned) == (page, 0) and guess.likeness >= _ALIKE
    )


@lru_cache(maxsize=512)
def _twin(definition: FormDefinition, other: FormDefinition, page: int) -> Twin | None:
    start = np.diag([PX_PER_MM, PX_PER_MM, 1.0])
    try:
        blank = Scales(blank_picture(definition, page))
        laid = register(blank, other, page, start=start)
    except RegistrationError:
        return None
    return Twin(other, np.linalg.inv(start) @ laid.transform)


def _key(to_this: Transform) -> tuple[float, ...]:
    return tuple(float(value) for value in to_this.ravel())


@dataclass(frozen=True, slots=True, eq=False)
class _Contrast:
    """What of two blanks is worth keeping: whole pages would fill the memory.

    Attributes:
        squares: where they differ, and the ink of the one and of the other there.
        places: where both have print.
        printed: how dark it is there on the paler of them.
    """

    squares: tuple[tuple[Square, Ink, Ink], ...]
    places: NDArray[np.int32]
    printed: Ink

    def gain(self, seen: Ink) -> float:
        """How much paler than the blanks the print of a page is."""
        here = float((seen.ravel()[self.places] * self.printed).sum())
        return float((self.printed**2).sum()) / max(here, 1e-6)


@lru_cache(maxsize=512)
def _contrast(
    definition: FormDefinition, page: int, other: FormDefinition, key: tuple[float, ...]
) -> _Contrast:
    this, twin = _pair(definition, page, other, key)
    both = np.minimum(this, twin).ravel()
    places = np.flatnonzero(both > 0.3).astype(np.int32)
    squares = (
        (square, this[square].copy(), twin[square].copy())
        for square in _differences(definition, this, twin)
    )
    return _Contrast(tuple(squares), places, both[places])


def _pair(
    definition: FormDefinition, page: int, other: FormDefinition, key: tuple[float, ...]
) -> tuple[Ink, Ink]:
    """Both blanks as ink, the other laid upon this one."""
    this = _ink(blank_at(definition, page, _PX_PER_MM))
    blank = blank_at(other, page, _PX_PER_MM)
    scaled = np.diag([_PX_PER_MM, _PX_PER_MM, 1.0])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    there = np.linalg.inv(half) @ scaled @ np.array(key).reshape(3, 3)
    moved = cv2.warpPerspective(
        blank,
        there @ np.linalg.inv(scaled) @ half,
        (blank.shape[1], blank.shape[0]),
        borderValue=(255,),
    )
    return this, _ink(np.asarray(moved, np.uint8))


def _differences(definition: FormDefinition, this: Ink, twin: Ink) -> Iterator[Square]:
    """The squares of the page in which the two blanks differ."""
    apart = np.abs(this - twin)
    apart[apart < 0.25] = 0
    apart *= _without_marks(definition, apart.shape)
    least = _LEAST_DIFFERENCE_MM2 * _PX_PER_MM**2
    side = round(_SQUARE_MM * _PX_PER_MM)
    for top in range(0, apart.shape[0] - side + 1, side):
        for left in range(0, apart.shape[1] - side + 1, side):
            square = slice(top, top + side), slice(left, left + side)
            if apart[square].sum() > least:
                yield square


def _without_marks(definition: FormDefinition, shape: tuple[int, ...]) -> Ink:
    """0 over codes and corner marks: they may be painted out, and codes are read."""
    kept = np.ones(shape, np.float32)
    for box in definition.marks:
        left, top = (int(side * _PX_PER_MM) - 2 for side in (box.x, box.y))
        right, bottom = (int(s * _PX_PER_MM) + 3 for s in (box.right, box.bottom))
        kept[max(top, 0) : bottom, max(left, 0) : right] = 0
    return kept


def _ink(grey: Grey) -> Ink:
    """How dark against the paper around, 0 to 1, softened."""
    window = np.ones((25, 25), np.uint8)
    paper = cv2.blur(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, window), (25, 25))
    dark = cv2.subtract(paper, grey).astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), _SOFT_PX), np.float32)
