"""A PDF page that is drawn on in mm from the top left corner."""

from io import BytesIO

import segno
from reportlab.lib.colors import Color, black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from forms import typeface
from forms.definition import PrintedText
from forms.typesetting import LEADING, fitting_pt, width_pt
from kamizero.model import Box

# Dark enough to survive a grey scan, and not the black of the writers' ink.
INK = Color(0.08, 0.30, 0.22)
SHADE = Color(0.925, 0.955, 0.935)


class Paper:
    """The pages of one PDF; all text can be selected."""

    def __init__(self, size_mm: tuple[float, float], *, title: str) -> None:
        self._height = size_mm[1]
        self._bytes = BytesIO()
        # Without invariant, the same form would give other bytes every second.
        self._font = typeface.register()
        self._canvas = Canvas(
            self._bytes,
            pagesize=(size_mm[0] * mm, size_mm[1] * mm),
            invariant=True,
            # Else every page names Helvetica, which is not in the file.
            initialFontName=self._font,
        )
        self._canvas.setTitle(title)
        self._canvas.setCreator("kamizero")

    def rectangle(self, box: Box, *, width_pt: float) -> None:
        self._canvas.setStrokeColor(INK)
        self._canvas.setLineWidth(width_pt)
        self._canvas.rect(*self._corner(box), box.w * mm, box.h * mm)

    def shade(self, box: Box) -> None:
        self._canvas.setFillColor(SHADE)
        self._canvas.rect(*self._corner(box), box.w * mm, box.h * mm, stroke=0, fill=1)

    def solid(self, box: Box) -> None:
        self._canvas.setFillColor(black)
        self._canvas.rect(*self._corner(box), box.w * mm, box.h * mm, stroke=0, fill=1)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        width_pt: float,
        dotted: bool = False,
    ) -> None:
        self._canvas.setStrokeColor(INK)
        self._canvas.setLineWidth(width_pt)
        self._canvas.setLineCap(0 if dotted else 2)
        self._canvas.setDash([1, 1.6] if dotted else [])
        (x1, y1), (x2, y2) = start, end
        self._canvas.line(
            x1 * mm, (self._height - y1) * mm, x2 * mm, (self._height - y2) * mm
        )
        self._canvas.setDash([])

    def text(self, text: PrintedText) -> None:
        """Set the lines of a text into the middle of its box, smaller if need be."""
        lines = text.text.split("\n")
        size = fitting_pt(text)
        leading = size * LEADING
        middle = (self._height - text.box_mm.centre[1]) * mm
        # 0.36 em brings the middle of the glyphs, not their base, to the middle.
        base = middle + (len(lines) - 1) / 2 * leading - 0.36 * size
        for index, line in enumerate(lines):
            self._line_of_text(line, text, size=size, base=base - index * leading)

    def code(self, box: Box, content: str) -> None:
        """Draw a QR code that fills the box; the space around it must stay white."""
        code = segno.make(content, error="m", micro=False, boost_error=True)
        rows = [[bool(module) for module in row] for row in code.matrix]
        side = box.w / len(rows)
        self._canvas.setFillColor(black)
        path = self._canvas.beginPath()
        for y, row in enumerate(rows):
            for x, length in _runs(row):
                run = Box(box.x + x * side, box.y + y * side, length * side, side)
                path.rect(*self._corner(run), run.w * mm, run.h * mm)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def next_page(self) -> None:
        self._canvas.showPage()

    def finish(self) -> bytes:
        self._canvas.save()
        return self._bytes.getvalue()

    def _corner(self, box: Box) -> tuple[float, float]:
        return box.x * mm, (self._height - box.bottom) * mm

    def _line_of_text(
        self, line: str, text: PrintedText, *, size: float, base: float
    ) -> None:
        room = text.box_mm.w * mm - width_pt(line, size)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[text.align]
        self._canvas.setFillColor(INK)
        self._canvas.setStrokeColor(INK)
        self._canvas.setLineWidth(size * 0.028)
        drawn = self._canvas.beginText(text.box_mm.x * mm + room * share, base)
        drawn.setFont(self._font, size)
        # The typeface has one weight: outlined and filled it looks bold.
        drawn.setTextRenderMode(2 if text.bold else 0)
        drawn.textOut(line)
        self._canvas.drawText(drawn)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules stand side by side: start and length."""
    edges = [i for i in range(len(row) + 1) if _dark(row, i) != _dark(row, i - 1)]
    return [(a, b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _dark(row: list[bool], index: int) -> bool:
    return 0 <= index < len(row) and row[index]
