"""A form that a program filled in: the vector blank with real text in its boxes."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO

import pikepdf
from pikepdf import Name
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from forms import typeface
from forms.blank import blank_pdf
from forms.definition import Field, FieldType, FormDefinition
from forms.grammar import to_written
from kamizero.model import Box

_LARGEST_PT = 11.0
_MARGIN_MM = 1.2


def born_digital(definition: FormDefinition, written: Mapping[str, str]) -> bytes:
    """The PDF as an employer's program makes it; it holds no picture."""
    width, height = definition.page_size_mm
    layer = BytesIO()
    font = typeface.register()
    canvas = Canvas(
        layer,
        pagesize=(width * mm, height * mm),
        invariant=True,
        initialFontName=font,
    )
    printer = _Printer(canvas, font, height)
    for name, value in written.items():
        printer.print(definition.field(name), value)
    canvas.save()
    with (
        pikepdf.open(BytesIO(blank_pdf(definition))) as form,
        pikepdf.open(layer) as text,
    ):
        page = form.pages[0]
        layer_object = form.copy_foreign(text.pages[0].as_form_xobject())
        # Under a name of ours: one that is made up would differ in each run.
        filled = page.add_resource(layer_object, Name.XObject, Name("/Filled"))
        # What the blank set of colours and widths must not reach the text.
        page.contents_add(b"q", prepend=True)
        page.contents_add(f"Q q {filled} Do Q".encode())
        return _saved(form)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


class _Printer:
    """Prints values into their fields, in mm from the top left."""

    def __init__(self, canvas: Canvas, font: str, height_mm: float) -> None:
        self._canvas = canvas
        self._font = font
        self._height = height_mm

    def print(self, field: Field, value: str) -> None:
        match field.type:
            case FieldType.CHOICE:
                self._circle(field, value)
            case FieldType.CHECK:
                self._tick(field.box_mm)
            case FieldType.DATE:
                self._date(field, value)
            case _ if field.cells is not None:
                self._cells(field, value)
            case _:
                self._line(field.box_mm, value)

    def _date(self, field: Field, value: str) -> None:
        era, digits = to_written(date.fromisoformat(value))
        if len(field.choices) > 1:
            self._circle(field, era)
        self._cells(field, digits)

    def _cells(self, field: Field, value: str) -> None:
        cells = field.cells or ()
        if field.format == "office_symbol":
            value = value.replace("-", "")
        first = len(cells) - len(value) if field.align == "right" else 0
        for char, cell in zip(value, cells[first:], strict=False):
            x, y = cell.centre
            self._canvas.setFont(self._font, _LARGEST_PT)
            self._canvas.drawCentredString(x * mm, self._base(y, _LARGEST_PT), char)

    def _line(self, box: Box, value: str) -> None:
        room = (box.w - 2 * _MARGIN_MM) * mm
        at_one = stringWidth(value, self._font, 1)
        size = min(_LARGEST_PT, box.h * mm * 0.75, room / at_one)
        self._canvas.setFont(self._font, size)
        left = (box.x + _MARGIN_MM) * mm
        self._canvas.drawString(left, self._base(box.centre[1], size), value)

    def _circle(self, field: Field, code: str) -> None:
        box = next(c.box_mm for c in field.choices if c.code == code)
        top, bottom = self._height - box.y, self._height - box.bottom
        self._canvas.setLineWidth(0.9)
        self._canvas.ellipse(box.x * mm, bottom * mm, box.right * mm, top * mm)

    def _tick(self, box: Box) -> None:
        path = self._canvas.beginPath()
        knees = ((0.15, 0.5), (0.42, 0.85), (0.9, 0.1))
        points = [
            ((box.x + x * box.w) * mm, (self._height - box.y - y * box.h) * mm)
            for x, y in knees
        ]
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        self._canvas.setLineWidth(1.1)
        self._canvas.drawPath(path)

    def _base(self, middle_mm: float, size: float) -> float:
        base: float = (self._height - middle_mm) * mm - 0.36 * size
        return base
