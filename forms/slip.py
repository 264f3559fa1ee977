"""Prints the receipt of a bundle (受領票): a slip that lies with the paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from forms.definition import PrintedText
from forms.paper import Paper
from kamizero.model import Box

# A6: a quarter of the paper every office has.
PAGE_SIZE_MM = (105.0, 148.0)

_QR_MM = Box(35.5, 88, 34, 34)
_ROWS = Box(10, 26, 85, 56)
_LABEL_MM = 28.0


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """What stands on a slip, line by line.

    Attributes:
        code: what its QR code says.
        line: all of it in one line, as a device shows it.
    """

    title: str
    rows: Sequence[tuple[str, str]]
    line: str
    code: str


def slip_pdf(slip: PrintedSlip) -> bytes:
    """One slip on one page."""
    paper = Paper(PAGE_SIZE_MM, title=slip.title)
    paper.rectangle(Box(5, 5, 95, 138), width_pt=1.2)
    heading = Box(10, 9, 85, 13)
    paper.text(PrintedText(text=slip.title, box_mm=heading, size_pt=22, bold=True))
    height = _ROWS.h / max(len(slip.rows), 1)
    for place, (label, value) in enumerate(slip.rows):
        _row(paper, _ROWS.y + place * height, height, label, value)
    paper.code(_QR_MM, slip.code)
    code = Box(10, 123, 85, 5)
    paper.text(PrintedText(text=slip.code, box_mm=code, size_pt=8))
    line = Box(8, 131, 89, 8)
    paper.text(PrintedText(text=slip.line, box_mm=line, size_pt=9.5, bold=True))
    paper.next_page()
    return paper.finish()


def _row(paper: Paper, y: float, height: float, label: str, value: str) -> None:
    left = Box(_ROWS.x, y, _LABEL_MM, height)
    right = Box(left.right, y, _ROWS.w - _LABEL_MM, height)
    paper.shade(left)
    for box in (left, right):
        paper.rectangle(box, width_pt=0.5)
    paper.text(PrintedText(text=label, box_mm=left, size_pt=9.5))
    inner = Box(right.x + 3, right.y, right.w - 6, right.h)
    paper.text(
        PrintedText(text=value, box_mm=inner, size_pt=12, align="left", bold=True)
    )
