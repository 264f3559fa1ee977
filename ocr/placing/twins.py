"""Tells forms apart whose print lies alike: revisions, and notices of one family."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import FormDefinition
from kamizero.errors import RegistrationError
from ocr.placing.registration import Registration, register
from ocr.placing.signature import darkness, guesses
from ocr.placing.template import PX_PER_MM, Grey, blank_at, blank_picture
from ocr.placing.view import Transform

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
    found = [_twin(definition, other, page) for other in others if other != definition]
    return [twin for twin in found if twin is not None]


def evidence(
    image: Grey,
    definition: FormDefinition,
    page: int,
    registration: Registration,
    twin: Twin,
) -> float:
    """What the print says where the two differ: +1 for this form, -1 for its twin.

    0 where they do not differ, or nothing of it is on the picture.
    """
    squares = _differences(definition, page, twin.definition, _key(twin.to_this))
    if not squares:
        return 0.0
    print_here = _ink(registration.view.rectified(image, _PX_PER_MM))
    shown = registration.view.rectified(np.zeros_like(image), _PX_PER_MM) == 0
    this, other = _pair(definition, page, twin.definition, _key(twin.to_this))
    gain = _gain(print_here, this, other)
    total = weight = 0.0
    for rows, columns in squares:
        if not shown[rows, columns].all():
            continue
        a, b = this[rows, columns], other[rows, columns]
        apart = a - b
        energy = float((apart**2).sum())
        seen = gain * print_here[rows, columns]
        says = float(((seen - (a + b) / 2) * apart).sum()) / (energy / 2)
        total += energy * float(np.clip(says, -1.0, 1.0))
        weight += energy
    return total / weight if weight else 0.0


def is_sure(says: float) -> bool:
    """Tell whether evidence decides between two forms."""
    return abs(says) >= _SURE


@lru_cache(maxsize=512)
def _twin(definition: FormDefinition, other: FormDefinition, page: int) -> Twin | None:
    if page > other.pages or definition.page_size_mm != other.page_size_mm:
        return None
    dark = darkness(blank_at(definition, page, 1.0))
    best = next(
        (g for g in guesses(dark, [other]) if (g.page, g.turned) == (page, 0)), None
    )
    if best is None or best.likeness < _ALIKE:
        return None
    start = np.diag([PX_PER_MM, PX_PER_MM, 1.0])
    try:
        laid = register(blank_picture(definition, page), other, page, start=start)
    except RegistrationError:
        return None
    return Twin(other, np.linalg.inv(start) @ laid.transform)


def _key(to_this: Transform) -> tuple[float, ...]:
    return tuple(float(value) for value in to_this.ravel())


@lru_cache(maxsize=64)
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


@lru_cache(maxsize=64)
def _differences(
    definition: FormDefinition, page: int, other: FormDefinition, key: tuple[float, ...]
) -> tuple[tuple[slice, slice], ...]:
    """The squares of the page in which the two blanks differ."""
    this, twin = _pair(definition, page, other, key)
    apart = np.abs(this - twin)
    apart[apart < 0.25] = 0
    least = _LEAST_DIFFERENCE_MM2 * _PX_PER_MM**2
    side = round(_SQUARE_MM * _PX_PER_MM)
    marks = _without_marks(definition, apart.shape)
    found = []
    for top in range(0, apart.shape[0] - side + 1, side):
        for left in range(0, apart.shape[1] - side + 1, side):
            square = slice(top, top + side), slice(left, left + side)
            if (apart * marks)[square].sum() > least:
                found.append(square)
    return tuple(found)


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


def _gain(seen: Ink, this: Ink, other: Ink) -> float:
    """How much paler than the blank the print of this page is."""
    both = np.minimum(this, other)
    printed = both > 0.3
    here = float((seen[printed] * both[printed]).sum())
    return float((both[printed] ** 2).sum()) / max(here, 1e-6)
