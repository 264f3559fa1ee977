"""The files scanners write: one or several pictures, compressed as offices do."""

import time
from collections.abc import Callable, Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from samples.making.paper_damage import Pixels

Encode = Callable[[Sequence[Pixels], int], bytes]
"""Writes pages of a given dpi into the bytes of one file."""


def jpeg(quality: int, *, grey: bool = False) -> Encode:
    def encode(pages: Sequence[Pixels], dpi: int) -> bytes:
        (page,) = pages
        return _saved(_image(page, grey=grey), "JPEG", dpi, quality=quality)

    return encode


def png(colours: int) -> Encode:
    """A picture of few colours, as scan-to-PNG writes it."""

    def encode(pages: Sequence[Pixels], dpi: int) -> bytes:
        (page,) = pages
        palette = _palette(page, colours)
        few = _image(page).quantize(palette=palette, dither=Image.Dither.NONE)
        return _saved(few, "PNG", dpi, optimize=True)

    return encode


def _palette(page: Pixels, colours: int) -> Image.Image:
    """Colours for the rare ink and the frequent paper alike."""
    inks = np.unique(page.reshape(-1, 3) >> 4, axis=0) * 17
    white = np.full_like(inks, 255)
    kinds = np.concatenate([inks, white])[None].astype(np.uint8)
    return Image.fromarray(kinds).quantize(colours, Image.Quantize.MEDIANCUT)


def tiff(compression: str, *, grey: bool = False, quality: int = 80) -> Encode:
    """One TIFF of all pages: `tiff_lzw`, `jpeg`, or `group4` for one bit."""

    def encode(pages: Sequence[Pixels], dpi: int) -> bytes:
        images = [_image(page, grey=grey) for page in pages]
        if compression == "group4":
            images = [_one_bit(image) for image in images]
        more = {"quality": quality} if compression == "jpeg" else {}
        return _saved(
            images[0],
            "TIFF",
            dpi,
            save_all=True,
            append_images=images[1:],
            compression=compression,
            **more,
        )

    return encode


def scanned_pdf(quality: int) -> Encode:
    """A PDF whose pages are pictures, as multifunction devices send it."""

    def encode(pages: Sequence[Pixels], dpi: int) -> bytes:
        images = [_image(page) for page in pages]
        return _saved(
            images[0],
            "PDF",
            dpi,
            save_all=True,
            append_images=images[1:],
            quality=quality,
            # Else the file would carry the second it was made in.
            creationDate=_LONG_AGO,
            modDate=_LONG_AGO,
        )

    return encode


_LONG_AGO = time.struct_time((2024, 7, 2, 0, 0, 0, 1, 184, 0))


def _image(pixels: Pixels, *, grey: bool = False) -> Image.Image:
    image = Image.fromarray(pixels)
    return image.convert("L") if grey else image


def _one_bit(image: Image.Image) -> Image.Image:
    return image.convert("L").point(lambda level: 255 if level > 170 else 0, "1")


def _saved(image: Image.Image, kind: str, dpi: int, **options: object) -> bytes:
    out = BytesIO()
    resolution = {"resolution": dpi} if kind == "PDF" else {"dpi": (dpi, dpi)}
    image.save(out, kind, **resolution, **options)
    return out.getvalue()
