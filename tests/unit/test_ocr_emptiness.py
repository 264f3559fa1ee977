"""An empty back is known as one; a page anybody wrote on, however faintly, is not."""

import cv2
import numpy as np
import pytest

from ocr.emptiness import is_empty
from ocr.page import Picture
from samples.making.scanner import Scanner, copied

DPI = 120
SCALE = DPI / 25.4
HEIGHT, WIDTH = round(297 * SCALE), round(210 * SCALE)
SCANNERS = {
    "clean": Scanner(),
    "grey and grainy": Scanner(grey=True, noise=3),
    "without clean-up": Scanner(skew=2.5, white=None),
    "lid open": Scanner(shadow=0.25, white=None),
    "copied": Scanner(after=(copied,), white=None, skew=0.8),
    "copied on its side": Scanner(after=(copied,), white=None, quarter_turns=1),
}


def paper() -> Picture:
    return np.full((HEIGHT, WIDTH, 3), 255, np.uint8)


def punched() -> Picture:
    page = paper()
    for share in (0.36, 0.64):
        centre = (round(12 * SCALE), round(share * HEIGHT))
        cv2.circle(page, centre, round(3 * SCALE), (60, 60, 60), -1)
    return page


def written(text: str, darkness: int) -> Picture:
    """One line in the middle, so much darker than the paper."""
    page, shade = paper(), 255 - darkness
    place = (round(60 * SCALE), round(140 * SCALE))
    font = cv2.FONT_HERSHEY_SCRIPT_SIMPLEX
    cv2.putText(page, text, place, font, 0.9, (shade,) * 3, 2)
    return page


def shown_through(share: float) -> Picture:
    """The print of the front, mirrored and soft, as thin paper lets it through."""
    page = paper()
    for row in range(30):
        place = (round(30 * SCALE), round((40 + 7 * row) * SCALE))
        cv2.putText(page, "tnorf eht no tnirp", place, 0, 0.7, (0, 0, 0), 2)
    soft = cv2.GaussianBlur(page, (0, 0), 0.5 * SCALE).astype(np.float32)
    return np.asarray(255 - (255 - soft) * share, np.uint8)


def scanned(page: Picture, scanner: Scanner, seed: int) -> bool:
    """Whether what this scanner makes of the page is taken for empty."""
    pixels = scanner.scan(page, SCALE, np.random.default_rng(seed))
    return is_empty(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8))


@pytest.mark.parametrize("scanner", SCANNERS.values(), ids=SCANNERS.keys())
@pytest.mark.parametrize("page", [paper, punched])
def test_a_back_is_empty_in_spite_of_dust_holes_shadows_and_streaks(
    page: object, scanner: Scanner
) -> None:
    assert callable(page)

    assert all(scanned(page(), scanner, seed) for seed in range(3))


@pytest.mark.parametrize("scanner", SCANNERS.values(), ids=SCANNERS.keys())
def test_print_that_hardly_shows_through_is_no_writing(scanner: Scanner) -> None:
    assert scanned(shown_through(0.05), scanner, 1)


@pytest.mark.parametrize("scanner", SCANNERS.values(), ids=SCANNERS.keys())
@pytest.mark.parametrize("darkness", [255, 120, 60])
def test_one_written_line_is_never_empty(darkness: int, scanner: Scanner) -> None:
    page = written("1234567", darkness)

    assert not any(scanned(page, scanner, seed) for seed in range(3))


@pytest.mark.parametrize("name", ["clean", "grey and grainy", "without clean-up"])
def test_faint_pencil_is_never_empty(name: str) -> None:
    page = written("tel. 03-1234-5678", 36)

    assert not any(scanned(page, SCANNERS[name], seed) for seed in range(3))


def test_a_few_small_digits_far_from_each_other_are_never_empty() -> None:
    page = paper()
    for number, digit in enumerate("4152"):
        place = (round((60 + 6 * number) * SCALE), round(140 * SCALE))
        cv2.putText(page, digit, place, 0, 0.55, (90, 90, 90), 1)

    assert not any(scanned(page, SCANNERS["clean"], seed) for seed in range(3))


def test_a_seal_in_the_margin_is_no_punched_hole() -> None:
    page, centre = paper(), (round(20 * SCALE), round(60 * SCALE))
    cv2.circle(page, centre, round(4 * SCALE), (200, 60, 50), 2)
    for shift in (-1.5, 1.5):
        start = (centre[0] + round(shift * SCALE), centre[1] - round(2 * SCALE))
        end = (start[0], centre[1] + round(2 * SCALE))
        cv2.line(page, start, end, (200, 60, 50), 2)

    assert not any(scanned(page, SCANNERS["clean"], seed) for seed in range(3))
