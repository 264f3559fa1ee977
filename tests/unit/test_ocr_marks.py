"""Circles, ticks, dittos from above and dust on made-up ink."""

import cv2
import numpy as np

from forms.definition import Choice, Field, FieldType, FormDefinition, Nature
from kamizero.model import Box, Candidate, FieldState
from ocr.outcome import Outcome
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import is_faintly_written, stroke_mask
from ocr.strokes.diagonals import without_diagonals
from ocr.strokes.dittos import with_dittos
from ocr.strokes.marks import circlings, read_circles, read_marks
from tests.drawn import PAGE_MM, Drawing

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


def circled(paper: Drawing) -> Outcome:
    return read_circles(circlings(paper.ink, ERA, form(ERA)))


def test_the_circled_choice_is_read() -> None:
    paper = Drawing()
    paper.ring(Box(9.5, 9, 11, 4.4))

    outcome = circled(paper)

    assert (outcome.state, outcome.best.value) == (FieldState.READ, "7")
    assert not outcome.doubts


def test_a_circle_that_is_partly_open_still_counts() -> None:
    paper = Drawing()
    paper.ring(Box(9.5, 9, 11, 4.4), start=20, end=300)

    assert circled(paper).best.value == "7"


def test_a_half_circle_needs_an_eye() -> None:
    paper = Drawing()
    paper.ring(Box(9.5, 9, 11, 4.4), start=0, end=190)

    outcome = circled(paper)

    assert outcome.doubts or outcome.state is FieldState.BLANK


def test_two_circles_are_several() -> None:
    paper = Drawing()
    paper.ring(Box(9.5, 4.8, 11, 4.4))
    paper.ring(Box(9.5, 13, 11, 4.4))

    assert circled(paper).state is FieldState.SEVERAL


def test_nothing_circled_is_blank() -> None:
    assert circled(Drawing()).state is FieldState.BLANK


def test_a_stroke_across_the_choices_is_no_circle() -> None:
    paper = Drawing()
    paper.line(8, 4, 22, 18)

    outcome = circled(paper)

    assert outcome.state is FieldState.BLANK or outcome.doubts


def test_a_tick_in_its_box_is_read() -> None:
    paper = Drawing()
    paper.line(30.4, 11.8, 31.5, 13.2)
    paper.line(31.5, 13.2, 33.8, 10)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert (outcome.state, outcome.best.value) == (FieldState.READ, "1")


def test_an_empty_box_is_blank() -> None:
    assert read_marks(Drawing().ink, TICK, form(TICK)).state is FieldState.BLANK


def test_a_speck_in_a_box_is_no_tick() -> None:
    paper = Drawing()
    paper.line(31, 11, 31.2, 11.2)

    assert read_marks(paper.ink, TICK, form(TICK)).state is FieldState.BLANK


def test_specks_close_to_each_other_are_no_tick() -> None:
    paper = Drawing()
    for at, (x, y) in enumerate([(30.8, 10.8), (31.7, 11.5), (32.4, 12.4)]):
        paper.speck(x, y, radius=0.2 + 0.05 * at)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert outcome.state is FieldState.BLANK


def test_a_pale_smudge_in_a_box_is_no_tick_and_not_plainly_empty() -> None:
    paper = Drawing()
    paper.speck(31.8, 11.8, radius=1.4, darkness=80)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert outcome.state is FieldState.BLANK
    assert outcome.doubts


def test_a_row_crossed_out_through_a_box_is_no_tick() -> None:
    paper = Drawing()
    paper.line(32.5, 3, 31, 22)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert outcome.state is FieldState.BLANK
    assert outcome.doubts


def test_a_tick_that_leaves_its_box_on_one_side_is_read() -> None:
    paper = Drawing()
    paper.line(30.4, 11.8, 31.5, 13.2)
    paper.line(31.5, 13.2, 35.0, 6.5)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert (outcome.state, outcome.best.value) == (FieldState.READ, "1")


def test_a_long_line_through_a_box_is_no_tick() -> None:
    paper = Drawing()
    paper.line(20, 12, 45, 12)

    outcome = read_marks(paper.ink, TICK, form(TICK))

    assert outcome.state is FieldState.BLANK
    assert outcome.doubts


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


def test_a_hair_across_its_box_is_no_tick_beyond_doubt() -> None:
    hair, pen = Drawing(), Drawing()
    for paper, width in ((hair, 1), (pen, 3)):
        cv2.line(paper.black, (243, 104), (264, 83), (220,), width)

    assert not read_marks(pen.ink, TICK, form(TICK)).doubts
    assert read_marks(hair.ink, TICK, form(TICK)).doubts


def test_a_diagonal_through_unused_rows_is_taken_off() -> None:
    paper = Drawing()
    paper.line(5, 35, 55, 5)

    clean, lines = without_diagonals(paper.ink)

    assert lines
    assert all(line.crosses(Box(28, 18, 5, 5)) for line in lines[:1])
    assert not stroke_mask(clean, Box(0, 0, *PAGE_MM)).any()


def test_writing_is_no_diagonal() -> None:
    paper = Drawing()
    paper.digits(range(10, 35, 5), y=10)

    clean, lines = without_diagonals(paper.ink)

    assert not lines
    assert clean.black is paper.black or np.array_equal(clean.black, paper.black)


def test_a_flat_line_is_no_diagonal() -> None:
    paper = Drawing()
    paper.line(10, 20, 50, 20.5)

    _, lines = without_diagonals(paper.ink)

    assert not lines


def test_the_streak_of_a_fold_is_taken_off() -> None:
    paper = Drawing()
    paper.line(30, 1, 30.3, 39)

    clean, _ = without_diagonals(paper.ink)

    assert not stroke_mask(clean, Box(0, 0, *PAGE_MM)).any()


def test_a_name_broken_into_grains_is_no_empty_field() -> None:
    paper = Drawing()
    for at in range(8):
        paper.black[100 + at % 3 * 7, 100 + at * 6 : 103 + at * 6] = 90

    assert not stroke_mask(paper.ink, Box(10, 10, 20, 6)).any()
    assert is_faintly_written(paper.ink, Box(10, 10, 20, 6))


def test_a_grain_of_dust_here_and_there_is_nothing() -> None:
    paper = Drawing()
    for at in range(4):
        paper.black[100, 100 + at * 100 : 103 + at * 100] = 90

    assert not is_faintly_written(paper.ink, Box(5, 10, 50, 6))


def test_the_dot_of_a_kana_is_no_dust() -> None:
    paper = Drawing()
    paper.line(12, 13, 15, 11)
    paper.line(12, 10.6, 12.5, 11)

    mask = stroke_mask(paper.ink, Box(8, 8, 20, 8))

    assert mask[: round(3.2 * PX_PER_MM), : round(5 * PX_PER_MM)].any()
