"""Prints the list that goes with a box of paper to be destroyed (廃棄目録)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms.definition import PrintedText
from forms.paper import Paper
from kamizero.model import Box

# A4 upright.
PAGE_SIZE_MM = (210.0, 297.0)

_LEFT, _WIDTH = 15.0, 180.0
_FIRST_ROW_MM, _ROW_MM = 76.0, 9.0
_ROWS_A_PAGE = 20
_COLUMNS_MM = (11.0, 28.0, 22.0, 13.0, 38.0, 68.0)
_COPY_MM = 273.0


@dataclass(frozen=True, slots=True)
class ListedBundle:
    """One line: a bundle, its sheets, and what they are the paper of."""

    number: str
    received_on: str
    sheets: str
    receipts: str
    files: str


@dataclass(frozen=True, slots=True)
class PrintedList:
    """What stands on the list, in words; nobody's name but those who decided.

    Attributes:
        head: label and value of what holds for the whole box, at most six.
        columns: the headings over number, bundle, day, sheets, receipts and file.
        code: what the QR code says.
        foot: who signs when the box has gone.
    """

    title: str
    head: Sequence[tuple[str, str]]
    columns: Sequence[str]
    bundles: Sequence[ListedBundle]
    code: str
    foot: str


def box_list_pdf(listed: PrintedList) -> bytes:
    """The list, as many pages as it needs."""
    paper = Paper(PAGE_SIZE_MM, title=listed.title)
    starts = range(0, len(listed.bundles), _ROWS_A_PAGE) or range(1)
    for number, start in enumerate(starts, start=1):
        _head(paper, listed)
        _row(paper, _FIRST_ROW_MM, listed.columns, shaded=True)
        rows = listed.bundles[start : start + _ROWS_A_PAGE]
        for place, bundle in enumerate(rows, start=1):
            y = _FIRST_ROW_MM + place * _ROW_MM
            _row(paper, y, list(_cells(start + place, bundle)))
        _text(paper, listed.foot, Box(_LEFT, _COPY_MM, 130, 6), 9.5, "left")
        _text(
            paper, f"{number} / {len(starts)}", Box(165, _COPY_MM, 30, 6), 9.5, "right"
        )
        # Last: whatever is set after a bold text on the same page comes out bold.
        title = Box(_LEFT, 14, 140, 12)
        paper.text(
            PrintedText(
                text=listed.title, box_mm=title, size_pt=20, bold=True, align="left"
            )
        )
        paper.next_page()
    return paper.finish()


def _head(paper: Paper, listed: PrintedList) -> None:
    paper.code(Box(171, 14, 24, 24), listed.code)
    for place, (label, value) in enumerate(listed.head):
        y = 30 + place * 6.5
        _text(paper, label, Box(_LEFT, y, 30, 6), 9.5, "left")
        _text(paper, value, Box(_LEFT + 32, y, 118, 6), 10.5, "left")


def _cells(number: int, bundle: ListedBundle) -> Iterator[str]:
    yield f"{number}"
    yield bundle.number
    yield bundle.received_on
    yield bundle.sheets
    yield bundle.receipts
    yield bundle.files


def _row(paper: Paper, y: float, cells: Sequence[str], *, shaded: bool = False) -> None:
    x = _LEFT
    for width, cell in zip(_COLUMNS_MM, cells, strict=True):
        box = Box(x, y, width, _ROW_MM)
        if shaded:
            paper.shade(box)
        paper.rectangle(box, width_pt=0.4)
        _text(paper, cell, Box(x + 1.5, y + 0.5, width - 3, _ROW_MM - 1), 9, "left")
        x += width


def _text(paper: Paper, text: str, box: Box, size_pt: float, align: str) -> None:
    paper.text(
        PrintedText.model_validate(
            {"text": text, "box_mm": box, "size_pt": size_pt, "align": align}
        )
    )
