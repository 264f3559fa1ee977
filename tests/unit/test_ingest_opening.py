"""A file is taken only when it is complete and every page decodes."""

import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pikepdf
import pytest
from PIL import ExifTags, Image, TiffImagePlugin
from reportlab.pdfgen.canvas import Canvas

from ingest.opening import media_type
from ingest.page_image import Limits, PageImage
from kamizero.errors import RefusedError
from tests.odd_files import huge_jpeg, huge_png, huge_tiff
from tests.scanner import (
    SMALL_POINTS,
    all_pages,
    printed_pdf,
    resaved,
    same_pages,
    saved,
    scanned_pdf,
    sheet,
    tiff,
    with_title,
)


def _printed() -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(20, 100, "printed")

    return printed_pdf(draw, draw, draw, draw, size=SMALL_POINTS)


_PLAIN = {"object_stream_mode": pikepdf.ObjectStreamMode.disable}
_PACKED = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}

ONE_PAGE = {
    "jpeg": saved(sheet(1, "RGB"), "JPEG"),
    "jpeg progressive": saved(sheet(1, "RGB"), "JPEG", progressive=True),
    "png": saved(sheet(1, "RGB"), "PNG"),
    "png 1 bit": saved(sheet(1, "1"), "PNG"),
}
FOUR_PAGES = {
    "tiff G4": tiff("group4", "1"),
    "tiff G3": tiff("group3", "1"),
    "tiff LZW": tiff("tiff_lzw", "L"),
    "tiff deflate": tiff("tiff_adobe_deflate", "RGB"),
    "tiff uncompressed": tiff(None, "L"),
    "tiff with JPEG": tiff("jpeg", "RGB"),
    "pdf grey": scanned_pdf("L"),
    "pdf G4": scanned_pdf("1"),
    "pdf plain": resaved(scanned_pdf("L"), **_PLAIN),
    "pdf object streams": resaved(scanned_pdf("L"), **_PACKED),
    "pdf linearized": resaved(scanned_pdf("L"), linearize=True),
    "pdf linearized, object streams": resaved(_printed(), linearize=True, **_PACKED),
    "pdf printed": _printed(),
    "pdf changed": with_title(resaved(scanned_pdf("L"), **_PLAIN)),
}
FILES = ONE_PAGE | FOUR_PAGES


def _cuts(size: int) -> Iterator[int]:
    """Bytes that arrived: the start, all along the file, and almost all of it."""
    yield from (1, 4, 8, 9, 20, 100)
    yield from (size * share // 1000 for share in range(50, 1000, 45))
    yield from (size - missing for missing in (1, 2, 4, 7, 8, 13, 16, 30, 60, 120))


@pytest.mark.parametrize("kind", FILES)
def test_a_whole_file_gives_all_its_pages(kind: str) -> None:
    found = all_pages(FILES[kind])

    assert len(found) == (1 if kind in ONE_PAGE else 4)


def _outcome(data: bytes) -> list[PageImage] | str:
    """Its pages, or the code of its refusal; any other error comes through."""
    try:
        return all_pages(data)
    except RefusedError as refusal:
        return refusal.refusal_code


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_was_cut_off_never_gives_less_than_the_whole(kind: str) -> None:
    data = FILES[kind]
    whole = all_pages(data)

    for arrived in _cuts(len(data)):
        found = _outcome(data[:arrived])
        if isinstance(found, str):
            assert found in ("damaged", "wrong_type"), arrived
        else:
            # TIFF and PDF may end in padding: nothing but that was missing.
            assert same_pages(found, whole), arrived
            assert kind.startswith(("tiff", "pdf")), arrived
            assert len(data) - arrived < 20, arrived


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", FILES)
def test_wrong_bytes_give_pages_or_a_refusal_with_a_name(kind: str) -> None:
    chance = np.random.default_rng(zlib.crc32(kind.encode()))

    for _ in range(15):
        data = np.frombuffer(FILES[kind], dtype=np.uint8).copy()
        data[chance.integers(len(data), size=3)] = chance.integers(256, size=3)
        assert _outcome(data.tobytes())


def _refusal(data: bytes, limits: Limits | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        all_pages(data, limits=limits)
    return caught.value


def test_an_empty_file_is_refused() -> None:
    assert _refusal(b"").refusal_code == "empty"


@pytest.mark.parametrize(
    "data",
    [b"hello", b"\0" * 5000, b"PK\x03\x04", b"GIF89a", b"BM", b"<html>", b"II+\0\x08"],
)
def test_other_types_are_refused(data: bytes) -> None:
    assert _refusal(data).refusal_code == "wrong_type"


def test_the_name_of_a_type_is_what_the_bytes_say() -> None:
    found = [media_type(FILES[kind]) for kind in ("tiff G4", "jpeg", "png", "pdf grey")]

    assert found == ["image/tiff", "image/jpeg", "image/png", "application/pdf"]


def test_a_file_of_too_many_bytes_is_refused_unopened() -> None:
    refusal = _refusal(FILES["png"], Limits(file_bytes=100))

    assert refusal.refusal_code == "too_large"


@pytest.mark.parametrize("huge", [huge_jpeg, huge_png, huge_tiff])
def test_a_huge_picture_is_refused_by_its_header(huge: Callable[[], bytes]) -> None:
    refusal = _refusal(huge())

    # Were it decoded, its missing rows would be what is told.
    assert refusal.refusal_code == "too_large"
    assert "30,000 x 30,000" in str(refusal)
    assert "200 to 400 dpi" in str(refusal)


def test_a_picture_that_is_large_but_within_the_limit_is_taken() -> None:
    # Pillow warns from 89 million pixels on; our own limit is what counts.
    data = saved(Image.new("1", (10_000, 9_000), 1), "PNG")

    (page,) = all_pages(data)

    assert page.size_px == (10_000, 9_000)


def test_a_picture_too_small_for_paper_is_refused() -> None:
    data = saved(Image.new("L", (16, 400), 255), "PNG")

    assert _refusal(data).refusal_code == "too_small"


def test_a_strip_longer_than_a_picture_can_be_shown_is_refused() -> None:
    data = saved(Image.new("L", (66_000, 100), 255), "PNG")

    assert _refusal(data).refusal_code == "too_large"


def test_grey_of_sixteen_bits_keeps_its_shades() -> None:
    shades = np.arange(256, dtype=np.uint16) << 8
    data = saved(Image.fromarray(np.tile(shades, (100, 1))), "PNG")

    (page,) = all_pages(data)

    assert page.depth == 16
    assert page.pixels[0, [0, 128, 255], 0].tolist() == [0, 128, 255]


def test_a_palette_gives_its_colours() -> None:
    image = Image.new("RGB", (100, 100), (255, 0, 0)).quantize()

    (page,) = all_pages(saved(image, "PNG"))

    assert page.depth == 8
    assert page.pixels[50, 50].tolist() == [255, 0, 0]


def test_a_palette_with_clear_colours_lies_on_white() -> None:
    image = Image.new("P", (100, 100), 0)
    image.putpalette([200, 0, 0, 0, 0, 200])

    (page,) = all_pages(saved(image, "PNG", transparency=b"\0\xff"))

    assert page.pixels[50, 50].tolist() == [255, 255, 255]


def test_four_colour_printing_becomes_what_is_seen() -> None:
    data = saved(Image.new("CMYK", (100, 100), (255, 255, 0, 0)), "TIFF")

    (page,) = all_pages(data)

    assert page.depth == 32
    assert page.pixels[50, 50].tolist() == [0, 0, 255]


def test_what_is_clear_lies_on_white_paper() -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 50, 100))

    (page,) = all_pages(saved(image, "PNG"))

    assert page.depth == 32
    assert page.pixels[50, [10, 90], 0].tolist() == [0, 255]


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    image = Image.new("L", (200, 100), 255)
    image.paste(0, (0, 0, 20, 20))
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation] = 6

    (page,) = all_pages(saved(image, "JPEG", exif=notes))

    assert page.size_px == (100, 200)
    # Held upright: the stored top left is the top right.
    assert page.pixels[5, 95, 0] < 50
    assert page.pixels[5, 5, 0] > 200


