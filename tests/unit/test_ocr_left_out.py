"""Writing at the edge of a field: what is taken for a neighbour's leaves a doubt."""

from forms.definition import Field, FieldType
from kamizero.model import Box
from ocr.strokes.foreign import own_strokes
from ocr.words.free_field import cut_free, read_free
from tests.drawn import Drawing

REMARKS = Field(
    name="insured.1.remarks",
    label="備考",
    label_en="Remarks",
    item="①",
    type=FieldType.TEXT,
    box_mm=Box(10, 10, 40, 6),
)


def test_a_stroke_that_reaches_deep_into_a_field_may_be_its_writing() -> None:
    paper = Drawing()
    paper.digits(range(12, 30, 5), y=10.8)
    paper.line(40, 14.2, 40, 26)

    own = own_strokes(paper.ink, REMARKS.box_mm, margin_mm=0.5)

    assert own.left_out
    assert not own.mask[:, round(29.5 * 8) :].any()


def test_the_end_of_a_neighbour_at_the_edge_leaves_no_doubt() -> None:
    paper = Drawing()
    paper.digits(range(12, 30, 5), y=10.8)
    paper.line(40, 15.5, 40, 26)

    assert not own_strokes(paper.ink, REMARKS.box_mm, margin_mm=0.5).left_out


def test_a_field_with_nothing_but_what_reaches_in_is_not_blank_beyond_doubt() -> None:
    paper = Drawing()
    paper.line(40, 14.2, 40, 26)

    found = read_free(cut_free(paper.ink, REMARKS), [])

    assert "reaches into it" in found.doubts
