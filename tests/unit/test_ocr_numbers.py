"""What may be a My Number is covered, wherever it stands and however unsure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from kamizero.model import Box
from ocr.engine import GreyImage, Posteriors
from ocr.engines.onnx_engine import OnnxRecogniser
from ocr.engines.text_finder import TextFinder
from ocr.numbers import numbers_beside, numbers_on

ALPHABET = ("", *"0123456789 -ABOl年住所，")
PAGE = np.full((600, 900, 3), 255, np.uint8)


@dataclass
class Written:
    """Lines that stand on a page, and how sure it is what they say."""

    lines_there: Sequence[tuple[Box, str, float]]
    name: str = "told"
    alphabet: tuple[str, ...] = ALPHABET

    def lines(self, picture: NDArray[np.uint8]) -> list[Box]:
        del picture
        return [box for box, _, _ in self.lines_there]

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        upright = [one for one in self.lines_there if one[0].h <= one[0].w * 4]
        assert len(lines) == len(upright)
        return [_steps(text, sure) for _, text, sure in upright]


def _steps(text: str, sure: float) -> Posteriors:
    steps = np.full((2 * len(text), len(ALPHABET)), 0.0, np.float32)
    steps[1::2, 0] = 1.0
    for at, char in enumerate(text):
        steps[2 * at, ALPHABET.index(char)] = sure
    return steps


def covered(*there: tuple[Box, str, float]) -> list[int]:
    """Which of the lines are covered."""
    page = Written(there)
    found = numbers_on(PAGE, finder=page, recogniser=page)
    return [n for n, (box, _, _) in enumerate(there) if box in found]


LINE = Box(100, 100, 300, 30)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("123456789018", 1.0),
        ("住所 1234 5678 9018年", 1.0),
        ("1234-5678-9018", 1.0),
        ("l234S6789018".replace("S", "5"), 1.0),
        ("12345678901", 1.0),
        ("123456789", 0.8),
        ("住所年", 0.4),
    ],
)
def test_a_run_of_digits_and_what_may_be_one_are_covered(
    text: str, sure: float
) -> None:
    assert covered((LINE, text, sure)) == [0]


@pytest.mark.parametrize(
    ("text", "sure"), [("住所年", 0.9), ("1234567", 1.0), ("123456年789018", 1.0)]
)
def test_what_is_no_number_stays_open(text: str, sure: float) -> None:
    assert covered((LINE, text, sure)) == []


def test_digits_in_boxes_of_their_own_are_one_number() -> None:
    pieces = [(Box(100 + 90 * n, 100, 80, 30), "1234", 1.0) for n in range(3)]
    far = (Box(700, 100, 80, 30), "1234", 1.0)
    below = (Box(100, 300, 80, 30), "1234", 1.0)

    assert covered(*pieces, far, below) == [0, 1, 2]


def test_writing_that_stands_on_end_is_covered() -> None:
    assert covered((Box(100, 100, 30, 300), "住所", 1.0)) == [0]


def test_what_is_not_read_is_taken_for_the_print_that_stands_there() -> None:
    lines = [(LINE, "住所", 0.4), (Box(100, 300, 300, 30), "123456789018", 1.0)]
    page = Written(lines)
    printed = [Box(box.x, box.y, 100, box.h) for box, _, _ in lines]

    found = numbers_on(PAGE, finder=page, recogniser=page, printed=printed)

    assert found == (lines[1][0],)


def test_a_page_without_text_has_nothing_to_cover() -> None:
    assert covered() == []


@pytest.mark.model
def test_numbers_are_found_on_a_page_and_beside_a_form() -> None:
    page = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(page)
    texts = {
        (300, 400): ("No. 223456789013", 44),
        (300, 700): ("1234 5678 9018", 28),
        (300, 1500): ("123456789018", 16),
        (40, 2250): ("123456789018", 40),
        (300, 900): ("A plain line of some text", 28),
    }
    for place, (text, size) in texts.items():
        draw.text(place, text, "black", font=ImageFont.load_default(size=size))
    seen, finder = np.asarray(page), TextFinder()
    engine = OnnxRecogniser(threads=1)
    form = Box(200, 200, 1300, 1900)

    everywhere = numbers_on(seen, finder=finder, recogniser=engine)
    beside = numbers_beside(seen, form, finder=finder, recogniser=engine)

    assert _hit(everywhere, texts) == [True, True, True, True, False]
    assert _hit(beside, texts) == [False, False, False, True, False]


def _hit(
    areas: Sequence[Box], texts: dict[tuple[int, int], tuple[str, int]]
) -> list[bool]:
    """Of each text, whether its beginning and middle lie in an area."""
    return [
        any(area.contains(Box(x + size, y + size / 2, 4 * size, 1)) for area in areas)
        for (x, y), (_, size) in texts.items()
    ]
