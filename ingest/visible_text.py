"""The words of a PDF page that a reader of the printed page would see."""

import ctypes
from collections.abc import Sequence
from functools import cached_property
from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSException
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from ingest.pdf_objects import bounds_on_page
from ingest.raster import DECODE_ERRORS
from kamizero.model import Box, Word

# Grey darker than this counts as ink.
INK_LEVEL = 140
LEAST_INK_PIXELS = 4
# Letters or words that share more of their room were written over each other.
MOST_SHARED = 0.5
# What pdfplumber and pdfminer below it raise on pages they cannot follow.
TEXT_ERRORS = (
    PdfminerException,
    PDFException,
    PSException,
    AssertionError,
    AttributeError,
    RecursionError,
    *DECODE_ERRORS,
)


class TextLayer:
    """What a PDF says that its letters are; used by one thread at a time.

    Opened once and when it is first asked for: opening walks through all pages, and
    for each page anew it would take hours with thousands of them.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    def words(self, number: int, *, scale: float) -> list[Word]:
        """The words of a page; none where the reader cannot follow it."""
        try:
            page = Page(self._opened, self._pages[number - 1], number, 0)
            # A letter drawn twice to look bold is one letter.
            words = page.dedupe_chars().extract_words(x_tolerance=2, return_chars=True)
            # The picture shows what lies in both boxes.
            left = max(page.cropbox[0], page.mediabox[0])
            top = max(page.cropbox[1], page.mediabox[1])
            return [_placed(word, left, top, scale) for word in words if _is_row(word)]
        except TEXT_ERRORS:
            # The page is still read from its pixels, as any scan is.
            return []

    @cached_property
    def _opened(self) -> PDF:
        return pdfplumber.open(BytesIO(self._data))

    @cached_property
    def _pages(self) -> list[PDFPage]:
        return list(PDFPage.create_pages(self._opened.doc))


def visible_words(
    layer: TextLayer, number: int, page: pdfium.PdfPage, *, scale: float
) -> tuple[Word, ...]:
    """The words that leave ink of their own, in pixels at this scale.

    Text can be invisible, white, off the page, under a picture or under other text:
    a second rendering without any text shows which words are really drawn. The page
    is of no use afterwards.
    """
    words = layer.words(number, scale=scale) if _has_letters(page) else []
    if not words:
        return ()
    bitmap = page.render(scale=scale, grayscale=True)
    hidden = _hidden_areas(page, bitmap)
    ink = _ink(bitmap) & ~_ink_without_text(page, scale)
    legible = _legible(words)
    return tuple(
        word
        for word, alone in zip(words, legible, strict=True)
        if alone
        and _is_drawn(ink, word.box_px)
        and not any(word.box_px.overlaps(area) for area in hidden)
    )


def _has_letters(page: pdfium.PdfPage) -> bool:
    """Tell whether it is worth asking the layer, which is slow."""
    text = page.get_textpage()
    try:
        return bool(text.count_chars())
    finally:
        text.close()


def _is_row(word: dict[str, Any]) -> bool:
    """Whether its letters stand upright, beside each other.

    Upside down they come in the wrong order, and two texts may run into one word.
    """
    letters = word["chars"]
    return all(
        letter["matrix"][0] > 0 and letter["matrix"][3] > 0 for letter in letters
    ) and all(
        right["x0"] > left["x0"] + MOST_SHARED * left["width"]
        for left, right in pairwise(letters)
    )


def _placed(word: dict[str, Any], left: float, top: float, scale: float) -> Word:
    """The word in pixels of the picture, whose corner lies there (points)."""
    x, y = (float(word["x0"]) - left) * scale, (float(word["top"]) - top) * scale
    width, height = float(word["width"]) * scale, float(word["height"]) * scale
    return Word(text=str(word["text"]), box_px=Box(x, y, width, height))


def _legible(words: Sequence[Word]) -> list[bool]:
    """For each word, whether no other is written over it."""
    boxes = np.array([word.box_px for word in words])
    near, far = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    area = boxes[:, 2] * boxes[:, 3]
    legible = []
    for n in range(len(words)):
        sides = np.minimum(far, far[n]) - np.maximum(near, near[n])
        shared = np.clip(sides, 0, None).prod(axis=1)
        shared[n] = 0
        legible.append(bool((shared <= MOST_SHARED * np.minimum(area, area[n])).all()))
    return legible


def _text_objects(page: pdfium.PdfPage) -> list[pdfium.PdfObject]:
    return list(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT]))


def _ink(bitmap: pdfium.PdfBitmap) -> NDArray[np.bool_]:
    return np.asarray(np.asarray(bitmap.to_pil()) < INK_LEVEL)


def _ink_without_text(page: pdfium.PdfPage, scale: float) -> NDArray[np.bool_]:
    for thing in _text_objects(page):
        pdfium_c.FPDFTextObj_SetTextRenderMode(
            thing, pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
        )
    return _ink(page.render(scale=scale, grayscale=True))


def _hidden_areas(page: pdfium.PdfPage, bitmap: pdfium.PdfBitmap) -> list[Box]:
    """Where text is drawn that nobody sees: its words may lie over visible ones."""
    to_pixels = bitmap.get_posconv(page)
    areas = []
    for thing in _text_objects(page):
        if _is_painted(thing):
            continue
        left, bottom, right, top = bounds_on_page(thing)
        one, other = to_pixels.to_bitmap(left, top), to_pixels.to_bitmap(right, bottom)
        (x, far_x), (y, far_y) = (sorted(pair) for pair in zip(one, other, strict=True))
        areas.append(Box(x, y, far_x - x, far_y - y))
    return areas


def _is_painted(thing: pdfium.PdfObject) -> bool:
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(thing)
    if mode in (
        pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE,
        pdfium_c.FPDF_TEXTRENDERMODE_CLIP,
    ):
        return False
    colour_of = (
        pdfium_c.FPDFPageObj_GetStrokeColor
        if mode
        in (
            pdfium_c.FPDF_TEXTRENDERMODE_STROKE,
            pdfium_c.FPDF_TEXTRENDERMODE_STROKE_CLIP,
        )
        else pdfium_c.FPDFPageObj_GetFillColor
    )
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not colour_of(thing, red, green, blue, alpha):
        return True
    grey = 0.299 * red.value + 0.587 * green.value + 0.114 * blue.value
    return alpha.value > 0 and grey < INK_LEVEL


def _is_drawn(ink: NDArray[np.bool_], box: Box) -> bool:
    left, top = max(int(box.x), 0), max(int(box.y), 0)
    right, bottom = max(int(box.right) + 1, 0), max(int(box.bottom) + 1, 0)
    return int(ink[top:bottom, left:right].sum()) >= LEAST_INK_PIXELS
