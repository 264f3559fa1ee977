"""What stands on a long line is not lost with the line that is taken off."""

import pytest

from forms.definition import Field, FieldType
from kamizero.model import Box
from ocr.cuts import Cut, cut_field
from ocr.strokes.diagonals import without_diagonals
from tests.drawn import Drawing

TALL_MM = (60, 150)
PLACE = Box(20, 60, 20, 8)
CARDS = Field(
    name="insured.2.cards_returned",
    label="枚数",
    label_en="Cards",
    item="⑦",
    type=FieldType.DIGITS,
    box_mm=PLACE,
    cells=(Box(20, 60, 10, 8), Box(30, 60, 10, 8)),
)
TICK = CARDS.model_copy(update={"type": FieldType.CHECK, "cells": None})


def cut(paper: Drawing, field: Field = CARDS) -> Cut:
    clean, lines = without_diagonals(paper.ink)
    assert lines
    return cut_field(field, clean, lines, whole=paper.ink)


def folded() -> Drawing:
    paper = Drawing(TALL_MM)
    paper.line(34, 2, 34, 148, darkness=100)
    return paper


@pytest.mark.parametrize("field", [CARDS, TICK])
def test_a_fold_through_an_empty_field_leaves_no_doubt(field: Field) -> None:
    assert not cut(folded(), field).doubts


@pytest.mark.parametrize("field", [CARDS, TICK])
def test_a_digit_on_a_fold_is_no_empty_field(field: Field) -> None:
    paper = folded()
    paper.line(34, 62, 34, 66)
    paper.line(32.8, 66, 35.2, 66)

    assert cut(paper, field).doubts


def test_a_digit_on_the_same_fold_in_another_field_leaves_no_doubt() -> None:
    paper = folded()
    paper.line(34, 82, 34, 86)
    paper.line(32.8, 86, 35.2, 86)

    assert not cut(paper).doubts


def test_an_upright_line_that_is_no_fold_may_be_an_arrow() -> None:
    paper = Drawing(TALL_MM)
    paper.line(30, 20, 30, 65)

    assert cut(paper).doubts


def test_a_slanting_line_crosses_an_empty_field_out_without_a_doubt() -> None:
    paper = Drawing(TALL_MM)
    paper.line(2, 80, 58, 50)

    assert not cut(paper).doubts
