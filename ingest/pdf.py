"""Opening PDF strictly: two readers agree on it, without repair or password."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingest.page_image import Limits, PageImage, believable_dpi
from ingest.pdf_objects import bounds_on_page
from ingest.raster import DECODE_ERRORS
from ingest.refusals import cut_off, page_damaged, refuse_unfit_size, too_many_pages
from ingest.visible_text import TextLayer, visible_words
from kamizero.errors import RefusedError

RENDER_DPI = 200
MOST_DPI = 300
# A picture that covers this share of a page makes it a scan, whatever its text says.
FULL_PAGE_SHARE = 0.8
# Beyond this side a scan's page was laid out in pixels, not in the size of its paper.
MOST_PAPER_INCHES = 25
# Readers need seconds for a megabyte of drawing instructions; forms have kilobytes.
MOST_INSTRUCTION_BYTES = 20_000_000
# What one compressed stream may grow to in memory, in every reader of this process.
pikepdf.settings.set_qpdf_limits(flate_max_memory=1_000_000_000)
# What may follow the last mark of the end; more is the beginning of a change that
# was cut off, and readers would silently show the state before it.
PADDING = b"\0\t\n\f\r "

# PDFium must not run in two threads at once.
_pdfium_turn = Lock()


class Pdf:
    """A PDF that two readers agree on, without repair and without a password."""

    media_type = "application/pdf"

    def __init__(self, data: bytes, *, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._text = TextLayer(data)
        self.page_count = _strict_page_count(data, limits)
        with _pdfium(data) as document:
            _refuse_other_count(len(document), self.page_count)

    def page(self, number: int) -> PageImage:
        """Render one page at the resolution of its scan, at least 200 dpi."""
        try:
            with _pdfium(self._data) as document:
                return self._rendered(document[number - 1], number)
        except pdfium.PdfiumError as error:
            raise page_damaged(number, error) from error

    def _rendered(self, page: pdfium.PdfPage, number: int) -> PageImage:
        scan = _full_page_scan(page)
        dpi = _rendering_dpi(page, scan)
        width, height = (round(side * dpi / 72) for side in page.get_size())
        refuse_unfit_size(number, width, height, self._limits)
        scale = dpi / 72
        pixels = np.asarray(page.render(scale=scale).to_pil().convert("RGB"))
        words = () if scan else visible_words(self._text, number, page, scale=scale)
        return PageImage(
            pixels=pixels,
            dpi=believable_dpi(dpi, width, height),
            depth=scan.depth if scan else 24,
            words=words,
        )


@dataclass(frozen=True, slots=True)
class _Scan:
    dpi: float
    depth: int


def _strict_page_count(data: bytes, limits: Limits) -> int:
    """Count the pages without repair, and decode every picture in them."""
    _, end, after = data.rpartition(b"%%EOF")
    if not end or after.strip(PADDING):
        raise cut_off("PDF")
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False) as pdf:
            count = len(pdf.pages)
            if pdf.get_warnings():
                raise cut_off("PDF")
            if count > limits.pages:
                raise too_many_pages(count, limits.pages)
            _decode_pages(pdf, limits)
    except pikepdf.PasswordError as error:
        raise RefusedError(
            "encrypted",
            "The PDF is protected by a password. Save it without one and send it "
            "again.",
        ) from error
    except (pikepdf.PikepdfError, *DECODE_ERRORS) as error:
        raise cut_off("PDF") from error
    if count == 0:
        raise RefusedError("empty", "The PDF has no pages. Scan or send it again.")
    return count


def _decode_pages(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Refuse a page whose instructions or pictures do not decode whole."""
    # A letterhead that stands on every page is decoded once.
    decoded = set()
    for number, page in enumerate(pdf.pages, start=1):
        _refuse_endless_instructions(page, number)
        for name, picture in page.get_images().items():
            if picture.objgen not in decoded:
                decoded.add(picture.objgen)
                _decode_picture(picture, f"picture {name} on page {number}", limits)


