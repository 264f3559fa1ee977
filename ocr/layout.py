"""Knows a form by its printed lines where no code can be read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from forms.definition import FormDefinition
from ocr.registration import Transform
from ocr.template import Grey, blank_at

# Comparing at one pixel a millimetre takes milliseconds and survives any scan.
_PX_PER_MM = 1.0
_MARGIN_MM = 22
_LARGEST_SKEW = 12
_SMALLEST_LIKENESS = 0.25
_SIZES = (1.0, 0.97, 1.03, 0.94, 0.91)


@dataclass(frozen=True, slots=True)
class LayoutFound:
    """A form page that the print resembles, and roughly how it lies."""

    definition: FormDefinition
    page: int
    start: Transform
    likeness: float


def find_layout(
    image: Grey, definitions: Iterable[FormDefinition]
) -> list[LayoutFound]:
    """The form pages that the page's print resembles, the most alike first."""
    known = tuple(definitions)
    found = [
        match
        for view, to_image in _upright_views(image)
        for definition in known
        for page in range(1, definition.pages + 1)
        for match in _likeness(view, to_image, definition, page)
    ]
    ranked = sorted(found, key=lambda match: -match.likeness)
    return [match for match in ranked if match.likeness >= _SMALLEST_LIKENESS]


def _upright_views(image: Grey) -> Iterator[tuple[Grey, Transform]]:
    """The page without its skew, each quarter turn; and the way back to its pixels."""
    factor = _PX_PER_MM * 210 / min(image.shape)
    small = np.asarray(
        cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA),
        np.uint8,
    )
    back = np.diag([1 / factor, 1 / factor, 1.0])
    height, width = small.shape
    side = max(height, width) + 2 * _MARGIN_MM
    skew = _skew(small)
    for turn in (0, 180, 90, 270):
        move = cv2.getRotationMatrix2D((width / 2, height / 2), skew + turn, 1.0)
        move[0, 2] += (side - width) / 2
        move[1, 2] += (side - height) / 2
        view = cv2.warpAffine(small, move, (side, side), borderValue=(255,))
        forward = np.vstack([move, [0, 0, 1]])
        yield np.asarray(view, np.uint8), back @ np.linalg.inv(forward)


def _skew(small: Grey) -> float:
    """The turn in degrees that makes lines run along rows or columns."""
    whole = [float(a) for a in range(-_LARGEST_SKEW, _LARGEST_SKEW + 1)]
    coarse = max(whole, key=lambda angle: _order(small, angle))
    fine = [coarse + step / 5 for step in range(-4, 5)]
    return max(fine, key=lambda angle: _order(small, angle))


def _order(small: Grey, degrees: float) -> float:
    """How much the sums of rows and columns vary when turned so far."""
    height, width = small.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(small, move, (width, height), borderValue=(255,))
    inner = turned[height // 8 : -height // 8, width // 8 : -width // 8]
    values = inner.astype(np.float32)
    rows, columns = values.mean(axis=1), values.mean(axis=0)
    return float((np.diff(rows) ** 2).mean() + (np.diff(columns) ** 2).mean())


def _likeness(
    view: Grey, to_image: Transform, definition: FormDefinition, page: int
) -> Iterator[LayoutFound]:
    """Where the middle of the blank resembles the view most."""
    for size in _SIZES:
        blank = blank_at(definition, page, _PX_PER_MM * size)
        inner = blank[_MARGIN_MM:-_MARGIN_MM, _MARGIN_MM:-_MARGIN_MM]
        if inner.shape[0] > view.shape[0] or inner.shape[1] > view.shape[1]:
            continue
        likeness = cv2.matchTemplate(view, inner, cv2.TM_CCOEFF_NORMED)
        _, best, _, (x, y) = cv2.minMaxLoc(likeness)
        scaling = _PX_PER_MM * size
        to_view = np.array(
            [[scaling, 0, x - _MARGIN_MM], [0, scaling, y - _MARGIN_MM], [0, 0, 1]]
        )
        yield LayoutFound(definition, page, to_image @ to_view, float(best))
