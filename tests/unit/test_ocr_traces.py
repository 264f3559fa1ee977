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
