"""Pages as pictures for people: rendered once, kept in a cache, masked on request."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.media.pages import open_kept
from ingest.page_image import Limits
from kamizero.model import Box
from storage.interfaces import ObjectStore
from storage.originals import read_original
from storage.tables import Page

MASK_GREY = 90
# Thin strokes keep their colour and edges at this quality.
QUALITY = 90


class PagePictures:
    """Gives the picture of any page; the cache may be deleted at any time.

    Pictures are JPEG: a tenth of the bytes and of the time of PNG, and only the
    original is evidence.
    """

    def __init__(self, *, store: ObjectStore, cache: Path, limits: Limits) -> None:
        self._store = store
        self._cache = cache
        self._limits = limits

    def jpeg(self, page: Page, *, masked: Sequence[Box] = ()) -> bytes:
        """The page, with these areas (px) covered. Raises RefusedError."""
        path = self._cache / f"{page.arrival.original.sha256}-{page.number}.jpg"
        # An empty file is what a power cut leaves of one that was just written.
        data = _bytes_of(path) or self._render(page, path)
        if not masked:
            return data
        with Image.open(BytesIO(data)) as image:
            return _jpeg(_covered(np.asarray(image), masked))

    def forget(self, sha256: str) -> None:
        """Remove the pictures of an original that is destroyed."""
        for path in self._cache.glob(f"{sha256}-*.jpg"):
            path.unlink(missing_ok=True)

    def _render(self, page: Page, path: Path) -> bytes:
        kept = page.arrival.original
        data = read_original(self._store, kept)
        opened = open_kept(data, kept.media_type, limits=self._limits)
        image = opened.page(page.number)
        picture = _jpeg(image.pixels)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Two requests may render at once: each writes its own file, the last wins.
        with NamedTemporaryFile(dir=path.parent, delete=False) as part:
            part.write(picture)
        Path(part.name).rename(path)
        return picture


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _covered(pixels: NDArray[np.uint8], areas: Sequence[Box]) -> NDArray[np.uint8]:
    covered = pixels.copy()
    for area in areas:
        left, top = max(int(area.x) - 2, 0), max(int(area.y) - 2, 0)
        covered[top : int(area.bottom) + 3, left : int(area.right) + 3] = MASK_GREY
    return covered
