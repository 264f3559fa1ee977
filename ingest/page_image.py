"""One page as every room sees it, and the file that gives its pages one by one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kamizero.model import Word

A4_LONG_SIDE_INCHES = 297 / 25.4


@dataclass(frozen=True, slots=True)
class PageImage:
    """One side of one sheet.

    Attributes:
        pixels: (height, width, 3) uint8, RGB, as any viewer shows the file: turned
            only where the file itself says so, never straightened.
        dpi: dots per inch, from the file where believable, else from the A4 long side.
        depth: bits per pixel as stored (1, 8, 24 …).
        words: visible text of a digital-born page, empty for scans.
    """

    pixels: NDArray[np.uint8]
    dpi: float
    depth: int
    words: tuple[Word, ...] = field(default=())

    @property
    def size_px(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may have before it is refused."""

    file_bytes: int = 500_000_000
    pages: int = 2_000
    page_pixels: int = 150_000_000


class Opened(Protocol):
    """A file that was opened strictly; its pages are decoded when asked for."""

    @property
    def media_type(self) -> str: ...

    @property
    def page_count(self) -> int: ...

    def page(self, number: int) -> PageImage:
        """Page `number` (1-based). Raises RefusedError where it does not decode."""
        ...


def pages(opened: Opened) -> Iterator[PageImage]:
    """Every page in order."""
    for number in range(1, opened.page_count + 1):
        yield opened.page(number)


def believable_dpi(tagged: float | None, width: int, height: int) -> float:
    """The tag where it makes sense for paper, else what an A4 sheet would have.

    Cameras write 72 when they do not know, and some scanners write 1.
    """
    if tagged is not None and 90 <= tagged <= 1300:
        return float(tagged)
    return max(width, height) / A4_LONG_SIDE_INCHES
