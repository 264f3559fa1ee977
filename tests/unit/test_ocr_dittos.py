"""Signs for "as above" and what only resembles them, on made-up ink."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from forms.definition import Field, FieldType
from kamizero.model import Box, FieldState
from ocr.boxes.said_in_boxes import ditto_in_words
from ocr.cuts import Cut, cut_field
from ocr.engine import GreyImage, Posteriors
from ocr.strokes.dittos import is_ditto_mark, may_be_ditto
from ocr.strokes.lines import WrittenLine
from ocr.words import ctc
from ocr.words.free_field import FreePiece, read_free
from ocr.words.word import WordReading
from tests.drawn import Drawing

BOX = Box(5, 8, 40, 6.2)


class Saying:
    """Reads the same text in every picture, each character for two steps."""

    name = "saying@0"
    alphabet = ("", *"同上17")

    def __init__(self, text: str) -> None:
        self._text = text

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        classes = [
            at
            for char in self._text
            for at in (0, self.alphabet.index(char), self.alphabet.index(char))
        ]
        return [np.eye(len(self.alphabet), dtype=np.float32)[classes] for _ in lines]


def number(*, entry: int) -> Field:
    return Field(
        name=f"insured.{entry}.bonus_cash",
        label="賞与",
        label_en="Bonus",
        item="①",
        type=FieldType.AMOUNT,
        box_mm=BOX,
        cells=tuple(Box(5 + 5 * at, 8, 5, 6.2) for at in range(8)),
    )


def is_ditto(paper: Drawing) -> bool:
    return is_ditto_mark(paper.ink, BOX)


def test_two_short_strokes_side_by_side_are_a_ditto_mark() -> None:
    paper = Drawing()
    paper.line(20, 10, 19.4, 12)
    paper.line(21.2, 10, 20.6, 12)

    assert is_ditto(paper)


def test_two_ones_in_neighbouring_cells_are_no_ditto_mark() -> None:
    paper = Drawing()
    paper.line(20, 10, 20, 13.5)
    paper.line(24.4, 10, 24.4, 13.5)

    assert not is_ditto(paper)


def test_the_halves_of_a_broken_nought_are_no_ditto_mark() -> None:
    paper = Drawing()
    centre = (160, 88)
    for start in (110, -70):
        cv2.ellipse(paper.black, centre, (9, 13), 0, start, start + 140, (220,), 3)

    assert not is_ditto(paper)


def test_an_arrow_down_goes_on_with_the_value_above() -> None:
    paper = Drawing()
    paper.line(20, 8.4, 20.1, 13.6)
    paper.line(19.1, 12.4, 20.1, 13.6)
    paper.line(21.1, 12.4, 20.1, 13.6)

    assert is_ditto(paper)


def test_a_one_on_a_foot_is_no_arrow() -> None:
    paper = Drawing()
    paper.line(20, 8.8, 20, 13.4)
    paper.line(19, 13.4, 21, 13.4)

    assert not is_ditto(paper)


def test_a_plain_one_is_no_arrow() -> None:
    paper = Drawing()
    paper.line(20, 8.8, 20, 13.4)

    assert not is_ditto(paper)


@pytest.mark.parametrize(("entry", "state"), [(1, None), (2, FieldState.DITTO)])
def test_the_first_entry_has_nothing_above_to_be_like(
    entry: int, state: FieldState | None
) -> None:
    paper = Drawing()
    paper.line(20, 10, 19.4, 12)
    paper.line(21.2, 10, 20.6, 12)

    assert cut_field(number(entry=entry), paper.ink, []).state is state


@pytest.mark.parametrize(
    ("digits", "entry", "cells", "may_be"),
    [
        ("11", 2, 6, True),
        ("1", 2, 6, True),
        ("11", 1, 6, False),
        ("11", 2, 2, False),
        ("17", 2, 6, False),
    ],
)
def test_ones_alone_in_a_long_row_may_say_as_above(
    digits: str, entry: int, cells: int, *, may_be: bool
) -> None:
    boxes = tuple(Box(10 + 5 * at, 8, 5, 6) for at in range(cells))
    changed = {"cells": boxes, "type": FieldType.DIGITS}
    field = number(entry=entry).model_copy(update=changed)

    assert may_be_ditto(field, digits) is may_be


@pytest.mark.parametrize(
    ("text", "is_said"), [("同上", True), ("同1", True), ("17", False), ("1上", False)]
)
def test_as_above_is_read_across_boxes_even_where_they_broke_its_end(
    text: str, *, is_said: bool
) -> None:
    paper = Drawing()
    paper.digits(range(10, 14, 3), y=9)
    field = number(entry=2)

    said = ditto_in_words([Cut(field, paper.ink)], Saying(text))

    assert said == (frozenset({field.name}) if is_said else frozenset())


@pytest.mark.parametrize(("text", "doubts"), [("1", ("one character",)), ("12", ())])
def test_one_character_in_free_writing_may_be_an_arrow(
    text: str, doubts: tuple[str, ...]
) -> None:
    field = number(entry=2).model_copy(
        update={"type": FieldType.TEXT, "cells": None, "name": "insured.2.remarks"}
    )
    line = WrittenLine((np.zeros((8, 8), np.uint8),), sure=True)
    word = WordReading((ctc.Line(text, 0.999),))

    outcome = read_free(FreePiece(field, (line,), faint=False), [word])

    assert outcome.doubts == doubts
