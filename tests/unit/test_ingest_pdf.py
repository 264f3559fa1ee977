"""A PDF is taken only whole, and its text only where a reader sees it."""

import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image
from reportlab.lib.utils import ImageReader
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

INVISIBLE, STROKED = 3, 1
TEXT = "12345"


def _write(canvas: Canvas, *, x: float = 100, y: float = 700) -> None:
    canvas.drawString(x, y, TEXT)


def _write_in_mode(canvas: Canvas, mode: int, text: str = TEXT) -> None:
    line = canvas.beginText(100, 700)
    line.setTextRenderMode(mode)
    line.textLine(text)
    canvas.drawText(line)


def _picture(shade: str = "white") -> ImageReader:
    return ImageReader(Image.new("RGB", (100, 100), shade))


def _page(data: bytes) -> PageImage:
    (page,) = all_pages(data)
    return page


def _words(draw: Callable[[Canvas], None]) -> list[str]:
    return [word.text for word in _page(printed_pdf(draw)).words]


def _refusal(data: bytes, limits: Limits | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        all_pages(data, limits=limits)
    return caught.value


def _frames_the_ink(page: PageImage) -> bool:
    """Whether the one word's box holds all ink of the page, and hardly more."""
    (word,) = page.words
    rows, columns = (page.pixels.min(axis=2) < 140).nonzero()
    box = word.box_px
    around = (columns.min(), rows.min(), columns.max(), rows.max())
    inside = np.array([*around[:2], box.right, box.bottom]) >= [
        box.x,
        box.y,
        *around[2:],
    ]
    return bool(inside.all()) and box.w < 100 and box.h < 40


# --- Which text counts.


def test_visible_text_counts_where_its_ink_is() -> None:
    page = _page(printed_pdf(_write))

    assert [word.text for word in page.words] == [TEXT]
    assert _frames_the_ink(page)
    assert page.dpi == 200


def test_outlined_text_counts() -> None:
    assert _words(lambda canvas: _write_in_mode(canvas, STROKED)) == [TEXT]


def test_invisible_text_does_not_count() -> None:
    assert _words(lambda canvas: _write_in_mode(canvas, INVISIBLE)) == []


def test_invisible_text_over_visible_text_lets_neither_count() -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas)
        _write_in_mode(canvas, INVISIBLE, "99999")

    assert _words(draw) == []


def test_white_text_does_not_count() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 1, 1)
        _write(canvas)

    assert _words(draw) == []


def test_white_text_on_a_black_bar_does_not_count() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 690, 300, 30, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        _write(canvas)

    assert _words(draw) == []


def test_clear_text_does_not_count() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillAlpha(0)
        _write(canvas)

    assert _words(draw) == []


@pytest.mark.parametrize(("x", "y"), [(700, 700), (-90, 700), (100, 900), (100, -50)])
def test_text_off_the_page_does_not_count(x: float, y: float) -> None:
    assert _words(lambda canvas: _write(canvas, x=x, y=y)) == []


def test_text_under_a_picture_does_not_count() -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas)
        canvas.drawImage(_picture(), 90, 690, 100, 40)

    assert _words(draw) == []


def test_text_under_other_text_lets_neither_count() -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas)
        canvas.drawImage(_picture(), 90, 690, 100, 40)
        canvas.drawString(100, 700, "67890")

    assert _words(draw) == []


def test_two_texts_run_into_each_other_do_not_count() -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas)
        canvas.drawString(102, 700, "67890")

    assert _words(draw) == []


def test_text_drawn_twice_to_look_bold_counts_once() -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas)
        _write(canvas, x=100.3)

    assert _words(draw) == [TEXT]


@pytest.mark.parametrize("picture_first", [True, False])
def test_no_text_of_a_page_that_is_one_picture_counts(picture_first: bool) -> None:
    def draw(canvas: Canvas) -> None:
        if not picture_first:
            _write(canvas)
        canvas.drawImage(_picture(), 0, 0, *A4_POINTS)
        if picture_first:
            _write(canvas)

    assert _words(draw) == []


