"""The model of comb cells: each cell by itself."""

from functools import cache

import numpy as np
import pytest

from forms.definition import FormDefinition
from forms.fill import fill
from forms.library import Library
from kamizero.errors import SetupError
from kamizero.model import Box
from ocr.boxes.cells import MODEL_SHA256, NO_DIGIT, cell_shares, seen_once, verified
from ocr.engine import GreyImage
from ocr.page import look
from ocr.strokes.cell_cuts import VIEW_SIDE, cut_cells
from ocr.strokes.crops import HIDDEN, Glyphs
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


def inked(*strokes: tuple[slice, slice], cells: int = 1) -> Glyphs:
    """Cells of 5 x 6 mm side by side, from the middle of a page of 20 x 16 mm."""
    black = np.zeros((128, 160), np.uint8)
    for rows, columns in strokes:
        black[rows, columns] = 255
    ink = Ink(black, np.zeros_like(black), 255 - black, strength=255.0, noise=0.0)
    return cut_cells(ink, [Box(5 + 5 * at, 5, 5, 6) for at in range(cells)])


@pytest.mark.parametrize("digit", range(10))
def test_a_printed_digit_is_read_cell_by_cell(digit: int) -> None:
    found = cell_shares(views()).argmax(axis=1)

    read = [
        int(one) for one, char in zip(found, NUMBER, strict=True) if int(char) == digit
    ]
    assert set(read) == {digit}


def test_only_an_unsure_cell_is_looked_at_again() -> None:
    sure = views()[1]
    between = np.asarray(np.minimum(views()[2], views()[4]), np.uint8)
    once = seen_once([sure, between])
    assert once.shares[0].max() > 0.99 > once.shares[1].max()

    shares = cell_shares([sure, between])

    assert np.array_equal(shares[0], once.shares[0])
    assert not np.allclose(shares[1], once.shares[1], atol=1e-3)
    assert shares[1].sum() == pytest.approx(1)


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


def test_a_digit_that_reaches_over_the_line_of_its_cell_is_taken_whole() -> None:
    stroke, beyond = (slice(60, 88), slice(58, 62)), (slice(88, 95), slice(58, 62))
    (ending,), (going_on,) = inked(stroke).cells, inked(stroke, beyond).cells
    assert ending is not None
    assert going_on is not None

    assert going_on.shape[0] == pytest.approx(ending.shape[0] + 7, abs=1)


def test_a_digit_whose_end_a_line_cut_off_needs_an_eye() -> None:
    body, roof = (slice(40, 70), slice(58, 62)), (slice(28, 37), slice(54, 66))
    far = (slice(12, 22), slice(54, 66))

    assert inked(body, roof).parted
    assert not inked(body, far).parted
    assert not inked(body).parted


def test_what_a_neighbour_leaves_in_a_cell_is_no_writing_of_that_cell() -> None:
    """A stroke 4 mm long ends 1.1 mm inside the second of two cells."""
    glyphs = inked((slice(62, 66), slice(50, 89)), cells=2)

    assert glyphs.filled == (0,)
    assert not glyphs.unclear


def test_a_stroke_through_two_cells_is_parted_at_their_line() -> None:
    glyphs = inked((slice(62, 66), slice(66, 95)), cells=2)

    assert glyphs.filled == (0, 1)


def test_only_a_stroke_that_leans_from_the_upper_line_may_be_a_7() -> None:
    leaning = tuple(
        (slice(41 + 4 * n, 46 + 4 * n), slice(64 - 2 * n, 68 - 2 * n)) for n in range(9)
    )
    lower = tuple(
        (slice(rows.start + 6, rows.stop + 6), columns) for rows, columns in leaning
    )

    assert "1" in inked(*leaning).unroofed[0]
    assert "1" not in inked(*lower).unroofed[0]
    assert "1" not in inked((slice(41, 76), slice(58, 62))).unroofed[0]


def test_an_upright_stroke_is_narrow_unless_its_roof_may_be_hidden() -> None:
    assert inked((slice(48, 80), slice(58, 62))).shapes[0].width < 0.25
    assert inked((slice(41, 76), slice(58, 62))).shapes == (HIDDEN,)


def test_a_flag_begins_below_the_top_and_a_roof_does_not() -> None:
    stem, roof = (slice(48, 80), slice(62, 66)), (slice(48, 52), slice(48, 66))
    flag = tuple(
        (slice(48 + 2 * n, 52 + 2 * n), slice(60 - 2 * n, 64 - 2 * n)) for n in range(7)
    )

    assert inked(stem, roof).shapes[0].flag < 0.1
    assert inked(stem, *flag).shapes[0].flag > 0.2


def test_a_narrow_7_has_a_roof_and_a_leaning_1_has_none() -> None:
    stem, roof = (slice(48, 80), slice(60, 63)), (slice(48, 51), slice(53, 63))
    leaning = tuple(
        (slice(48 + 4 * n, 52 + 4 * n), slice(62 - n, 65 - n)) for n in range(8)
    )

    seven, one = inked(stem, roof).shapes[0], inked(*leaning).shapes[0]

    assert (seven.width < 0.4, seven.roof > 1.6) == (True, True)
    assert (one.width < 0.4, one.roof > 1.6) == (True, False)


def test_a_5_without_a_roof_below_the_upper_line_may_be_a_3() -> None:
    neck, belly = (slice(41, 58), slice(58, 62)), (slice(56, 76), slice(58, 76))
    roof = (slice(41, 45), slice(58, 76))

    assert "5" in inked(neck, belly).unroofed[0]
    assert "5" not in inked(neck, belly, roof).unroofed[0]


def test_writing_above_its_cells_is_no_empty_cell_beyond_doubt() -> None:
    """What ends 1.6 mm inside the cell stands mostly above it."""
    glyphs = inked((slice(5, 53), slice(58, 62)))

    assert glyphs.filled == ()
    assert glyphs.unclear


def test_an_empty_cell_has_no_view() -> None:
    assert inked().views == (None,)
