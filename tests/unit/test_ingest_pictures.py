"""Pictures of pages for people: the original's page, covered where it must be."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ingest.page_image import Limits
from ingest.pictures import MASK_GREY, PagePictures
from kamizero.errors import RefusedError, TamperedError
from kamizero.model import Box
from storage.directory import DirectoryStore
from storage.originals import keep
from storage.tables import Arrival, Original, Page
from tests.paper import NOW
from tests.scanner import saved, tiff


@dataclass
class Album:
    """Pictures, the store behind them, and their cache."""

    folder: Path

    def __post_init__(self) -> None:
        self.store = DirectoryStore(self.folder, clock=lambda: NOW)
        self.cache = self.folder / "cache"

    def pictures(self, *, limits: Limits | None = None) -> PagePictures:
        return PagePictures(
            store=self.store, cache=self.cache, limits=limits or Limits()
        )

    def page(self, data: bytes, number: int = 1) -> Page:
        kept = keep(self.store, data, retain_until=NOW)
        original = Original(
            sha256=kept.sha256, store_key=kept.key, store_version=kept.version
        )
        return Page(number=number, arrival=Arrival(original=original))


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path)


def _pixels(jpeg: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        return np.asarray(image.convert("RGB"))


def _white(size: tuple[int, int] = (200, 100)) -> bytes:
    return saved(Image.new("RGB", size, "white"), "PNG")


def test_a_picture_shows_the_page_that_is_asked_for(album: Album) -> None:
    data = tiff("tiff_lzw", "L", count=2)

    first, second = (
        _pixels(album.pictures().jpeg(album.page(data, number))) for number in (1, 2)
    )

    assert first.shape == (424, 300, 3)
    assert np.abs(first.astype(int) - second).max() > 100


def test_what_is_masked_is_covered_and_nothing_else(album: Album) -> None:
    page = album.page(_white())

    pixels = _pixels(album.pictures().jpeg(page, masked=[Box(50, 20, 60, 30)]))

    covered = pixels[20:51, 50:111]
    assert np.abs(covered.astype(int) - MASK_GREY).max() < 8
    assert pixels[:, :40].min() > 240
    assert pixels[:, 125:].min() > 240
    assert pixels[:10].min() > 240


def test_an_area_that_reaches_off_the_page_is_covered_to_its_edge(
    album: Album,
) -> None:
    masked = [Box(-30, -30, 50, 50), Box(190, 90, 500, 500)]

    pixels = _pixels(album.pictures().jpeg(album.page(_white()), masked=masked))

    corners = pixels[[0, 99], [0, 199]].astype(int)
    assert np.abs(corners - MASK_GREY).max() < 8
    assert pixels[50, 100].min() > 240


def test_a_masked_picture_is_never_what_the_cache_keeps(album: Album) -> None:
    page = album.page(_white())

    album.pictures().jpeg(page, masked=[Box(0, 0, 200, 100)])

    assert _pixels(album.pictures().jpeg(page)).min() > 240


def test_the_cache_may_be_deleted_and_answers_without_the_original(
    album: Album,
) -> None:
    page = album.page(_white())
    first = album.pictures().jpeg(page)
    (cached,) = album.cache.iterdir()

    cached.write_bytes(cached.read_bytes() + b"from the cache")
    assert album.pictures().jpeg(page) == first + b"from the cache"
    cached.unlink()

    assert album.pictures().jpeg(page) == first


def test_a_picture_a_power_cut_left_empty_is_drawn_again(album: Album) -> None:
    page = album.page(_white())
    first = album.pictures().jpeg(page)
    (cached,) = album.cache.iterdir()
    cached.write_bytes(b"")

    assert album.pictures().jpeg(page) == first
    assert cached.read_bytes() == first


def test_nobody_else_of_the_machine_may_look_into_the_cache(album: Album) -> None:
    album.pictures().jpeg(album.page(_white()))

    (cached,) = album.cache.iterdir()
    assert album.cache.stat().st_mode & 0o077 == 0
    assert cached.stat().st_mode & 0o077 == 0


def test_an_original_that_was_changed_is_not_shown(album: Album) -> None:
    page = album.page(_white())
    path = album.folder / (album.store.path_of(page.arrival.original.store_key) or "")
    path.chmod(0o600)
    path.write_bytes(_white((300, 300)))

    with pytest.raises(TamperedError):
        album.pictures().jpeg(page)


def test_a_page_beyond_the_limits_of_today_is_refused_by_name(album: Album) -> None:
    page = album.page(_white())

    with pytest.raises(RefusedError) as caught:
        album.pictures(limits=Limits(page_pixels=100)).jpeg(page)

    assert caught.value.refusal_code == "too_large"
    assert not album.cache.exists()
