"""A page in a few hundred characters, by which a sheet scanned twice is noticed.

Two forms differ in their handwriting alone, so a form is told by the ink in its
fields; any other paper is told by where its ink lies. A likeness is shown to people
and decides nothing.
"""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from kamizero.model import Box

Grey = NDArray[np.uint8]
Cells = NDArray[np.float64]
Image = NDArray[np.integer | np.floating]

LONGEST = 512
# A rescan stays above; below stay other papers, and most other people's forms.
_ALIKE = {"f": 0.95, "p": 0.87}
# The same sheet comes again soon after: a jam, or a hand that fed it twice.
NEAR = 64

_ACROSS, _DOWN = 18, 26
_FINE = 24
_PX_PER_MM = 3.0
_LEANS = tuple(half / 2 for half in range(-6, 7))
_ROUGH_SIDE = 300


def of_form(image: Grey, transform: NDArray[np.float64], boxes: Sequence[Box]) -> str:
    """The ink in each field of a form.

    Args:
        transform: millimetres of the form to pixels of the image.
        boxes: the fields' writing areas, mm.
    """
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    size = (round(right * _PX_PER_MM) + 1, round(bottom * _PX_PER_MM) + 1)
    laid = cv2.warpPerspective(
        image,
        transform @ np.diag([1 / _PX_PER_MM, 1 / _PX_PER_MM, 1]),
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    ink = _ink(laid)
    parts = max((LONGEST - 1) // len(boxes), 1)
    shares = [share for box in boxes for share in _shares(ink, box, parts)]
    return "f" + _written(np.array(shares[: LONGEST - 1]))


def of_paper(image: Grey) -> str:
    """Where the ink lies on a paper that is no form."""
    upright = image if image.shape[0] >= image.shape[1] else np.rot90(image)
    size = (_ACROSS * _FINE, _DOWN * _FINE)
    small = np.asarray(cv2.resize(upright, size, interpolation=cv2.INTER_AREA))
    ink = _straightened(_ink(small))
    cells = cv2.resize(
        cv2.GaussianBlur(ink, (0, 0), _FINE / 3),
        (_ACROSS, _DOWN),
        interpolation=cv2.INTER_AREA,
    )
    return "p" + _written(np.asarray(cells, np.float64).ravel())


def twin_of(fingerprint: str, before: Mapping[int, str]) -> int | None:
    """Which of the pages before it seems to be a scan of the same side, the likest."""
    found = {page: likeness(fingerprint, other) for page, other in before.items()}
    likest = max(found, key=lambda page: found[page], default=None)
    if likest is None or found[likest] < _ALIKE[fingerprint[0]]:
        return None
    return likest


def likeness(one: str, other: str) -> float:
    """How far two fingerprints agree, up to 1; upright or upside down."""
    if not one or not other or one[0] != other[0] or len(one) != len(other):
        return 0.0
    first, second = _read(one), _read(other)
    turned = _correlation(first, second[::-1]) if one[0] == "p" else 0.0
    return max(_correlation(first, second), turned)


def _ink(grey: Image) -> Grey:
    paper = cv2.medianBlur(np.asarray(grey, np.uint8), 31)
    return np.asarray(cv2.subtract(paper, grey), np.uint8)


def _shares(ink: Grey, box: Box, parts: int) -> Cells:
    x, y, w, h = (round(side * _PX_PER_MM) for side in box)
    area = ink[y : y + max(h, 1), x : x + max(w, parts)].astype(np.float32)
    columns = area.mean(axis=0, keepdims=True)
    cells = cv2.resize(columns, (parts, 1), interpolation=cv2.INTER_AREA)
    # What stands in every part alike is the print of the boxes.
    return np.asarray(cells - cells.min(), np.float64).ravel()


def _straightened(ink: Grey) -> Grey:
    """Turned so that lines of text lie level: the rows then differ the most."""
    factor = _ROUGH_SIDE / max(ink.shape)
    rough = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    best = max(_LEANS, key=lambda lean: float(_turned(rough, lean).mean(1).var()))
    return _turned(ink, best)


def _turned(ink: Image, degrees: float) -> Grey:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(ink, turn, (width, height)), np.uint8)


def _written(cells: Cells) -> str:
    """One hexadecimal digit a cell, from no ink to the most on the page."""
    # The root lets thin strokes count beside thick print.
    rooted = np.sqrt(np.clip(cells, 0, None))
    most = max(float(np.percentile(rooted, 98)), 1e-6)
    digits = np.clip(np.round(rooted / most * 15), 0, 15).astype(int)
    return "".join(f"{digit:x}" for digit in digits)


def _read(text: str) -> Cells:
    return np.array([int(digit, 16) for digit in text[1:]], np.float64)


def _correlation(one: Cells, other: Cells) -> float:
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