def _refuse_endless_instructions(page: pikepdf.Page, number: int) -> None:
    contents = page.obj.get("/Contents")
    streams = contents if isinstance(contents, pikepdf.Array) else [contents]
    # No further than the limit: what has a megabyte may unpack to a gigabyte.
    size = sum(
        _unpacked_size(one) for one in streams if isinstance(one, pikepdf.Stream)
    )
    if size <= MOST_INSTRUCTION_BYTES:
        page.contents_coalesce()
        whole = page.obj.get("/Contents")
        size = len(whole.read_bytes()) if whole is not None else 0
    if size > MOST_INSTRUCTION_BYTES:
        raise RefusedError(
            "too_large",
            f"Page {number} is drawn by more than {MOST_INSTRUCTION_BYTES:,} bytes of "
            "instructions. Scan the printed page.",
        )


def _unpacked_size(stream: pikepdf.Stream) -> int:
    """The bytes it unpacks to; hardly more than the limit where it is longer."""
    packed = stream.read_raw_bytes()
    if stream.get("/Filter") != pikepdf.Name.FlateDecode:
        return len(packed)
    try:
        return len(zlib.decompressobj().decompress(packed, MOST_INSTRUCTION_BYTES + 1))
    except zlib.error:
        # The strict reading that follows says what is wrong.
        return len(packed)


def _decode_picture(picture: pikepdf.Stream, name: str, limits: Limits) -> None:
    try:
        wrapped = pikepdf.PdfImage(picture)
        _refuse_huge(wrapped.width, wrapped.height, name, limits)
        # Without its mask: a mask would be decoded before its size can be asked.
        image = wrapped.as_pil_image(apply_decode_array=False, apply_mask=False)
        _refuse_huge(image.width, image.height, name, limits)
        image.load()
    except (
        pikepdf.UnsupportedImageTypeError,
        pikepdf.NotExtractableError,
        pikepdf.DependencyError,
        NotImplementedError,
    ):
        return  # Not every colour space can be taken out; rendering draws it.
    except (pikepdf.PikepdfError, *DECODE_ERRORS) as error:
        raise RefusedError(
            "damaged",
            f"The {name} does not decode. Scan or send the file again.",
        ) from error


def _refuse_huge(width: int, height: int, name: str, limits: Limits) -> None:
    if width * height > limits.page_pixels:
        raise RefusedError(
            "too_large",
            f"The {name} has {width:,} x {height:,} pixels; at most "
            f"{limits.page_pixels:,} are taken. Scan it at 200 to 400 dpi.",
        )


@contextmanager
def _pdfium(data: bytes) -> Iterator[pdfium.PdfDocument]:
    """The file in PDFium; closed with all its pages before another thread's turn."""
    with _pdfium_turn:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise cut_off("PDF") from error
        with document:
            if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
                document.init_forms()
            yield document


def _refuse_other_count(found: int, expected: int) -> None:
    if found != expected:
        raise RefusedError(
            "damaged",
            f"One reader counts {expected} pages in the PDF, another {found}. "
            "Print it anew to PDF, or scan it again.",
        )


def _rendering_dpi(page: pdfium.PdfPage, scan: _Scan | None) -> float:
    if scan is None:
        return RENDER_DPI
    dpi = min(max(scan.dpi, RENDER_DPI), MOST_DPI)
    if max(page.get_size()) / 72 > MOST_PAPER_INCHES:
        return min(scan.dpi, dpi)
    return dpi


def _full_page_scan(page: pdfium.PdfPage) -> _Scan | None:
    """The picture that fills the page, where there is one."""
    width, height = page.get_size()
    for thing in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = bounds_on_page(thing)
        area = (right - left) * (top - bottom)
        if area > 0 and area >= FULL_PAGE_SHARE * width * height:
            longest = max(right - left, top - bottom)
            # Rounded, so that pixels of the scan and of the rendering are the same.
            dpi = round(max(thing.get_px_size()) / longest * 72, 2)
            return _Scan(dpi=dpi, depth=thing.get_metadata().bits_per_pixel)
    return None
