"""What is measured on the image of a page that may stand for its paper."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.legal_image import Fault, measure, real_dpi

A4_200 = (2339, 1654)


def a_page(size: tuple[int, int] = A4_200) -> NDArray[np.uint8]:
    """Lines of small print on a whole sheet."""
    image = np.full(size, 250, np.uint8)
    for top in range(200, size[0] - 200, 40):
        cv2.putText(
            image, "kamizero " * 9, (120, top), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20,), 2
        )
    return image


def faults(image: NDArray[np.uint8], **more: float) -> tuple[Fault, ...]:
    depth = int(more.pop("depth", 24))
    dpi = more.pop("dpi", 200)
    return measure(image, tagged_dpi=dpi, depth=depth, **more).faults


def test_a_whole_sharp_page_at_200_dpi_has_no_fault() -> None:
    assert faults(a_page()) == ()


def test_a_blank_page_is_not_blurred() -> None:
    assert faults(np.full(A4_200, 250, np.uint8)) == ()


def test_a_blurred_page_is_told() -> None:
    blurred = np.asarray(cv2.GaussianBlur(a_page(), (0, 0), 2.5), np.uint8)

    assert faults(blurred) == (Fault.BLUR,)


def test_two_levels_and_a_slant_are_told() -> None:
    assert faults(a_page(), depth=1, skew=-4.0) == (Fault.DEPTH, Fault.SKEW)


def test_print_that_runs_off_the_sheet_is_told() -> None:
    image = a_page()[:, 130:]

    assert Fault.CUT in faults(image)


def test_a_dark_border_is_no_cut() -> None:
    image = a_page()
    image[:, :12] = 10

    assert faults(image) == ()


@pytest.mark.parametrize(
    ("width", "height", "tagged", "found"),
    [
        (1654, 2339, 200, (200, False)),
        (2339, 1654, 200, (200, False)),
        # Cameras write 72 where they know nothing.
        (1654, 2339, 72, (200, False)),
        (827, 1169, 0, (100, False)),
        # A tag that flatters: the picture cannot be of a small paper nobody has.
        (827, 1169, 300, (100, False)),
        (1575, 2339, 200, (200, True)),
        (1165, 1654, 200, (200, False)),
    ],
)
def test_the_resolution_is_judged_by_the_size_of_the_paper(
    width: int, height: int, tagged: float, found: tuple[int, bool]
) -> None:
    assert real_dpi(width, height, tagged) == found
