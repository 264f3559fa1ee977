"""A PDF is taken only when two readers agree that it is whole."""

import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingest.page_image import Limits, PageImage
from kamizero.errors import RefusedError
from tests.scanner import (
    A4_POINTS,
    all_pages,
    edited,
    empty_pages,
    printed_pdf,
    resaved,
    saved,
    scanned_pdf,
    sheet,
)

TEXT = "12345"


def _write(canvas: Canvas) -> None:
    canvas.drawString(100, 700, TEXT)


def _page(data: bytes) -> PageImage:
    (page,) = all_pages(data)
    return page


def _refusal(data: bytes, limits: Limits | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        all_pages(data, limits=limits)
    return caught.value


def test_a_scan_is_rendered_at_its_own_resolution() -> None:
    data = saved(Image.new("L", (1050, 1485), 255), "PDF", resolution=250)

    page = _page(data)

    assert page.size_px == (1050, 1485)
    assert page.dpi == 250
    assert page.depth == 8


def test_a_scan_laid_out_in_pixels_is_taken_pixel_by_pixel() -> None:
    data = saved(Image.new("1", (1654, 2339), 1), "PDF", resolution=72)

    page = _page(data)

    assert page.size_px == (1654, 2339)
    assert page.dpi == pytest.approx(200, abs=0.1)


def test_a_password_is_named() -> None:
    encryption = pikepdf.Encryption(owner="owner", user="user")

    refusal = _refusal(resaved(scanned_pdf(count=1), encryption=encryption))

    assert refusal.refusal_code == "encrypted"
    assert "without" in str(refusal)


def test_a_file_that_only_limits_what_readers_may_do_is_taken() -> None:
    encryption = pikepdf.Encryption(owner="owner", user="")

    assert _page(resaved(scanned_pdf(count=1), encryption=encryption)).depth == 8


def test_ten_thousand_pages_are_refused_before_any_is_decoded() -> None:
    def spoil(page: pikepdf.Page) -> None:
        page.obj.MediaBox = Array([0, 0, 1, 1])

    refusal = _refusal(edited(empty_pages(10_000), spoil))

    # The first page would be refused for its size.
    assert refusal.refusal_code == "too_many_pages"
    assert "10,000 pages" in str(refusal)


def test_no_page_at_all_is_refused() -> None:
    assert _refusal(empty_pages(0)).refusal_code == "empty"


@pytest.mark.parametrize("count", [2, 7])
def test_a_file_that_readers_count_differently_is_refused(count: int) -> None:
    data = empty_pages(4).replace(b"/Count 4", b"/Count %d" % count)

    refusal = _refusal(data)

    assert refusal.refusal_code == "damaged"
    assert f"counts 4 pages in the PDF, another {count}" in str(refusal)


@pytest.mark.parametrize(
    ("box", "code"),
    [
        ([0, 0, 1_000_000, 1_000_000], "too_large"),
        ([0, 0, 10_000_000, 0.01], "too_large"),
        ([0, 0, 0.1, 0.1], "too_small"),
        ([0, 0, 5, 5], "too_small"),
        ([0, 0, 1e30, 1e30], "damaged"),
    ],
)
def test_a_page_of_no_size_paper_has_is_refused(box: list[float], code: str) -> None:
    def resize(page: pikepdf.Page) -> None:
        page.obj.MediaBox = Array(box)

    assert _refusal(edited(empty_pages(1), resize)).refusal_code == code


def _with_picture(width: int, height: int, data: bytes, kind: Name) -> bytes:
    """A PDF whose one page shows a picture that says it has this size."""
    buffer = BytesIO()
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=A4_POINTS)
    picture = Stream(
        pdf,
        data,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
        Filter=kind,
    )
    page.obj.Resources = Dictionary(XObject=Dictionary(Scan=picture))
    page.obj.Contents = Stream(pdf, b"q 595 0 0 842 0 0 cm /Scan Do Q")
    pdf.save(buffer)
    return buffer.getvalue()


def test_a_huge_picture_inside_is_refused_by_what_it_says() -> None:
    data = _with_picture(30_000, 30_000, zlib.compress(b"few"), Name.FlateDecode)

    refusal = _refusal(data)

    assert refusal.refusal_code == "too_large"
    assert "30,000 x 30,000" in str(refusal)


def test_a_huge_jpeg_inside_a_small_frame_is_refused() -> None:
    jpeg = saved(Image.new("L", (2_000, 2_000), 255), "JPEG")
    data = _with_picture(10, 10, jpeg, Name.DCTDecode)

    refusal = _refusal(data, Limits(page_pixels=3_900_000))

    assert refusal.refusal_code == "too_large"
    assert "2,000 x 2,000" in str(refusal)


def test_a_picture_with_missing_rows_is_refused() -> None:
    data = _with_picture(300, 300, zlib.compress(bytes(40_000)), Name.FlateDecode)

    assert _refusal(data).refusal_code == "damaged"


def test_a_jpeg_cut_off_before_it_was_put_into_the_file_is_refused() -> None:
    jpeg = saved(sheet(1), "JPEG")
    data = _with_picture(300, 424, jpeg[: len(jpeg) // 2], Name.DCTDecode)

    refusal = _refusal(data)

    assert refusal.refusal_code == "damaged"
    assert "/Scan on page 1" in str(refusal)


def test_endless_drawing_instructions_are_refused_unread() -> None:
    def fill(page: pikepdf.Page) -> None:
        page.obj.Contents.write(b" " * 30_000_000)

    refusal = _refusal(edited(printed_pdf(_write), fill))

    assert refusal.refusal_code == "too_large"
    assert "20,000,000 bytes of instructions" in str(refusal)


def test_a_bomb_of_drawing_instructions_is_not_unpacked() -> None:
    bomb = zlib.compress(b" " * 100_000_000, 9)

    def fill(page: pikepdf.Page) -> None:
        page.obj.Contents.write(bomb, filter=pikepdf.Name.FlateDecode)

    data = edited(printed_pdf(_write), fill)
    tracemalloc.start()
    refusal = _refusal(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(data) < 200_000
    assert refusal.refusal_code == "too_large"
    assert peak < 50_000_000


def test_padding_after_the_end_is_taken_and_more_is_not() -> None:
    data = scanned_pdf(count=1)

    assert _page(data + b"\r\n" + bytes(500)).depth == 8
    assert _refusal(data + b"12 0 obj\n<<").refusal_code == "damaged"


def test_bytes_a_mail_gateway_put_before_the_file_are_no_harm() -> None:
    data = b"\r\n" + printed_pdf(_write)

    found = _page(data)

    assert [word.text for word in found.words] == [TEXT]


def test_pages_may_be_rendered_by_several_threads() -> None:
    data = printed_pdf(_write)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(_page, [data] * 12))

    assert all(page.words[0].text == TEXT for page in found)
