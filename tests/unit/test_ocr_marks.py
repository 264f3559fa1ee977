"""Circles, ticks, strike-outs and ditto marks on made-up ink."""

import cv2
import numpy as np

from forms.definition import Choice, Field, FieldType, FormDefinition, Nature
from kamizero.model import Box, Candidate, FieldState
from ocr.crops import is_faintly_written, stroke_mask
from ocr.diagonals import without_diagonals
from ocr.dittos import is_ditto_mark, with_dittos
from ocr.ink import Ink
from ocr.marks import circlings, read_circles, read_marks
from ocr.outcome import Outcome
from ocr.strikes import struck_lines
from ocr.template import PX_PER_MM

PAGE_MM = (60, 40)
ERAS = (
    Choice(code="5", label="昭和", box_mm=Box(10, 5, 10, 3.9)),
    Choice(code="7", label="平成", box_mm=Box(10, 9.05, 10, 3.9)),
    Choice(code="9", label="令和", box_mm=Box(10, 13.1, 10, 3.9)),
)
ERA = Field(
    name="insured.1.category",
    label="種別",
    label_en="Category",
    item="④",
    type=FieldType.CHOICE,
    box_mm=Box(10, 5, 10, 12),
    choices=ERAS,
)
TICK = Field(
    name="insured.1.over70",
    label="70歳以上",
    label_en="70 or over",
    item="⑩",
    type=FieldType.CHECK,
    box_mm=Box(30, 10, 3.6, 3.6),
    choices=(Choice(code="1", label="", box_mm=Box(30, 10, 3.6, 3.6)),),
)


def form(*fields: Field) -> FormDefinition:
    return FormDefinition(
        form="1",
        revision="2020-12",
        title="見本",
        title_en="Sample",
        nature=Nature.NOTICE,
        page_size_mm=PAGE_MM,
        pages=1,
        marks=(),
        fields=fields,
        entries=2,
    )


class Paper:
    """A page to draw on in mm."""

    def __init__(self) -> None:
        width, height = (round(side * PX_PER_MM) for side in PAGE_MM)
        self.black = np.zeros((height, width), np.uint8)

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        cv2.line(self.black, _px(x1, y1), _px(x2, y2), (220,), 3)

    def ring(self, box: Box, *, start: float = 0, end: float = 360) -> None:
        axes = (round(box.w / 2 * PX_PER_MM), round(box.h / 2 * PX_PER_MM))
        cv2.ellipse(self.black, _px(*box.centre), axes, 0, start, end, (220,), 3)

    @property
    def ink(self) -> Ink:
        return Ink(self.black, np.zeros_like(self.black), 255 - self.black, 220.0, 0.0)


def _px(x: float, y: float) -> tuple[int, int]:
    return round(x * PX_PER_MM), round(y * PX_PER_MM)


def circled(paper: Paper) -> Outcome:
    return read_circles(circlings(paper.ink, ERA, form(ERA)))


def test_the_circled_choice_is_read() -> None:
    paper = Paper()
    paper.ring(Box(9.5, 9, 11, 4.4))

    outcome = circled(paper)

    assert (outcome.state, outcome.best.value) == (FieldState.READ, "7")
    assert not outcome.doubts


def test_a_circle_that_is_partly_open_still_counts() -> None:
    paper = Paper()
    paper.ring(Box(9.5, 9, 11, 4.4), start=20, end=300)

    assert circled(paper).best.value == "7"


def test_a_half_circle_needs_an_eye() -> None:
    paper = Paper()
    paper.ring(Box(9.5, 9, 11, 4.4), start=0, end=190)

    outcome = circled(paper)

    assert outcome.doubts or outcome.state is FieldState.BLANK


def test_two_circles_are_several() -> None:
    paper = Paper()
    paper.ring(Box(9.5, 4.8, 11, 4.4))
    paper.ring(Box(9.5, 13, 11, 4.4))

    assert circled(paper).state is FieldState.SEVERAL


def test_nothing_circled_is_blank() -> None:
    assert circled(Paper()).state is FieldState.BLANK


def test_a_stroke_across_the_choices_is_no_circle() -> None:
    paper = Paper()
    paper.line(8, 4, 22, 18)

    outcome = circled(paper)

    assert outcome.state is FieldState.BLANK or outcome.doubts


def test_a_tick_in_its_box_is_read() -> None:
    paper = Paper()
    paper.line(30.4, 11.8, 31.5, 13.2)
    paper.line(31.5, 13.2, 33.8, 10)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert (outcome.state, outcome.best.value) == (FieldState.READ, "1")


def test_an_empty_box_is_blank() -> None:
    assert read_marks(Paper().ink, TICK, form(TICK)).state is FieldState.BLANK


def test_a_speck_in_a_box_is_no_tick() -> None:
    paper = Paper()
    paper.line(31, 11, 31.2, 11.2)

    assert read_marks(paper.ink, TICK, form(TICK)).state is FieldState.BLANK


