"""Separator sheets as they come back from machines that scan them badly."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import cv2
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from forms.code import SeparatorCode, SheetKind
from forms.library import Library
from forms.separator import CODES_MM, separator_pdf, separators_pdf
from kamizero.model import Box, PageKind
from ocr.page import look

Pixels = NDArray[np.uint8]
DPI = 150
SCALE = DPI / 25.4
LIBRARY = Library.shipped()


def a_code(kind: SheetKind = SheetKind.BUNDLE, reference: str = "") -> SeparatorCode:
    return SeparatorCode(
        site="TOKYO",
        scheme="KOSEI",
        form="2200",
        sheets=48,
        entries=50,
        received_on=date(2020, 12, 1),
        number=123,
        kind=kind,
        reference=reference,
    )


def printed(code: SeparatorCode) -> Pixels:
    document = pypdfium2.PdfDocument(BytesIO(separator_pdf(code)))
    page = document[0].render(scale=DPI / 72).to_pil().convert("RGB")
    document.close()
    return np.array(page)


def torn(image: Pixels, box: Box) -> Pixels:
    """The corner around a code is gone."""
    damaged = image.copy()
    top, bottom = round((box.y - 6) * SCALE), round((box.bottom + 6) * SCALE)
    left, right = round((box.x - 6) * SCALE), round((box.right + 6) * SCALE)
    damaged[top:bottom, left:right] = 90
    return damaged


def skewed(image: Pixels) -> Pixels:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 7.0, 0.92)
    turned = cv2.warpAffine(image, turn, (width, height), borderValue=(255, 255, 255))
    return np.asarray(turned, np.uint8)


def photocopied(image: Pixels) -> Pixels:
    """Twice through a machine: softened, hardened, with specks."""
    rng = np.random.default_rng(4)
    for _ in range(2):
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 1.1), np.uint8)
        image = np.where(image > 150, 255, 20).astype(np.uint8)
        specks = rng.random(image.shape[:2]) < 0.002
        image[specks] = 0
    return image


def greyed(image: Pixels) -> Pixels:
    """A lamp that is weak on one side, on greyish paper."""
    fall = np.linspace(0.45, 0.8, image.shape[1])[None, :, None]
    return np.asarray(40 + image * fall * 0.7, np.uint8)


@pytest.mark.parametrize("kind", SheetKind)
def test_every_kind_of_sheet_says_the_same_in_its_code(kind: SheetKind) -> None:
    refers = kind in (SheetKind.REENTRY, SheetKind.LATE)
    code = a_code(kind, "00000012-0001" if refers else "")

    found = look(printed(code), library=LIBRARY)

    assert (found.kind, found.separator) == (PageKind.SEPARATOR, code)


@pytest.mark.parametrize(
    "befall",
    [
        lambda image: np.rot90(image, 2).copy(),
        lambda image: np.rot90(image, 1).copy(),
        skewed,
        photocopied,
        greyed,
        lambda image: torn(image, CODES_MM[0]),
        lambda image: torn(image, CODES_MM[1]),
        lambda image: photocopied(torn(skewed(image), CODES_MM[0])),
    ],
    ids=["upside-down", "sideways", "skewed", "photocopied", "grey", "torn-above",
         "torn-below", "all-at-once"],
)  # fmt: skip
def test_a_sheet_is_recognised_however_it_was_scanned(
    befall: Callable[[Pixels], Pixels],
) -> None:
    code = a_code()

    found = look(befall(printed(code)), library=LIBRARY)

    assert found.separator == code


def test_a_sheet_that_lost_both_codes_is_no_separator_but_a_paper() -> None:
    image = torn(torn(printed(a_code()), CODES_MM[0]), CODES_MM[1])

    found = look(image, library=LIBRARY)

    assert found.kind is PageKind.UNKNOWN


def test_sheets_are_printed_together_one_a_page() -> None:
    data = separators_pdf([a_code(), a_code(SheetKind.COVER)], titles={"2200": "届"})

    document = pypdfium2.PdfDocument(BytesIO(data))
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()

    assert [("48 枚" in text, "束数" in text) for text in texts] == [
        (True, False),
        (True, True),
    ]
