"""How large a printed text is set, and which area its glyphs take."""

from reportlab.pdfbase import pdfmetrics

from forms import typeface
from forms.definition import PrintedText
from kamizero.model import Box

LEADING = 1.22
MM_PER_PT = 25.4 / 72


def width_pt(line: str, size_pt: float) -> float:
    return float(pdfmetrics.stringWidth(line, typeface.register(), size_pt))


def fitting_pt(text: PrintedText) -> float:
    """The size asked for, or the largest at which all lines fit the box."""
    lines = text.text.split("\n")
    widest = max(width_pt(line, 1) for line in lines)
    by_width = text.box_mm.w / MM_PER_PT / widest if widest else text.size_pt
    by_height = text.box_mm.h / MM_PER_PT / (len(lines) * LEADING)
    # One line may be as high as its box: the leading is only for what follows.
    if len(lines) == 1:
        by_height = text.box_mm.h / MM_PER_PT
    return min(text.size_pt, by_width, by_height)


def taken_area(text: PrintedText) -> Box:
    """The area the glyphs take, in mm, as `Paper.text` sets them."""
    lines = text.text.split("\n")
    size = fitting_pt(text) * MM_PER_PT
    width = max(width_pt(line, 1) for line in lines) * size
    height = ((len(lines) - 1) * LEADING + 1) * size
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[text.align]
    x = text.box_mm.x + (text.box_mm.w - width) * share
    return Box(x, text.box_mm.centre[1] - height / 2, width, height)


def code_area(text: PrintedText) -> Box:
    """The area of the code before the point of a printed choice (5.昭和)."""
    area = taken_area(text)
    code = text.text.partition(".")[0]
    return Box(area.x, area.y, width_pt(code, fitting_pt(text)) * MM_PER_PT, area.h)
