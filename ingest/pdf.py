"""Opening PDF strictly, and the text of a page that a reader can really see."""

import ctypes
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException

from ingest.page_image import Limits, PageImage
from ingest.raster import DECODE_ERRORS, cut_off, too_many_pages, too_many_pixels
from kamizero.errors import RefusedError
from kamizero.model import Box, Word

RENDER_DPI = 200
MOST_DPI = 300
# A picture that covers this share of a page makes it a scan, whatever its text says.
FULL_PAGE_SHARE = 0.8
# Ink darker than this counts as painted.
INK_LEVEL = 140
LEAST_INK_PIXELS = 4


class Pdf:
    """A PDF that two readers agree on, without repair and without a password."""

    media_type = "application/pdf"

    def __init__(self, data: bytes, *, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self.page_count = _strict_page_count(data, most=limits.pages)
        self._document = _second_opinion(data, self.page_count)

    def page(self, number: int) -> PageImage:
        """Render one page at the resolution of its scan, at least 200 dpi."""
        page = self._document[number - 1]
        scan = _full_page_scan(page)
        dpi = min(max(scan.dpi, RENDER_DPI), MOST_DPI) if scan else RENDER_DPI
        width, height = (side * dpi / 72 for side in page.get_size())
        if width * height > self._limits.page_pixels:
            raise too_many_pixels(
                number, int(width), int(height), self._limits.page_pixels
            )
        pixels = np.asarray(page.render(scale=dpi / 72).to_pil().convert("RGB"))
        words = () if scan else _visible_words(self._data, number, dpi, pixels, page)
        return PageImage(
            pixels=pixels, dpi=dpi, depth=scan.depth if scan else 24, words=words
        )


@dataclass(frozen=True, slots=True)
class _Scan:
    dpi: float
    depth: int


def _strict_page_count(data: bytes, *, most: int) -> int:
    """Count the pages without repair, and decode every picture in them."""
    if b"%%EOF" not in data[-2048:]:
        raise cut_off("PDF")
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False) as pdf:
            count = len(pdf.pages)
            if pdf.get_warnings():
                raise cut_off("PDF")
            if count > most:
                raise too_many_pages(count, most)
            for number, page in enumerate(pdf.pages, start=1):
                _decode_pictures(page, number)
    except pikepdf.PasswordError as error:
        raise RefusedError(
            "encrypted",
            "The PDF is protected by a password. Save it without one and send it "
            "again.",
        ) from error
    except pikepdf.PdfError as error:
        raise cut_off("PDF") from error
    if count == 0:
        raise RefusedError("empty", "The PDF has no pages. Scan or send it again.")
    return count


def _decode_pictures(page: pikepdf.Page, number: int) -> None:
    for name, picture in page.get_images().items():
        try:
            pikepdf.PdfImage(picture).as_pil_image().load()
        except (pikepdf.UnsupportedImageTypeError, NotImplementedError):
            continue  # Not every colour space can be taken out; rendering draws it.
        except (*DECODE_ERRORS, pikepdf.PdfError) as error:
            raise RefusedError(
                "damaged",
                f"The picture {name} on page {number} does not decode. "
                "Scan or send the file again.",
            ) from error


def _second_opinion(data: bytes, count: int) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise cut_off("PDF") from error
    if len(document) != count:
        raise RefusedError(
            "damaged",
            f"One reader counts {count} pages in the PDF, another {len(document)}. "
            "Print it anew to PDF, or scan it again.",
        )
    if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
        document.init_forms()
    return document


def _full_page_scan(page: pdfium.PdfPage) -> _Scan | None:
    """The picture that fills the page, where there is one."""
    width, height = page.get_size()
    for thing in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = thing.get_bounds()
        if (right - left) * (top - bottom) >= FULL_PAGE_SHARE * width * height:
            pixels_wide, _ = thing.get_px_size()
            depth = thing.get_metadata().bits_per_pixel
            return _Scan(dpi=pixels_wide / (right - left) * 72, depth=depth)
    return None


def _visible_words(
    data: bytes,
    number: int,
    dpi: float,
    pixels: NDArray[np.uint8],
    page: pdfium.PdfPage,
) -> tuple[Word, ...]:
    """The words of the page that leave ink where they say they stand."""
    scale = dpi / 72
    hidden = [
        Box(box.x * scale, box.y * scale, box.w * scale, box.h * scale)
        for box in _hidden_text(page)
    ]
    found = []
    for word in _words(data, number):
        left, top, right, bottom = (
            float(word[edge]) * scale for edge in ("x0", "top", "x1", "bottom")
        )
        box = Box(left, top, right - left, bottom - top)
        if _has_ink(pixels, box) and not any(box.overlaps(area) for area in hidden):
            found.append(Word(text=str(word["text"]), box_px=box))
    return tuple(found)


def _words(data: bytes, number: int) -> list[dict[str, Any]]:
    try:
        with pdfplumber.open(BytesIO(data), pages=[number]) as pdf:
            return pdf.pages[0].extract_words(keep_blank_chars=False, x_tolerance=2)
    except (PDFException, PSException, *DECODE_ERRORS):
        # The page is still read from its pixels, as any scan is.
        return []


def _hidden_text(page: pdfium.PdfPage) -> list[Box]:
    """Areas of text that is drawn invisibly or fully transparent, in points."""
    height = page.get_height()
    areas = []
    for thing in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=4):
        if _is_painted(thing):
            continue
        left, bottom, right, top = thing.get_bounds()
        areas.append(Box(left, height - top, right - left, top - bottom))
    return areas


def _is_painted(thing: pdfium.PdfObject) -> bool:
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(thing)
    if mode in (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, 7):
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = pdfium_c.FPDFPageObj_GetFillColor(thing, red, green, blue, alpha)
    return not known or alpha.value > 0


def _has_ink(pixels: NDArray[np.uint8], box: Box) -> bool:
    height, width = pixels.shape[:2]
    left, top = max(int(box.x), 0), max(int(box.y), 0)
    right, bottom = min(int(box.right) + 1, width), min(int(box.bottom) + 1, height)
    if left >= right or top >= bottom:
        return False
    darkest = pixels[top:bottom, left:right].min(axis=2)
    return int((darkest < INK_LEVEL).sum()) >= LEAST_INK_PIXELS
