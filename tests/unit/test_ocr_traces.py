"""Which strokes count as those of a box, on made-up ink."""

import numpy as np

from kamizero.model import Box
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import stroke_mask
from ocr.strokes.foreign import own_strokes
from tests.drawn import Drawing

BOX = Box(10, 10, 20, 8)


def test_a_stroke_is_seen_alike_through_any_box_that_holds_it() -> None:
    paper = Drawing()
    paper.line(10, 12, 10, 16)
    paper.line(14, 12, 15, 16)

    narrow = stroke_mask(paper.ink, BOX)
    wide = stroke_mask(paper.ink, BOX, margin_mm=2.0)

    room = round(2 * PX_PER_MM)
    assert narrow.any()
    assert np.array_equal(narrow, wide[room:-room, room:-room])


def test_a_stroke_that_only_reaches_into_a_box_is_not_its_own() -> None:
    paper = Drawing()
    paper.line(18, 4, 18, 12)

    assert stroke_mask(paper.ink, BOX).any()
    assert not own_strokes(paper.ink, BOX, margin_mm=0.0).mask.any()


def test_writing_that_leaves_its_box_stays_whole() -> None:
    paper = Drawing()
    paper.line(18, 9, 18, 16)

    own = own_strokes(paper.ink, BOX, margin_mm=0.0).mask

    assert np.array_equal(own, stroke_mask(paper.ink, BOX))


def test_a_few_words_are_traced_as_on_a_full_page() -> None:
    few, full = Drawing(), Drawing()
    for paper in (few, full):
        paper.line(12, 12, 15, 16, darkness=90)
    full.line(1, 1, 1, 39)
    full.line(59, 1, 59, 39)

    traced, among_others = (
        paper.ink.traces(0.3).all[80:140, 80:200] for paper in (few, full)
    )

    assert traced.any()
    assert np.array_equal(traced, among_others)
