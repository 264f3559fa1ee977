"""Pages as pictures for people: rendered once, kept in a cache, masked on request."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.opening import open_original
from ingest.page_image import Limits
from kamizero.model import Box
from storage.interfaces import ObjectStore
from storage.originals import read_original
from storage.tables import Page

MASK_GREY = 90


class PagePictures:
    """Gives the picture of any page; the cache may be deleted at any time."""

    def __init__(self, *, store: ObjectStore, cache: Path, limits: Limits) -> None:
        self._store = store
        self._cache = cache
        self._limits = limits

    def pixels(self, page: Page) -> NDArray[np.uint8]:
        """(height, width, 3) RGB of the page, from the cache or the original."""
        path = self._cache / f"{page.arrival.original.sha256}-{page.number}.png"
        if not path.exists():
            self._render(page, path)
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))

    def png(self, page: Page, *, masked: Sequence[Box] = ()) -> bytes:
        """The page as PNG, with these areas (px) covered."""
        pixels = self.pixels(page)
        if masked:
            pixels = _covered(pixels, masked)
        buffer = BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    def _render(self, page: Page, path: Path) -> None:
        data = read_original(self._store, page.arrival.original)
        image = open_original(data, limits=self._limits).page(page.number)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Two requests may render at once: each writes its own file, the last wins.
        with NamedTemporaryFile(dir=path.parent, delete=False) as part:
            Image.fromarray(image.pixels).save(part, "PNG", compress_level=1)
        Path(part.name).rename(path)


def _covered(pixels: NDArray[np.uint8], areas: Sequence[Box]) -> NDArray[np.uint8]:
    covered = pixels.copy()
    for area in areas:
        left, top = max(int(area.x) - 2, 0), max(int(area.y) - 2, 0)
        covered[top : int(area.bottom) + 3, left : int(area.right) + 3] = MASK_GREY
    return covered
