"""Opening TIFF, JPEG and PNG strictly: every page must decode to its full height."""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from ingest.page_image import Limits, PageImage, believable_dpi
from ingest.tiff import count_pages
from kamizero.errors import RefusedError

MEDIA_TYPES = {
    "TIFF": "image/tiff",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
}

# What Pillow raises on damaged files; a cut TIFF raises TypeError, not OSError.
DECODE_ERRORS = (
    OSError,
    TypeError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    struct.error,
    zlib.error,
)

DEPTHS = {"1": 1, "L": 8, "P": 8, "LA": 16, "I;16": 16, "RGB": 24, "RGBA": 32}


class Raster:
    """A picture file whose header was read; each page decodes on demand."""

    def __init__(self, data: bytes, *, limits: Limits) -> None:
        self._limits = limits
        self._image = self._open(data)
        self.media_type = MEDIA_TYPES[str(self._image.format)]
        if self._image.format == "PNG" and b"IEND" not in data[-64:]:
            raise cut_off("PNG")
        self.page_count = self._count(data)

    def page(self, number: int) -> PageImage:
        """Decode one page whole; a page cut short is refused, never padded."""
        try:
            self._seek(number)
            self._refuse_huge(number)
            self._image.load()
            pixels = np.asarray(_as_rgb(self._image))
        except DECODE_ERRORS as error:
            raise RefusedError(
                "damaged",
                f"Page {number} does not decode ({error}). The file is cut off or "
                "damaged: scan or send it again.",
            ) from error
        width, height = self._image.size
        return PageImage(
            pixels=pixels,
            dpi=believable_dpi(_tagged_dpi(self._image), width, height),
            depth=DEPTHS.get(self._image.mode, 24),
        )

    def _open(self, data: bytes) -> Image.Image:
        try:
            return Image.open(BytesIO(data), formats=("TIFF", "JPEG", "PNG"))
        except UnidentifiedImageError as error:
            raise cut_off("picture") from error
        except DECODE_ERRORS as error:
            raise cut_off("picture") from error

    def _count(self, data: bytes) -> int:
        # The second picture of a camera's JPEG is a preview, not a page.
        if not isinstance(self._image, TiffImageFile):
            return 1
        count = count_pages(data, most=self._limits.pages)
        try:
            agreed = count == self._image.n_frames
        except DECODE_ERRORS as error:
            raise cut_off("TIFF") from error
        if not agreed:
            raise cut_off("TIFF")
        return count

    def _seek(self, number: int) -> None:
        if self.page_count > 1:
            self._image.seek(number - 1)

    def _refuse_huge(self, number: int) -> None:
        width, height = self._image.size
        if width * height > self._limits.page_pixels:
            raise too_many_pixels(number, width, height, self._limits.page_pixels)


def too_many_pixels(number: int, width: int, height: int, limit: int) -> RefusedError:
    return RefusedError(
        "too_large",
        f"Page {number} is {width} x {height} pixels; at most {limit:,} pixels a page "
        "are taken. Scan it at 200 to 400 dpi.",
    )


def too_many_pages(count: int, limit: int) -> RefusedError:
    return RefusedError(
        "too_many_pages",
        f"The file has {count:,} pages; at most {limit:,} are taken. "
        "Split it into several files.",
    )


def cut_off(kind: str) -> RefusedError:
    return RefusedError(
        "damaged",
        f"The {kind} is cut off or damaged. Scan or send it again.",
    )


def _tagged_dpi(image: Image.Image) -> float | None:
    tag = image.info.get("dpi")
    try:
        return float(tag[0]) if tag else None
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _as_rgb(image: Image.Image) -> Image.Image:
    """RGB on white paper, 16-bit grey brought to 8 bits."""
    if image.mode.startswith("I;16") or image.mode == "I":
        grey = np.asarray(image).astype(np.uint32) >> 8
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        return paper.convert("RGB")
    return image.convert("RGB")
