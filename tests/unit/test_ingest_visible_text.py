"""Text of a PDF counts only where a reader of the printed page would see it."""

from collections.abc import Callable

import numpy as np
import pikepdf
import pytest
from pikepdf import Array
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.page_image import PageImage
from tests.scanner import A4_POINTS, all_pages, edited, printed_pdf

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


@pytest.mark.parametrize("shade", ["white", "black"])
def test_text_under_a_picture_does_not_count(shade: str) -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas)
        canvas.drawImage(_picture(shade), 90, 690, 100, 40)

    assert _words(draw) == []


def _white_on_white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    _write(canvas)


def _clear(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    _write(canvas)


def _in_no_ink(canvas: Canvas) -> None:
    _write_in_mode(canvas, INVISIBLE)


@pytest.mark.parametrize("write_unseen", [_white_on_white, _clear, _in_no_ink])
def test_unseen_text_does_not_borrow_the_ink_it_touches(
    write_unseen: Callable[[Canvas], None],
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        write_unseen(canvas)
        canvas.restoreState()
        canvas.drawString(100, 707, "67890")
        canvas.drawString(100, 600, "far")

    assert _words(draw) == ["far"]


def test_text_under_other_text_lets_neither_count() -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas)
        canvas.drawImage(_picture(), 90, 690, 100, 40)
        canvas.drawString(100, 700, "67890")

    assert _words(draw) == []


def test_text_over_the_line_below_lets_neither_count() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFontSize(30)
        _write(canvas)
        canvas.drawString(100, 706, "67890")

    assert _words(draw) == []


@pytest.mark.parametrize(("across", "along"), [(-1, 1), (1, -1), (-1, -1)])
def test_mirrored_text_is_left_to_the_eye(across: int, along: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.scale(across, along)
        canvas.drawString(0, 0, TEXT)

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
