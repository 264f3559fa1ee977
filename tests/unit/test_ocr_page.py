"""What a page is and how its form lies on it."""

from collections.abc import Sequence
from datetime import date
from functools import cache

import cv2
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from forms.code import SeparatorCode
from forms.definition import FormDefinition
from forms.library import Library
from forms.paper import Paper
from kamizero.errors import RegistrationError
from kamizero.model import Box, PageKind
from ocr.engine import GreyImage, Posteriors
from ocr.form import read_form
from ocr.page import look
from ocr.placing.registration import register
from ocr.placing.template import PX_PER_MM, blank_picture
from ocr.placing.view import Scales, project
from ocr.strokes.ink import window

CORNERS_MM = np.array([[8.0, 8], [200, 10], [198, 285], [10, 288], [105, 150]])
Picture = NDArray[np.uint8]


class SilentEngine:
    """A recogniser that sees nothing, for forms that are not read."""

    name = "silent"
    alphabet: tuple[str, ...] = ("", *"0123456789")

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        return [np.eye(1, len(self.alphabet), dtype=np.float32) for _ in lines]


@cache
def definition(form: str = "2200") -> FormDefinition:
    return Library.shipped().get(f"{form}@2020-12")


def blank(form: str = "2200") -> Picture:
    grey = blank_picture(definition(form), 1)
    return np.repeat(grey[..., None], 3, axis=2)


def unmarked(picture: Picture) -> Picture:
    """The same as an office's own form, which carries none of our marks."""
    without = picture.copy()
    for mark in definition().marks:
        without[window(without[..., 0], mark, 0.5)] = 255
    return without


