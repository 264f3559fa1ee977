"""The list that goes with a box of paper: complete, and the same when made again."""

from io import BytesIO

import pypdfium2
import zxingcpp

from forms.box_list import ListedBundle, PrintedList, box_list_pdf


def a_list(bundles: int) -> PrintedList:
    return PrintedList(
        title="紙文書廃棄目録 7",
        head=[("箱", "A-12　書庫2"), ("枚数", f"{bundles * 12}枚")],
        columns=["番号", "束", "受付日", "枚数", "受付番号", "法人文書ファイル"],
        bundles=[
            ListedBundle(f"B{n:04}", "2019-05-07", "12", f"R{n}", "記録（平成31年度）")
            for n in range(bundles)
        ],
        code="kamizero:paper:7",
        foot="廃棄日",
    )


def test_every_bundle_stands_on_the_list_once() -> None:
    data = box_list_pdf(a_list(45))

    document = pypdfium2.PdfDocument(BytesIO(data))
    pages = [page.get_textpage().get_text_bounded() for page in document]
    image = document[0].render(scale=2).to_pil().convert("L")
    document.close()
    words = "".join(pages)
    assert len(pages) == 3
    assert [words.count(f"B{n:04}") for n in range(45)] == [1] * 45
    assert "3 / 3" in pages[2]
    (code,) = zxingcpp.read_barcodes(image)
    assert code.text == "kamizero:paper:7"


def test_the_same_list_has_the_same_bytes() -> None:
    assert box_list_pdf(a_list(2)) == box_list_pdf(a_list(2))
