"""The model of comb cells: each cell by itself."""

from functools import cache

import numpy as np
import pytest

from forms.definition import FormDefinition
from forms.fill import fill
from forms.library import Library
from kamizero.errors import SetupError
from kamizero.model import Box
from ocr.boxes.cells import MODEL_SHA256, NO_DIGIT, cell_shares, verified
from ocr.engine import GreyImage
from ocr.page import look
from ocr.strokes.crops import VIEW_SIDE, Glyphs, cut_cells
from ocr.strokes.ink import Ink, find_ink

NUMBER = "123456789018"
FIELD = "insured.1.my_number"


@cache
def definition() -> FormDefinition:
    return Library.shipped().get("2200@2020-12")


@cache
def views() -> tuple[GreyImage, ...]:
    picture = np.array(fill(definition(), {FIELD: NUMBER})[0])
    found = look(picture, library=Library.shipped())
    assert found.registration is not None
    ink = find_ink(picture, definition(), 1, found.registration)
    glyphs = cut_cells(ink, definition().field(FIELD).cells or ())
    return tuple(view for view in glyphs.views if view is not None)


def inked(*strokes: tuple[slice, slice]) -> Glyphs:
    """One cell of 5 x 6 mm in the middle of a page of 15 x 16 mm."""
    black = np.zeros((128, 120), np.uint8)
    for rows, columns in strokes:
        black[rows, columns] = 255
    ink = Ink(black, np.zeros_like(black), 255 - black, strength=255.0, noise=0.0)
    return cut_cells(ink, [Box(5, 5, 5, 6)])


@pytest.mark.parametrize(
    "digit",
    [
        pytest.param(
            1,
            marks=pytest.mark.xfail(
                strict=True, reason="trained on hands only: a printed 1 may be a 7"
            ),
        ),
        *range(2, 10),
        0,
    ],
)
def test_a_printed_digit_is_read_cell_by_cell(digit: int) -> None:
    found = cell_shares(views()).argmax(axis=1)

    read = [
        int(one) for one, char in zip(found, NUMBER, strict=True) if int(char) == digit
    ]
    assert set(read) == {digit}


def test_the_shares_of_a_cell_sum_to_one() -> None:
    assert cell_shares(views()).sum(axis=1).tolist() == pytest.approx([1] * 12)


def test_a_cell_reads_the_same_whatever_else_is_in_the_batch() -> None:
    together = cell_shares(views() * 30)

    assert together[:12] == pytest.approx(cell_shares(views()), abs=1e-5)
    assert together[-12:] == pytest.approx(cell_shares(views()), abs=1e-5)


def test_no_cells_have_no_shares() -> None:
    assert cell_shares([]).shape == (0, NO_DIGIT + 1)


def test_a_black_square_is_no_digit() -> None:
    blot = inked((slice(45, 85), slice(42, 78)))
    assert blot.views[0] is not None

    assert cell_shares([blot.views[0]])[0, NO_DIGIT] > 0.5


def test_a_model_with_other_bytes_is_refused() -> None:
    with pytest.raises(SetupError, match=MODEL_SHA256[:12]):
        verified(b"something else")


def test_a_view_has_the_writing_in_its_middle() -> None:
    (view,) = inked((slice(50, 74), slice(44, 48))).views
    assert view is not None

    rows, columns = np.nonzero(view < 128)
    assert view.shape == (VIEW_SIDE, VIEW_SIDE)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(15.5, abs=1)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(15.5, abs=1)


def test_a_view_shows_what_reaches_out_of_the_cell() -> None:
    """The stroke goes on 0.4 mm below the cell: there is ink beyond its middle."""
    stroke, beyond = (slice(60, 88), slice(58, 62)), (slice(88, 91), slice(58, 62))
    (ending,), (going_on,) = inked(stroke).views, inked(stroke, beyond).views
    assert ending is not None
    assert going_on is not None

    assert (going_on < 128).sum() > (ending < 128).sum()


def test_an_empty_cell_has_no_view() -> None:
    assert inked().views == (None,)
