"""Prints separator sheets (仕切り紙): each starts a bundle and says what is in it."""

from collections.abc import Iterator, Mapping, Sequence

from forms.code import SeparatorCode, SheetKind
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
_HEADINGS = {
    SheetKind.BUNDLE: "仕 切 り 紙",
    SheetKind.COVER: "一 括 表 紙",
    SheetKind.REENTRY: "返戻再提出",
    SheetKind.LATE: "追　送",
}
_BELOW = {
    SheetKind.BUNDLE: "ここから新しい束です",
    SheetKind.COVER: "ここから新しい一括です",
    SheetKind.REENTRY: "返戻した届書の再提出です",
    SheetKind.LATE: "後から届いた書類です",
}
_ON_TOP = "この用紙を束の一番上に置き、届書・添付書類と一緒にスキャンしてください。"
_NOT_COUNTED = (
    "次の仕切り紙までが一つの束になります。枚数は、この仕切り紙を含みません。"
)
_NOTES = {
    SheetKind.BUNDLE: (_ON_TOP, _NOT_COUNTED),
    SheetKind.COVER: (
        "この用紙をすべての束の一番上に置き、一緒にスキャンしてください。",
        "枚数は、この表紙と各束の仕切り紙を含みません。",
    ),
    SheetKind.REENTRY: (_ON_TOP, _NOT_COUNTED),
    SheetKind.LATE: (_ON_TOP, _NOT_COUNTED),
}


def separator_pdf(code: SeparatorCode, *, title: str = "") -> bytes:
    """One sheet with the code in two corners and the same in words.

    Args:
        title: the form's title, printed beside its number.
    """
    return separators_pdf([code], titles={code.form: title})


def separators_pdf(
    codes: Sequence[SeparatorCode], *, titles: Mapping[str, str]
) -> bytes:
    """One sheet a code, in one file.

    Args:
        titles: what a form is called, by its number.
    """
    first = codes[0]
    paper = Paper(
        PAGE_SIZE_MM, title=f"{_HEADINGS[first.kind]} {first.site} {first.number}"
    )
    for code in codes:
        draw_sheet(paper, code, titles.get(code.form, ""))
        paper.next_page()
    return paper.finish()


def draw_sheet(paper: Paper, code: SeparatorCode, title: str) -> None:
    """The sheet on the page that is open, which must be of PAGE_SIZE_MM."""
    paper.rectangle(Box(10, 10, 190, 277), width_pt=2.4)
    for box in CODES_MM:
        paper.code(box, code.text)
    _draw_heading(paper, code.kind)
    rows = list(_rows(code))
    for index, (label, value) in enumerate(rows):
        _draw_row(paper, index, label, value, height=_TABLE.h / len(rows))
    if title:
        _draw_title(paper, title)
    _draw_notes(paper, _NOTES[code.kind])
    paper.text(PrintedText(text=code.text, box_mm=Box(25, 271, 130, 5), size_pt=7.5))


def _rows(code: SeparatorCode) -> Iterator[tuple[str, str]]:
    # The form comes first: _draw_title writes beside it.
    yield "届書", code.form
    if code.reference:
        yield "受付番号", code.reference
    yield ("表紙番号" if code.kind is SheetKind.COVER else "束番号"), str(code.number)
    yield "受付拠点", code.site
    yield "年金制度", code.scheme
    yield "枚数", f"{code.sheets} 枚"
    if code.kind is SheetKind.COVER:
        yield "束数", f"{code.entries} 束"
    else:
        yield "件数", f"{code.entries} 件"
    yield "受付日", _day_in_words(code)


def _day_in_words(code: SeparatorCode) -> str:
    day = code.received_on
    written = to_written(day)
    year = int(written.digits[:2])
    era = ERAS[written.era].label
    return f"{era}{year}年{day.month}月{day.day}日({day.isoformat()})"


def _draw_heading(paper: Paper, kind: SheetKind) -> None:
    text = _HEADINGS[kind]
    # Nothing comes near the code in the corner.
    size_pt = 48.0 if kind is SheetKind.BUNDLE else 34.0
    heading = PrintedText(
        text=text, box_mm=Box(50, 22, 110, 22), size_pt=size_pt, bold=True
    )
    paper.text(heading)
    below = Box(50, 50, 110, 8)
    paper.text(PrintedText(text=_BELOW[kind], box_mm=below, size_pt=16))


def _draw_row(
    paper: Paper, index: int, label: str, value: str, *, height: float
) -> None:
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


def _draw_notes(paper: Paper, notes: Sequence[str]) -> None:
    for index, note in enumerate(notes):
        box = Box(25, 226 + index * 8, 160, 6)
        paper.text(PrintedText(text=note, box_mm=box, size_pt=10.5, align="left"))
