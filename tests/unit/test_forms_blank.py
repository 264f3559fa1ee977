"""A blank is a vector page with its typeface in it, the same every time."""

from io import BytesIO

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2
import pytest

from forms.blank import blank_pdf
from forms.definition import FormDefinition
from forms.library import Library

PX_PER_MM = 200 / 25.4

pytestmark = pytest.mark.parametrize(
    "definition", Library.shipped().all(), ids=lambda definition: definition.name
)


def test_it_has_the_page_size_of_its_definition(definition: FormDefinition) -> None:
    with pikepdf.open(BytesIO(blank_pdf(definition))) as pdf:
        sizes = [
            [float(side) / 72 * 25.4 for side in page.mediabox[2:]]
            for page in pdf.pages
        ]

    assert len(sizes) == definition.pages
    for size in sizes:
        assert size == pytest.approx(definition.page_size_mm, abs=0.01)


def test_it_is_drawn_and_not_a_picture(definition: FormDefinition) -> None:
    with pdfplumber.open(BytesIO(blank_pdf(definition))) as pdf:
        page = pdf.pages[0]
        text = page.extract_text()
        images, rectangles = len(page.images), len(page.rects)

    first = [field for field in definition.fields if field.page == 1]
    cells = sum(len(field.cells or ()) for field in first)
    assert images == 0
    assert rectangles > cells
    assert ("令和" in text) == (definition.revision >= "2019-05")


def test_cells_that_belong_together_have_a_heavier_frame(
    definition: FormDefinition,
) -> None:
    grouped = next(one for one in definition.fields if one.format == "postal_code")
    first, _, third = (grouped.cells or ())[:3]

    with pdfplumber.open(BytesIO(blank_pdf(definition))) as pdf:
        heavy = [
            tuple(round(float(side) / 72 * 25.4, 1) for side in rect["pts"][0])
            for rect in pdf.pages[0].rects
            if rect["linewidth"] == pytest.approx(0.75)
            and rect["width"] / 72 * 25.4 == pytest.approx(third.right - first.x)
        ]

    corners = {(round(first.x, 1), round(y, 1)) for y in (first.y, first.bottom)}
    assert corners & set(heavy)


def test_its_typeface_is_embedded_in_part_only(definition: FormDefinition) -> None:
    pdf = blank_pdf(definition)

    with pikepdf.open(BytesIO(pdf)) as opened:
        fonts = [
            (str(font.BaseFont), "/FontFile2" in font.FontDescriptor)
            for font in opened.pages[0].Resources.Font.values()
        ]

    assert fonts
    assert all(embedded for _, embedded in fonts)
    assert all(name.endswith("+IPAexGothic") for name, _ in fonts)
    assert len(pdf) < 200_000


def test_the_same_form_gives_the_same_bytes(definition: FormDefinition) -> None:
    assert blank_pdf(definition) == blank_pdf(definition)


def test_solid_squares_stand_in_the_corners(definition: FormDefinition) -> None:
    page = pypdfium2.PdfDocument(blank_pdf(definition))[0]
    grey = np.array(page.render(scale=200 / 72).to_pil().convert("L"))

    for corner in definition.corners:
        left, top = round(corner.x * PX_PER_MM), round(corner.y * PX_PER_MM)
        right, bottom = (
            round(corner.right * PX_PER_MM),
            round(corner.bottom * PX_PER_MM),
        )
        assert grey[top + 2 : bottom - 2, left + 2 : right - 2].max() == 0
        around = grey[top - 8 : bottom + 8, left - 8 : right + 8].copy()
        around[6:-6, 6:-6] = 255
        assert around.min() == 255