def moved(
    picture: Picture, *, degrees: float = 0, scale: float = 1, tilt: float = 0
) -> tuple[Picture, NDArray[np.float64]]:
    """The page as a scanner saw it, and the true way from mm to its pixels."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    lean = np.array([[1, 0, 0], [0, 1, 0], [tilt / width, -tilt / height, 1]])
    way = np.vstack([turn, [0, 0, 1]]) @ lean
    seen = cv2.warpPerspective(
        picture, way, (width, height), borderValue=(255, 255, 255)
    )
    # OpenCV counts from the middle of the first pixel, millimetres from its corner.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    exact = half @ way @ np.linalg.inv(half)
    return np.asarray(seen, np.uint8), exact @ np.diag([PX_PER_MM, PX_PER_MM, 1])


def without_code(picture: Picture, form: str = "2200") -> Picture:
    box = definition(form).code_box
    clean = picture.copy()
    left, top = round((box.x - 1) * PX_PER_MM), round((box.y - 1) * PX_PER_MM)
    side = round((box.w + 2) * PX_PER_MM)
    clean[top : top + side, left : left + side] = 255
    return clean


def largest_error(transform: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    off = project(transform, CORNERS_MM) - project(truth, CORNERS_MM)
    return float(np.abs(off).max())


@pytest.mark.parametrize("form", ["2200", "2201", "2265"])
def test_a_form_is_known_by_its_code(form: str) -> None:
    found = look(blank(form), library=Library.shipped())

    assert (found.kind, found.form, found.page) == (PageKind.FORM, form, 1)


@pytest.mark.parametrize(
    ("degrees", "scale", "tilt"),
    [(0, 1, 0), (10, 0.9, 0), (-9, 0.88, 0.01), (1, 1.0, 0.02), (0, 0.97, -0.02)],
)
def test_print_is_found_to_a_fraction_of_a_pixel(
    degrees: float, scale: float, tilt: float
) -> None:
    seen, truth = moved(blank(), degrees=degrees, scale=scale, tilt=tilt)

    found = look(seen, library=Library.shipped())

    assert found.transform is not None
    assert largest_error(found.transform, truth) < 0.3


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_fed_the_wrong_way_round_says_how_to_turn_it(turns: int) -> None:
    # numpy turns anticlockwise, so as many quarter turns clockwise undo it.
    fed = np.ascontiguousarray(np.rot90(blank(), turns))

    found = look(fed, library=Library.shipped())

    assert found.turn == 90 * turns
    assert abs(found.skew) < 0.1


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1.0), (4, 0.95), (180, 1.0)])
def test_a_form_without_its_code_is_known_by_its_lines(
    degrees: float, scale: float
) -> None:
    seen, truth = moved(without_code(blank()), degrees=degrees, scale=scale)

    found = look(seen, library=Library.shipped())

    assert found.form == "2200"
    assert found.transform is not None
    assert largest_error(found.transform, truth) < 0.3


@pytest.mark.parametrize("name", ["2200@2018-03", "2201@2020-12", "2201@2024-12"])
def test_revisions_are_told_apart_by_what_is_printed(name: str) -> None:
    revision = Library.shipped().get(name)
    grey = blank_picture(revision, 1)
    seen = without_code(np.repeat(grey[..., None], 3, axis=2), revision.form)

    found = look(seen, library=Library.shipped())

    assert found.definition == revision
    assert found.transform is not None


def test_another_paper_is_unknown() -> None:
    paper = np.full((1600, 1200, 3), 255, np.uint8)
    for row in range(12):
        cv2.putText(
            paper, "To whom it may concern", (80, 200 + 90 * row), 0, 1.6, (0, 0, 0), 3
        )

    assert look(paper, library=Library.shipped()).kind is PageKind.UNKNOWN


@pytest.mark.parametrize("marked", [True, False])
def test_a_form_too_faint_to_be_read_is_no_blank_page(marked: bool) -> None:
    page = blank() if marked else unmarked(blank())
    faint = (255 - (255 - page.astype(np.float32)) * 0.14).astype(np.uint8)

    found = look(faint, library=Library.shipped())

    assert found.form == "2200"
    assert found.registration is None
    assert "too faint" in found.trouble


def test_an_empty_back_is_blank_in_spite_of_grain_and_dark_edges() -> None:
    rng = np.random.default_rng(1)
    back = np.clip(rng.normal(240, 6, (1600, 1200, 3)), 0, 255).astype(np.uint8)
    back[:, :15] = 30

    assert look(back, library=Library.shipped()).kind is PageKind.BLANK


def test_a_separator_sheet_tells_what_it_declares(separator: Picture) -> None:
    found = look(separator, library=Library.shipped())

    assert found.kind is PageKind.SEPARATOR
    assert found.separator is not None
    assert (found.separator.sheets, found.separator.entries) == (3, 7)


def test_a_code_on_foreign_print_is_a_form_that_cannot_be_cut() -> None:
    page = np.full_like(blank(), 255)
    box = definition().code_box
    rows = slice(round((box.y - 2) * PX_PER_MM), round((box.bottom + 2) * PX_PER_MM))
    columns = slice(round((box.x - 2) * PX_PER_MM), round((box.right + 2) * PX_PER_MM))
    page[rows, columns] = blank()[rows, columns]

    found = look(page, library=Library.shipped())

    assert (found.kind, found.form) == (PageKind.FORM, "2200")
    assert found.registration is None
    assert "again" in found.trouble
    with pytest.raises(RegistrationError):
        read_form([found], definition=definition(), engine=SilentEngine())


def test_the_lines_of_another_form_are_not_taken_for_this_one() -> None:
    grey = blank_picture(definition("2265"), 1)

    with pytest.raises(RegistrationError):
        register(
            Scales(grey),
            definition("2200"),
            1,
            start=np.diag([PX_PER_MM, PX_PER_MM, 1]),
        )


@pytest.fixture
def separator() -> Picture:
    code = SeparatorCode(
        site="21",
        scheme="KOSEI",
        form="2200",
        sheets=3,
        entries=7,
        received_on=date(2020, 12, 1),
        number=5,
    )
    paper = Paper((210, 297), title="仕切り紙")
    paper.code(Box(80, 100, 30, 30), code.text)
    paper.next_page()
    document = pypdfium2.PdfDocument(paper.finish())
    return np.array(document[0].render(scale=200 / 72).to_pil().convert("RGB"))
