"""Strike-outs, and the correction beside or above, on made-up ink."""

from dataclasses import replace

import pytest

from forms.definition import Field, FieldType
from kamizero.model import Box, Candidate, FieldState
from ocr.boxes.comb_field import CombPiece
from ocr.cuts import cut_field
from ocr.outcome import Outcome
from ocr.strokes.corrected import corrected, correction_of, strike_in
from ocr.strokes.crops import stroke_mask
from ocr.strokes.strikes import Strike, find_strike
from tests.drawn import Drawing

NUMBER = Field(
    name="insured.1.serial_number",
    label="整理番号",
    label_en="Serial number",
    item="①",
    type=FieldType.DIGITS,
    box_mm=Box(10, 10, 30, 6),
    cells=tuple(Box(10 + 5 * at, 10, 5, 6) for at in range(6)),
)


def strike(paper: Drawing) -> Strike | None:
    return find_strike(stroke_mask(paper.ink, Box(5, 5, 50, 15)), shortest_mm=4.0)


def double_line(paper: Drawing, left: float, right: float, *, y: float) -> None:
    paper.line(left, y, right, y + 0.1)
    paper.line(left, y + 1.2, right, y + 1.3)


def test_writing_alone_is_not_struck() -> None:
    paper = Drawing()
    paper.digits(range(10, 35, 5), y=10)

    assert strike(paper) is None


@pytest.mark.parametrize("climb", [-4.0, 4.0])
def test_lines_that_slant_strike_out_too(climb: float) -> None:
    paper = Drawing()
    paper.digits(range(10, 35, 5), y=10)
    for y in (11.4, 12.6):
        paper.line(9, y - climb / 2, 33, y + climb / 2)

    found = strike(paper)

    assert found is not None
    assert found.lines == 2


def test_two_lines_through_writing_strike_it_out() -> None:
    paper = Drawing()
    paper.digits(range(10, 35, 5), y=10)
    double_line(paper, 9, 33, y=11.4)

    found = strike(paper)

    assert found is not None
    assert (found.lines, found.is_corrected, found.is_even) == (2, False, True)


def test_one_line_from_end_to_end_is_a_strike_of_one_line() -> None:
    paper = Drawing()
    paper.digits(range(10, 35, 5), y=10)
    paper.line(9, 12, 33, 12.1)

    found = strike(paper)

    assert found is not None
    assert found.lines == 1


def test_a_lone_dash_is_not_struck() -> None:
    paper = Drawing()
    paper.line(9, 12, 33, 12)

    assert strike(paper) is None


def test_a_double_line_close_to_flat_strokes_all_along_is_perhaps_a_strike() -> None:
    paper = Drawing()
    for x in range(10, 34, 5):
        for y in (10.0, 10.7, 13.1, 13.8):
            paper.line(x, y, x + 4.2, y)
    double_line(paper, 9.6, 26, y=11.4)
    paper.digits(range(31, 50, 3), y=10)

    found = strike(paper)

    assert found is not None


def test_a_thick_character_with_flat_strokes_is_not_struck() -> None:
    paper = Drawing()
    paper.digits(range(10, 30, 5), y=10)
    for y in range(20, 28):
        paper.line(34, y / 2, 40, y / 2)

    assert strike(paper) is None


def test_writing_beside_a_strike_is_left_as_its_correction() -> None:
    paper = Drawing()
    paper.digits(range(10, 25, 5), y=10)
    double_line(paper, 9, 24, y=11.4)
    paper.digits(range(32, 50, 5), y=10)

    found = strike(paper)

    assert found is not None
    assert found.is_corrected
    assert not found.left[:, : 23 * 8].any()


def test_a_correction_above_is_cut_without_what_was_struck() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=12.6, height=3)
    double_line(paper, 10, 39, y=13.4)
    paper.digits(range(12, 39, 5), y=8.6, height=2.6)

    found = strike_in(paper.ink, NUMBER)

    assert found is not None
    ink, moved = correction_of(paper.ink, NUMBER, *found)
    assert moved.cells is not None
    assert moved.box_mm.bottom < 12.6
    assert not ink.black[round(12.8 * 8) :].any()
    assert ink.black.any()


def test_a_struck_field_with_a_correction_is_read_and_not_called_struck() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=12.6, height=3)
    double_line(paper, 10, 39, y=13.4)
    paper.digits(range(12, 39, 5), y=8.6, height=2.6)

    cut = cut_field(NUMBER, paper.ink, [])

    assert cut.state is None
    assert cut.corrected
    assert not cut.doubts
    assert isinstance(cut.pieces[0], CombPiece)
    assert len(cut.pieces[0].glyphs.filled) == 6