def test_camera_notes_that_do_not_decode_cost_no_picture() -> None:
    notes = b"Exif\0\0nothing of the kind"

    (page,) = all_pages(saved(sheet(1), "JPEG", exif=notes))

    assert page.size_px == (300, 424)


@pytest.mark.parametrize(
    ("tagged", "expected"),
    [((200, 200), 200), ((72, 72), 424 / (297 / 25.4)), ((1, 1), 424 / (297 / 25.4))],
)
def test_a_resolution_no_scanner_has_is_taken_from_the_paper(
    tagged: tuple[int, int], expected: float
) -> None:
    (page,) = all_pages(saved(sheet(1), "TIFF", dpi=tagged))

    assert page.dpi == pytest.approx(expected)


FAX = (204, 98)
"""Dots per inch across and down, as a fax in standard quality has them."""


def _faxed(turned: int = 1) -> bytes:
    """A sheet of A4 as a fax stores it: half as many rows as it should have."""
    fax = Image.new("1", (1728, 1145), 1)
    fax.paste(0, (200, 200, 404, 298))
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[ExifTags.Base.Orientation] = turned
    return saved(fax, "TIFF", dpi=FAX, compression="group4", tiffinfo=tags)


def test_a_fax_of_unequal_resolutions_is_as_high_as_its_paper() -> None:
    (page,) = all_pages(_faxed())

    assert page.size_px == (1728, round(1145 * 204 / 98))
    assert page.dpi == pytest.approx(204)
    black = np.argwhere(page.pixels[:, :, 0] < 128)
    height, width = black.max(axis=0) - black.min(axis=0) + 1
    assert height == pytest.approx(width, abs=2)


def test_a_fax_that_lies_on_its_side_is_no_less_square() -> None:
    (page,) = all_pages(_faxed(turned=6))

    assert page.size_px == (round(1145 * 204 / 98), 1728)


def test_a_picture_of_nearly_equal_resolutions_stays_as_it_is() -> None:
    (page,) = all_pages(saved(sheet(1), "TIFF", dpi=(200, 196)))

    assert page.size_px == (300, 424)


def test_a_fax_too_large_once_it_is_square_is_refused_by_its_header() -> None:
    refusal = _refusal(_faxed(), Limits(page_pixels=1728 * 1145))

    assert refusal.refusal_code == "too_large"
