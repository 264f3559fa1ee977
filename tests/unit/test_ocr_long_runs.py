"""Where a straight line may run, told before one is sought."""

import cv2
import numpy as np
import pytest

from ocr.engine import GreyImage
from ocr.strokes.long_runs import may_hold_line


def paper() -> GreyImage:
    return np.zeros((200, 400), np.uint8)


def line(picture: GreyImage, start: tuple[int, int], end: tuple[int, int]) -> GreyImage:
    return np.asarray(cv2.line(picture, start, end, (255,), 3), np.uint8)


@pytest.mark.parametrize("rise", [-60, -31, -7, 0, 1, 18, 45, 62])
@pytest.mark.parametrize("top", [64, 83, 104, 135])
def test_a_line_of_any_slant_and_height_may_be_one(rise: int, top: int) -> None:
    drawn = line(paper(), (20, top), (320, top + rise))

    assert may_hold_line(drawn, least=96, steepest=12.0)


@pytest.mark.parametrize("rise", [-20, 20])
@pytest.mark.parametrize("top", range(30, 165, 5))
def test_a_line_no_longer_than_wanted_may_be_one_at_any_height(
    top: int, rise: int
) -> None:
    drawn = line(paper(), (100, top), (195, top + rise))

    assert may_hold_line(drawn, least=94, steepest=12.0)


@pytest.mark.parametrize("length", [30, 64, 95])
def test_what_is_shorter_than_wanted_is_no_line(length: int) -> None:
    drawn = line(paper(), (100, 50), (100 + length, 55))

    assert not may_hold_line(drawn, least=length + 12, steepest=12.0)


@pytest.mark.parametrize("first", [60, 61])
def test_breaks_of_four_pixels_do_not_end_a_line(first: int) -> None:
    drawn = line(paper(), (20, 30), (220, 50))
    for start in range(first, 220, 40):
        drawn[:, start : start + 4] = 0

    assert may_hold_line(drawn, least=150, steepest=12.0)


def test_strokes_that_go_on_elsewhere_are_no_line() -> None:
    drawn = paper()
    for left in range(20, 380, 30):
        line(drawn, (left, 20 + left % 60), (left + 24, 20 + left % 60))

    assert not may_hold_line(drawn, least=56, steepest=12.0)


def test_a_line_that_is_too_steep_is_not_looked_for() -> None:
    drawn = line(paper(), (20, 5), (120, 100))

    assert not may_hold_line(drawn, least=80, steepest=12.0)


def test_an_empty_place_holds_no_line() -> None:
    assert not may_hold_line(paper(), least=30, steepest=12.0)
