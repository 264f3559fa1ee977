"""Entries crossed out as a whole, dust and strokes that run through, on made-up ink."""

from forms.definition import Field, FieldType, FormDefinition, Nature
from kamizero.model import Box, Candidate, FieldState
from ocr.cuts import cut_field
from ocr.outcome import Outcome
from ocr.strokes.crossed_rows import with_crossed_rows
from ocr.strokes.diagonals import Diagonal
from ocr.strokes.faint import is_paler_beside
from ocr.strokes.foreign import is_dirt, runs_through
from tests.drawn import PAGE_MM, Drawing

READ = Outcome(FieldState.READ, (Candidate("7", "7", 0.9999),), grounds=("line",))
BLANK = Outcome(FieldState.BLANK)


def field(entry: int, item: str, box: Box) -> Field:
    return Field(
        name=f"insured.{entry}.{item}",
        label="項目",
        label_en="Item",
        item="①",
        type=FieldType.TEXT,
        box_mm=box,
    )


FIRST = (
    field(1, "name_kanji", Box(5, 5, 20, 6)),
    field(1, "remarks", Box(30, 12, 25, 6)),
)
SECOND = field(2, "name_kanji", Box(5, 25, 20, 6))
FORM = FormDefinition(
    form="1",
    revision="2020-12",
    title="見本",
    title_en="Sample",
    nature=Nature.NOTICE,
    page_size_mm=PAGE_MM,
    pages=1,
    marks=(),
    fields=(*FIRST, SECOND),
    entries=2,
)


def crossed(*lines: Diagonal, remarks: Outcome = READ) -> dict[str, FieldState]:
    outcomes = {
        FIRST[0].name: READ,
        FIRST[1].name: remarks,
        SECOND.name: READ,
    }
    settled = with_crossed_rows(FORM, outcomes, {1: lines})
    return {name: outcome.state for name, outcome in settled.items()}


def test_a_line_across_an_entry_strikes_what_it_does_not_touch() -> None:
    states = crossed(Diagonal(6, 17, 50, 6))

    assert states == {
        "insured.1.name_kanji": FieldState.STRUCK,
        "insured.1.remarks": FieldState.STRUCK,
        "insured.2.name_kanji": FieldState.READ,
    }


def test_an_entry_struck_field_by_field_is_struck_as_a_whole() -> None:
    boxes = [Box(5, 5 + 4 * at, 20, 3) for at in range(4)]
    fields = tuple(field(1, f"item_{'abcd'[at]}", box) for at, box in enumerate(boxes))
    struck = Outcome(FieldState.STRUCK, certainty=0.999)
    outcomes = {one.name: struck for one in fields[:3]} | {fields[3].name: READ}

    part = FORM.model_copy(update={"fields": fields})
    fewer = outcomes | {fields[0].name: READ}

    name = fields[3].name
    assert with_crossed_rows(part, outcomes, {})[name].state is FieldState.STRUCK
    assert with_crossed_rows(part, fewer, {})[name].state is FieldState.READ


def test_what_is_empty_in_a_crossed_entry_stays_blank() -> None:
    states = crossed(Diagonal(6, 17, 50, 6), remarks=BLANK)

    assert states["insured.1.remarks"] is FieldState.BLANK


def test_a_line_that_only_reaches_into_an_entry_strikes_nothing() -> None:
    states = crossed(Diagonal(45, 30, 55, 10))

    assert FieldState.STRUCK not in states.values()


def test_a_fold_strikes_nothing_and_two_lines_from_edge_to_edge_do() -> None:
    fold = Diagonal(0, 28, 60, 28.2)

    assert crossed(fold)["insured.2.name_kanji"] is FieldState.READ
    assert (
        crossed(fold, Diagonal(0, 29, 60, 29.2))["insured.2.name_kanji"]
        is FieldState.STRUCK
    )


def test_how_a_crossed_field_would_be_read_stays_a_candidate_and_is_doubtful() -> None:
    line = Diagonal(6, 17, 50, 6)

    outcomes = {one.name: READ for one in FORM.fields}
    outcome = with_crossed_rows(FORM, outcomes, {1: [line]})[FIRST[0].name]

    assert outcome.doubts
    assert "7" in {candidate.value for candidate in outcome.candidates}


def test_a_stroke_that_runs_through_a_box_and_on_is_seen() -> None:
    paper = Drawing()
    paper.line(15, 2, 15, 33)

    assert runs_through(paper.ink, Box(5, 12, 30, 6))
    assert cut_field(FIRST[0], paper.ink, []).doubts


def test_writing_below_its_line_runs_through_nothing() -> None:
    paper = Drawing()
    paper.digits(range(10, 30, 5), y=14, height=5)

    assert not runs_through(paper.ink, Box(5, 12, 30, 5))


def test_specks_alone_are_an_empty_field_that_needs_an_eye() -> None:
    paper = Drawing()
    paper.speck(12, 8, radius=0.6)
    paper.speck(18, 9, radius=0.6)

    cut = cut_field(FIRST[0], paper.ink, [])

    assert is_dirt(paper.ink, FIRST[0].box_mm)
    assert cut.state is FieldState.BLANK
    assert cut.doubts


def test_a_small_one_is_no_dirt() -> None:
    paper = Drawing()
    paper.line(12, 7, 12, 9.2)

    assert not is_dirt(paper.ink, FIRST[0].box_mm)


def test_pencil_too_pale_to_be_read_beside_a_pen_leaves_a_doubt() -> None:
    paper = Drawing()
    paper.line(12, 6, 12, 9)
    paper.line(17, 6, 17, 9, darkness=58)

    assert is_paler_beside(paper.ink, FIRST[0].box_mm)
    assert cut_field(FIRST[0], paper.ink, []).doubts


def test_writing_of_one_pen_has_nothing_pale_beside_it() -> None:
    paper = Drawing()
    paper.line(12, 6, 12, 9)
    paper.line(17, 6, 17, 9, darkness=170)

    assert not is_paler_beside(paper.ink, FIRST[0].box_mm)
    assert not cut_field(FIRST[0], paper.ink, []).doubts