def test_a_full_picture_inside_a_form_makes_a_scan_too() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("scan")
        canvas.drawImage(_picture(), 0, 0, 1, 1)
        canvas.endForm()
        canvas.scale(*A4_POINTS)
        canvas.doForm("scan")
        canvas.scale(1 / A4_POINTS[0], 1 / A4_POINTS[1])
        _write(canvas)

    assert _words(draw) == []


def test_text_beside_a_small_picture_counts() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(_picture("grey"), 300, 300, 100, 100)
        _write(canvas)

    assert _words(draw) == [TEXT]


def test_text_inside_a_form_counts_where_its_ink_is() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("part")
        canvas.drawString(10, 10, TEXT)
        canvas.endForm()
        canvas.translate(100, 600)
        canvas.doForm("part")

    assert _frames_the_ink(_page(printed_pdf(draw)))


def test_invisible_text_inside_a_form_is_found_where_it_lies() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("part")
        _write_in_mode(canvas, INVISIBLE, "99999")
        canvas.endForm()
        canvas.translate(50, -100)
        canvas.doForm("part")
        canvas.translate(-50, 100)
        # Beside and over the invisible text, as the form is moved.
        _write(canvas)
        canvas.drawString(160, 600, "67")

    assert _words(draw) == [TEXT]


@pytest.mark.parametrize(
    "boxes",
    [
        {"/CropBox": [50, 400, 500, 800]},
        {"/CropBox": [-50, 400, 500, 1800]},
        {"/MediaBox": [50, 400, 500, 800]},
    ],
)
def test_words_lie_on_their_ink_whatever_part_is_shown(
    boxes: dict[str, list[int]],
) -> None:
    def show_part(page: pikepdf.Page) -> None:
        for name, box in boxes.items():
            page.obj[name] = Array(box)

    assert _frames_the_ink(_page(edited(printed_pdf(_write), show_part)))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_that_does_not_stand_upright_is_left_to_the_eye(turn: int) -> None:
    def turn_page(page: pikepdf.Page) -> None:
        page.rotate(turn, relative=False)

    page = _page(edited(printed_pdf(_write), turn_page))

    assert page.words == ()
    assert (page.size_px[0] > page.size_px[1]) is (turn != 180)


def test_text_on_a_sideways_page_counts_where_it_is_shown_upright() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.drawString(300, -300, TEXT)

    def turn_page(page: pikepdf.Page) -> None:
        page.rotate(90, relative=False)

    assert _frames_the_ink(_page(edited(printed_pdf(draw), turn_page)))


# --- Scans inside PDF.


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


# --- What is refused.


def test_a_password_is_named() -> None:
    encryption = pikepdf.Encryption(owner="owner", user="user")

    refusal = _refusal(resaved(scanned_pdf(count=1), encryption=encryption))

    assert refusal.refusal_code == "encrypted"
    assert "without" in str(refusal)


def test_a_file_that_only_limits_what_readers_may_do_is_taken() -> None:
    encryption = pikepdf.Encryption(owner="owner", user="")

    assert _page(resaved(scanned_pdf(count=1), encryption=encryption)).depth == 8


def test_ten_thousand_pages_are_refused_fast() -> None:
    data = empty_pages(10_000)

    started = time.monotonic()
    refusal = _refusal(data)

    assert refusal.refusal_code == "too_many_pages"
    assert "10,000 pages" in str(refusal)
    # Rendering them takes minutes.
    assert time.monotonic() - started < 5


def test_no_page_at_all_is_refused() -> None:
    assert _refusal(empty_pages(0)).refusal_code == "empty"


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

    started = time.monotonic()
    refusal = _refusal(edited(printed_pdf(_write), fill))

    assert refusal.refusal_code == "too_large"
    # Reading them takes ten times as long.
    assert time.monotonic() - started < 5


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