def test_a_long_line_through_a_box_is_no_tick() -> None:
    paper = Paper()
    paper.line(20, 12, 45, 12)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert outcome.state is FieldState.BLANK
    assert outcome.doubts


def written(paper: Paper) -> None:
    """Five upright strokes, as high as digits."""
    for x in range(10, 35, 5):
        paper.line(x, 10, x + 1, 14)


def mask_of(paper: Paper) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return stroke_mask(paper.ink, Box(5, 5, 40, 15))


def test_writing_alone_is_not_struck() -> None:
    paper = Paper()
    written(paper)

    assert struck_lines(mask_of(paper)) == 0


def test_two_lines_through_writing_strike_it_out() -> None:
    paper = Paper()
    written(paper)
    paper.line(9, 11.4, 33, 11.6)
    paper.line(9, 12.8, 33, 12.9)

    assert struck_lines(mask_of(paper)) == 2


def test_a_lone_dash_is_not_struck() -> None:
    paper = Paper()
    paper.line(9, 12, 33, 12)

    assert struck_lines(mask_of(paper)) == 0


def test_two_short_strokes_side_by_side_are_a_ditto_mark() -> None:
    paper = Paper()
    paper.line(20, 10, 19.4, 12)
    paper.line(21.2, 10, 20.6, 12)

    assert is_ditto_mark(mask_of(paper))


def test_two_ones_in_neighbouring_cells_are_no_ditto_mark() -> None:
    paper = Paper()
    paper.line(20, 10, 20, 13.5)
    paper.line(24.4, 10, 24.4, 13.5)

    assert not is_ditto_mark(mask_of(paper))


def person(n: int) -> Field:
    return TICK.model_copy(update={"name": f"insured.{n}.acquired_on"})


def test_a_ditto_takes_the_value_above() -> None:
    above = Outcome(FieldState.READ, (Candidate("2020-04-01", "9 020401", 0.99),))
    outcomes = {
        "insured.1.acquired_on": above,
        "insured.2.acquired_on": Outcome(FieldState.DITTO),
    }

    settled = with_dittos(form(person(1), person(2)), outcomes)

    assert settled["insured.2.acquired_on"].best.value == "2020-04-01"
    assert settled["insured.2.acquired_on"].doubts


def test_a_ditto_below_an_empty_field_cannot_be_read() -> None:
    outcomes = {
        "insured.1.acquired_on": Outcome(FieldState.BLANK),
        "insured.2.acquired_on": Outcome(FieldState.DITTO),
    }

    settled = with_dittos(form(person(1), person(2)), outcomes)

    assert settled["insured.2.acquired_on"].state is FieldState.UNREADABLE


def test_a_diagonal_through_unused_rows_is_taken_off() -> None:
    paper = Paper()
    paper.line(5, 35, 55, 5)

    clean, lines = without_diagonals(paper.ink)

    assert lines
    assert all(line.crosses(Box(28, 18, 5, 5)) for line in lines[:1])
    assert not stroke_mask(clean, Box(0, 0, *PAGE_MM)).any()


def test_writing_is_no_diagonal() -> None:
    paper = Paper()
    written(paper)

    clean, lines = without_diagonals(paper.ink)

    assert not lines
    assert clean.black is paper.black or np.array_equal(clean.black, paper.black)


def test_a_flat_line_is_no_diagonal() -> None:
    paper = Paper()
    paper.line(10, 20, 50, 20.5)

    _, lines = without_diagonals(paper.ink)

    assert not lines


def test_the_streak_of_a_fold_is_taken_off() -> None:
    paper = Paper()
    paper.line(30, 1, 30.3, 39)

    clean, _ = without_diagonals(paper.ink)

    assert not stroke_mask(clean, Box(0, 0, *PAGE_MM)).any()


def test_a_name_broken_into_grains_is_no_empty_field() -> None:
    paper = Paper()
    for at in range(8):
        paper.black[100 + at % 3 * 7, 100 + at * 6 : 103 + at * 6] = 90

    assert not stroke_mask(paper.ink, Box(10, 10, 20, 6)).any()
    assert is_faintly_written(paper.ink, Box(10, 10, 20, 6))


def test_a_grain_of_dust_here_and_there_is_nothing() -> None:
    paper = Paper()
    for at in range(4):
        paper.black[100, 100 + at * 100 : 103 + at * 100] = 90

    assert not is_faintly_written(paper.ink, Box(5, 10, 50, 6))


def test_the_dot_of_a_kana_is_no_dust() -> None:
    paper = Paper()
    paper.line(12, 13, 15, 11)
    paper.line(12, 10.6, 12.5, 11)

    mask = stroke_mask(paper.ink, Box(8, 8, 20, 8))

    assert mask[: round(3.2 * PX_PER_MM), : round(5 * PX_PER_MM)].any()
