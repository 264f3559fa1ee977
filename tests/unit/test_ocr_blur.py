"""Print that a scanner blurred leaves no strokes in empty boxes."""

import cv2
import numpy as np
import pytest

from forms.library import Library
from ocr.page import look
from ocr.placing.template import PX_PER_MM, blank_picture
from ocr.strokes.crops import stroke_mask
from ocr.strokes.ink import find_ink


@pytest.mark.parametrize("blur_px", [0.0, 2.0, 3.0])
def test_no_box_of_a_blurred_blank_form_seems_written_in(blur_px: float) -> None:
    form = Library.shipped().get("2265@2020-12")
    page = np.repeat(blank_picture(form, 1)[..., None], 3, axis=2)
    # The one pen on the page: how dark strokes are is measured on what is written.
    x, y = (
        round(side * PX_PER_MM)
        for side in form.field("insured.2.name_kanji").box_mm.centre
    )
    cv2.circle(page, (x, y), 14, (40, 40, 40), 4)
    if blur_px:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), blur_px), np.uint8)
    found = look(page, library=Library.shipped())
    assert found.registration is not None

    ink = find_ink(page, form, 1, found.registration)

    cells = [cell for field in form.fields for cell in field.cells or ()]
    written = [cell for cell in cells if stroke_mask(ink, cell).any()]
    assert written == []
