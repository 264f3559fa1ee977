"""Finds our QR codes on a page picture."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from forms.code import FormCode, SeparatorCode, parse_code
from ocr.placing.template import Grey

# Larger pictures hold no more of a 15 mm code, and take longer.
_WORKING_SIDE = 2400
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class CodeFound:
    """One of our codes and where it lies.

    `corners_px` (4 x 2) are the symbol's own top left, top right, bottom right and
    bottom left on the image: they tell how the page is turned.
    """

    code: FormCode | SeparatorCode
    corners_px: NDArray[np.float64]


def find_code(image: Grey, *, thoroughly: bool = False) -> CodeFound | None:
    """Our code on the page, None where there is none that can be read.

    Thoroughly, it is also sought in ways that take five times as long.
    """
    for picture, factor in _pictures(image) if thoroughly else _plain(image):
        for barcode in zxingcpp.read_barcodes(picture, formats=_FORMATS):
            code = parse_code(barcode.text)
            if code is not None:
                return CodeFound(code, _corners(barcode.position) / factor)
    return None


def _plain(image: Grey) -> Iterator[tuple[Grey, float]]:
    factor = min(_WORKING_SIDE / max(image.shape), 1.0)
    yield _resized(image, factor), factor


def _pictures(image: Grey) -> Iterator[tuple[Grey, float]]:
    """The page as it is, then in ways that help a code that is faint or small."""
    for small, factor in _plain(image):
        yield small, factor
        blurred = cv2.GaussianBlur(small, (0, 0), 2.0)
        sharp = cv2.addWeighted(small, 2.0, blurred, -1.0, 0)
        yield np.asarray(sharp, np.uint8), factor
        # A copy's grain breaks modules up: a median joins them again.
        yield np.asarray(cv2.medianBlur(small, 5), np.uint8), factor
    yield _resized(image, 1.5 * factor), 1.5 * factor


def _resized(image: Grey, factor: float) -> Grey:
    if factor == 1.0:
        return image
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(image, None, fx=factor, fy=factor, interpolation=method)
    return np.asarray(resized, np.uint8)


def _corners(position: zxingcpp.Position) -> NDArray[np.float64]:
    points = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    return np.array([(point.x, point.y) for point in points], np.float64)
