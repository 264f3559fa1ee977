"""A receipt as it is printed: its words on one small page, and a code that reads."""

from io import BytesIO

import pypdfium2
import zxingcpp

from forms.code import parse_receipt, receipt_code
from forms.slip import PrintedSlip, slip_pdf

SLIP = PrintedSlip(
    title="受領票",
    rows=[("束番号", "123"), ("申告", "48 枚"), ("受領", "47 枚")],
    line="束 0123 申告 48 枚 受領 47 枚 要確認",
    code=receipt_code(7),
)


def test_a_receipt_is_one_small_page_with_all_that_it_says() -> None:
    document = pypdfium2.PdfDocument(BytesIO(slip_pdf(SLIP)))
    page = document[0]
    words = page.get_textpage().get_text_bounded()
    width, height = page.get_size()
    count = len(document)
    document.close()

    assert count == 1
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (105, 148)
    for said in ("受領票", "束番号", "48 枚", "47 枚", SLIP.line, SLIP.code):
        assert said in words


def test_the_code_on_a_receipt_reads() -> None:
    document = pypdfium2.PdfDocument(BytesIO(slip_pdf(SLIP)))
    image = document[0].render(scale=2).to_pil().convert("L")
    document.close()

    (found,) = zxingcpp.read_barcodes(image)

    assert parse_receipt(found.text) == 7