def test_a_correction_written_into_the_strike_leaves_a_doubt() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=9, height=6.5)
    double_line(paper, 10, 39, y=13.2)

    cut = cut_field(NUMBER, paper.ink, [])

    assert cut.doubts


def test_lines_whose_soft_edges_meet_are_still_two() -> None:
    paper = Drawing()
    paper.digits(range(10, 35, 5), y=10)
    double_line(paper, 9, 33, y=11.4)
    for y in range(115, 126):
        paper.line(9, y / 10, 33, y / 10 + 0.1, darkness=90)
    double_line(paper, 9, 33, y=11.4)

    found = strike_in(paper.ink, NUMBER)

    assert found is not None
    assert found[0].lines == 2


def test_a_thin_line_through_part_of_the_writing_is_read_and_looked_at() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=11)
    paper.line(10, 13, 25, 13)

    cut = cut_field(NUMBER, paper.ink, [])

    assert (cut.state, cut.corrected) == (None, False)
    assert cut.doubts == ("perhaps struck",)
    assert len(cut.pieces) == 1


def test_a_thick_line_through_part_of_the_writing_leaves_the_rest() -> None:
    paper = Drawing()
    paper.digits(range(10, 50, 5), y=10)
    for y in range(115, 126):
        paper.line(9, y / 10, 23, y / 10)

    found = strike(paper)

    assert found is not None
    assert (found.lines, found.is_corrected) == (1, True)


def test_of_a_correction_that_ran_into_the_strike_the_upper_part_is_left() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=8, height=7.5)
    double_line(paper, 10, 39, y=13)

    found = strike(paper)

    assert found is not None
    assert found.is_corrected
    assert not found.is_even
    # The lines have as much above them as below them; the area begins at 5 mm.
    assert not found.left[7 * 8 :].any()


def test_a_correction_that_touches_what_stands_above_is_nobodys() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=11.5, height=4)
    double_line(paper, 10, 39, y=12.8)
    paper.digits(range(12, 39, 5), y=4, height=5.7)

    cut = cut_field(NUMBER, paper.ink, [])

    assert cut.state is FieldState.STRUCK
    assert cut.doubts


def test_struck_writing_with_nothing_near_it_leaves_no_doubt() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=11.5, height=3.5)
    double_line(paper, 10, 39, y=12.6)
    paper.digits(range(12, 39, 5), y=4, height=4)

    cut = cut_field(NUMBER, paper.ink, [])

    assert cut.state is FieldState.STRUCK
    assert not cut.doubts


def test_one_character_struck_needs_an_eye_for_it_may_be_a_wide_nought() -> None:
    paper = Drawing()
    paper.digits(range(36, 37), y=11.5, height=3.5)
    double_line(paper, 35.2, 39.4, y=12.6)

    cut = cut_field(NUMBER, paper.ink, [])

    assert cut.state is FieldState.STRUCK
    assert "one character struck" in cut.doubts


def test_a_correction_with_fewer_digits_than_were_struck_leaves_a_doubt() -> None:
    paper = Drawing()
    paper.digits(range(11, 38, 5), y=12.6, height=3)
    double_line(paper, 10, 39, y=13.4)
    paper.digits(range(12, 34, 5), y=8.6, height=2.6)

    cut = cut_field(NUMBER, paper.ink, [])

    assert cut.corrected
    assert cut.doubts == ("shorter than what was struck",)


@pytest.mark.parametrize(
    ("grounds", "doubts"), [(("line",), 1), (("line", "cells"), 0)]
)
def test_a_correction_stands_alone_only_on_two_grounds(
    grounds: tuple[str, ...], doubts: int
) -> None:
    read = Outcome(FieldState.READ, (Candidate("7", "7", 0.9999),), grounds=grounds)

    assert len(corrected(read).doubts) == doubts


def test_a_correction_that_came_to_nothing_is_a_doubtful_strike() -> None:
    blank = replace(Outcome(FieldState.BLANK), certainty=0.9995)

    outcome = corrected(blank)

    assert outcome.state is FieldState.STRUCK
    assert outcome.doubts


def test_one_stroke_alone_in_a_long_row_of_boxes_leaves_a_doubt() -> None:
    alone, among = Drawing(), Drawing()
    alone.digits(range(12, 13), y=11)
    among.digits(range(12, 28, 5), y=11)

    assert cut_field(NUMBER, alone.ink, []).doubts
    assert not cut_field(NUMBER, among.ink, []).doubts
