"""Prints separator sheets (仕切り紙): each starts a bundle and says what is in it."""

from collections.abc import Iterator

from forms.code import SeparatorCode
from forms.definition import PrintedText
from forms.grammar import ERAS, to_written
from forms.paper import Paper
from kamizero.model import Box

PAGE_SIZE_MM = (210.0, 297.0)
# One code up, one down: whichever edge is torn or stamped, one is left.
CODES_MM = (Box(16, 16, 30, 30), Box(164, 251, 30, 30))

_TABLE = Box(25, 76, 160, 140)
_LABEL_WIDTH_MM = 46.0
_VALUE_PT = 22.0
_NOTES = (
    "この用紙を束の一番上に置き、届書・添付書類と一緒にスキャンしてください。",
    "次の仕切り紙までが一つの束になります。枚数は、この仕切り紙を含みません。",
)


def separator_pdf(code: SeparatorCode, *, title: str = "") -> bytes:
    """One sheet with the code in two corners and the same in words.

    Args:
        title: the form's title, printed beside its number.
    """
    paper = Paper(PAGE_SIZE_MM, title=f"仕切り紙 {code.site} {code.number}")
    paper.rectangle(Box(10, 10, 190, 277), width_pt=2.4)
    for box in CODES_MM:
        paper.code(box, code.text)
    _draw_heading(paper)
    for index, (label, value) in enumerate(_rows(code)):
        _draw_row(paper, index, label, value)
    if title:
        _draw_title(paper, title)
    _draw_notes(paper)
    paper.text(PrintedText(text=code.text, box_mm=Box(25, 271, 130, 5), size_pt=7.5))
    paper.next_page()
    return paper.finish()


def _rows(code: SeparatorCode) -> Iterator[tuple[str, str]]:
    # The form comes first: _draw_title writes beside it.
    yield "届書", code.form
    yield "束番号", str(code.number)
    yield "受付拠点", code.site
    yield "年金制度", code.scheme
    yield "枚数", f"{code.sheets} 枚"
    yield "件数", f"{code.entries} 件"
    yield "受付日", _day_in_words(code)


def _day_in_words(code: SeparatorCode) -> str:
    day = code.received_on
    written = to_written(day)
    year = int(written.digits[:2])
    era = ERAS[written.era].label
    return f"{era}{year}年{day.month}月{day.day}日({day.isoformat()})"


def _draw_heading(paper: Paper) -> None:
    heading = PrintedText(
        text="仕 切 り 紙", box_mm=Box(50, 22, 110, 22), size_pt=48, bold=True
    )
    paper.text(heading)
    below = Box(50, 50, 110, 8)
    paper.text(PrintedText(text="ここから新しい束です", box_mm=below, size_pt=16))


def _draw_row(paper: Paper, index: int, label: str, value: str) -> None:
    height = _TABLE.h / 7
    y = _TABLE.y + index * height
    left = Box(_TABLE.x, y, _LABEL_WIDTH_MM, height)
    right = Box(left.right, y, _TABLE.w - _LABEL_WIDTH_MM, height)
    paper.shade(left)
    for box in (left, right):
        paper.rectangle(box, width_pt=0.8)
    inner = Box(right.x + 6, right.y + 1, right.w - 12, right.h - 2)
    paper.text(PrintedText(text=label, box_mm=left, size_pt=15))
    paper.text(
        PrintedText(
            text=value, box_mm=inner, size_pt=_VALUE_PT, align="left", bold=True
        )
    )


def _draw_title(paper: Paper, title: str) -> None:
    # A title names both filings that a merged form stands for.
    text = title.replace("／", "\n")
    box = Box(_TABLE.x + _LABEL_WIDTH_MM + 28, _TABLE.y + 2, 84, 16)
    paper.text(PrintedText(text=text, box_mm=box, size_pt=9.5, align="left"))


def _draw_notes(paper: Paper) -> None:
    for index, note in enumerate(_NOTES):
        box = Box(25, 226 + index * 8, 160, 6)
        paper.text(PrintedText(text=note, box_mm=box, size_pt=10.5, align="left"))
