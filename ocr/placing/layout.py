"""Knows a form by its printed lines where no code can be read."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from forms.definition import FormDefinition
from ocr.placing.sides import darkness
from ocr.placing.signature import Guess, guesses
from ocr.placing.template import Grey
from ocr.placing.view import Transform

# A pixel a millimetre takes milliseconds and survives any scan.
_LONG_SIDE_PX = 297
_MARGIN_PX = 10
_LARGEST_SKEW = 12
# Other papers reach 0.9, and our forms 1.0 where they are in a sorry state.
_SMALLEST_LIKENESS = 0.95


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
    view, to_image = _without_skew(image)
    return [
        LayoutFound(
            guess.definition,
            guess.page,
            to_image @ _turned_back(guess.turned, view.shape) @ _laid(guess),
            guess.likeness,
        )
        for guess in guesses(darkness(view), definitions)
        if guess.likeness >= _SMALLEST_LIKENESS
    ]


def _without_skew(image: Grey) -> tuple[Grey, Transform]:
    """The page, small and without its skew, and the way back to its pixels."""
    factor = _LONG_SIDE_PX / max(image.shape)
    small = np.asarray(
        cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA),
        np.uint8,
    )
    height, width = small.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), _skew(small), 1.0)
    shift = np.array([[0, 0, _MARGIN_PX], [0, 0, _MARGIN_PX]])
    move = np.asarray(move, np.float64) + shift
    view = cv2.warpAffine(
        small,
        move,
        (width + 2 * _MARGIN_PX, height + 2 * _MARGIN_PX),
        # A white border beside grey paper would be a line.
        borderMode=cv2.BORDER_REPLICATE,
    )
    forward = np.vstack([move, [0, 0, 1]])
    back = np.diag([1 / factor, 1 / factor, 1.0])
    return np.asarray(view, np.uint8), back @ np.linalg.inv(forward)


def _turned_back(turned: int, shape: tuple[int, ...]) -> Transform:
    """From the view after quarter turns anticlockwise to the view before."""
    height, width = shape
    ways = (
        ((1, 0, 0), (0, 1, 0)),
        ((0, -1, width), (1, 0, 0)),
        ((-1, 0, width), (0, -1, height)),
        ((0, 1, 0), (-1, 0, height)),
    )
    return np.array([*ways[turned], (0, 0, 1)], np.float64)


def _laid(guess: Guess) -> Transform:
    """From millimetres of the form to the turned view."""
    size = guess.size
    return np.array(
        [
            [size, 0, guess.right_mm * size],
            [0, size, guess.down_mm * size],
            [0, 0, 1],
        ]
    )


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
