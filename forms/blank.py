"""Prints a blank form: a vector PDF with everything but the writing."""

from forms.code import form_code
from forms.definition import Field, FieldType, FormDefinition
from forms.paper import Paper
from forms.placing import groups

_WIDTHS_PT = {"thick": 1.1, "thin": 0.45, "dotted": 0.45}
_CELL_PT = 0.4
_GROUP_PT = 0.75
_TICK_PT = 0.7


def blank_pdf(definition: FormDefinition) -> bytes:
    """The form as it is handed to the public, one PDF page a form page."""
    paper = Paper(definition.page_size_mm, title=definition.title)
    for page in range(1, definition.pages + 1):
        _draw_print(paper, definition, page)
        for field in definition.fields:
            if field.page == page:
                _draw_field(paper, field)
        _draw_marks(paper, definition, page)
        paper.next_page()
    return paper.finish()


def _draw_print(paper: Paper, definition: FormDefinition, page: int) -> None:
    printed = definition.printed
    for shade in (s for s in printed.shades if s.page == page):
        paper.shade(shade.box_mm)
        paper.rectangle(shade.box_mm, width_pt=_WIDTHS_PT["thin"])
    for line in (ln for ln in printed.lines if ln.page == page):
        paper.line(
            line.start_mm,
            line.end_mm,
            width_pt=_WIDTHS_PT[line.weight],
            dotted=line.weight == "dotted",
        )
    for text in (t for t in printed.texts if t.page == page):
        paper.text(text)


def _draw_field(paper: Paper, field: Field) -> None:
    if field.type is FieldType.CHECK:
        paper.rectangle(field.box_mm, width_pt=_TICK_PT)
    for cell in field.cells or ():
        paper.rectangle(cell, width_pt=_CELL_PT)
    for group in groups(field.cells or ()):
        paper.rectangle(group, width_pt=_GROUP_PT)


def _draw_marks(paper: Paper, definition: FormDefinition, page: int) -> None:
    for corner in definition.corners:
        paper.solid(corner)
    content = form_code(definition.form, definition.revision, page)
    paper.code(definition.code_box, content)
