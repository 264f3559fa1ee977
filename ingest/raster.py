"""Opening TIFF, JPEG and PNG strictly: every page must decode to its full height."""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ingest.page_image import Limits, PageImage, believable_dpi
from ingest.refusals import cut_off, page_damaged, refuse_unfit_size
from ingest.tiff import count_pages

# Our own limit is asked of every header before a page is decoded; Pillow's would
# warn far below it and raise errors of its own kind.
Image.MAX_IMAGE_PIXELS = None

MEDIA_TYPES = {
    "TIFF": "image/tiff",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
}
TIFF_STARTS = (b"II*\0", b"MM\0*")
PNG_START = b"\x89PNG"
# The last chunk with its checksum, which is always the same.
PNG_END = b"IEND\xaeB`\x82"

# What Pillow raises on damaged files; a cut TIFF raises TypeError, not OSError.
DECODE_ERRORS = (
    OSError,
    TypeError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
)

# Resolutions that differ by less are rounded; by more, one of them is no resolution.
_UNEQUAL, _MOST_UNEQUAL = 1.04, 4.5
_COARSEST_DPI = 45
_QUARTER_TURNS = (5, 6, 7, 8)

DEPTHS = {"1": 1, "L": 8, "P": 8, "LA": 16, "RGB": 24, "RGBA": 32, "CMYK": 32}


class Raster:
    """A picture file whose headers were read; each page decodes on demand."""

    def __init__(self, data: bytes, *, limits: Limits) -> None:
        self._limits = limits
        # Counted first: Pillow only warns of a directory that was cut off.
        self.page_count = _page_count(data, limits)
        self._image = _header(data)
        self.media_type = MEDIA_TYPES[str(self._image.format)]

    def page(self, number: int) -> PageImage:
        """Decode one page whole; a page cut short is refused, never padded."""
        try:
            self._seek(number)
            refuse_unfit_size(number, *self._image.size, self._limits)
            size = _square_size(self._image)
            refuse_unfit_size(number, *size, self._limits)
            self._image.load()
            square = _resized(_as_rgb(_upright(self._image)), size)
            pixels = np.asarray(square)
        except DECODE_ERRORS as error:
            raise page_damaged(number, error) from error
        return PageImage(
            pixels=pixels,
            dpi=believable_dpi(_tagged_dpi(self._image), *square.size),
            depth=_depth(self._image.mode),
        )

    def _seek(self, number: int) -> None:
        if self.page_count > 1:
            self._image.seek(number - 1)


def _page_count(data: bytes, limits: Limits) -> int:
    if data.startswith(TIFF_STARTS):
        return count_pages(data, most=limits.pages)
    if data.startswith(PNG_START) and PNG_END not in data:
        raise cut_off("PNG")
    # The second picture of a camera's JPEG is a preview, not a page.
    return 1


def _header(data: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(data), formats=("TIFF", "JPEG", "PNG"))
    except UnidentifiedImageError as error:
        raise cut_off("picture") from error
    except DECODE_ERRORS as error:
        raise cut_off("picture") from error


def _tagged_dpi(image: Image.Image) -> float | None:
    both = _tagged_both(image)
    return max(both) if both else None


def _tagged_both(image: Image.Image) -> tuple[float, float] | None:
    """Dots per inch along the rows and down the columns, as the file has them."""
    tag = image.info.get("dpi")
    try:
        return (float(tag[0]), float(tag[1])) if tag else None
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _square_size(image: Image.Image) -> tuple[int, int]:
    """What a picture not decoded yet measures once it is upright and its dots square.

    A fax has 204 dots an inch across and 98 down: squashed, if shown dot by dot.
    """
    width, height = image.size
    across, down = _tagged_both(image) or (0.0, 0.0)
    if image.getexif().get(ExifTags.Base.Orientation, 1) in _QUARTER_TURNS:
        across, down = down, across
        # Of a TIFF, Pillow gives the turned size beforehand.
        if image.format != "TIFF":
            width, height = height, width
    finer, coarser = max(across, down), min(across, down)
    if coarser < _COARSEST_DPI or not _UNEQUAL < finer / coarser <= _MOST_UNEQUAL:
        return width, height
    return round(width * finer / across), round(height * finer / down)


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera says it was held; TIFF pages come turned from Pillow."""
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
    return ImageOps.exif_transpose(image) if turned else image


def _is_grey16(mode: str) -> bool:
    return mode == "I" or mode.startswith("I;16")


def _depth(mode: str) -> int:
    return 16 if _is_grey16(mode) else DEPTHS.get(mode, 24)


def _as_rgb(image: Image.Image) -> Image.Image:
    """RGB on white paper, 16-bit grey brought to 8 bits."""
    if _is_grey16(image.mode):
        grey = np.clip(np.asarray(image).astype(np.int64), 0, 0xFFFF) >> 8
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        return paper.convert("RGB")
    return image.convert("RGB")
