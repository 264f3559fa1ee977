"""Signs for "as above" and what only resembles them, on made-up ink."""

import cv2

from kamizero.model import Box
from ocr.dittos import is_ditto_mark
from tests.drawn import Drawing

BOX = Box(5, 8, 40, 6.2)


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
