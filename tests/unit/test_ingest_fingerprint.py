"""A sheet scanned twice is noticed; other papers are not taken for it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest import fingerprint
from kamizero.model import Box

Grey = NDArray[np.uint8]
BOXES = [Box(10 + 40 * (n % 4), 10 + 20 * (n // 4), 36, 12) for n in range(40)]
UPRIGHT = np.diag([4.0, 4.0, 1.0])


def a_paper(seed: int) -> Grey:
    """Paragraphs of words, as letters and certificates have them."""
    rng = np.random.default_rng(seed)
    image = np.full((1169, 827), 245, np.uint8)
    top = 60
    while top < 1080:
        for left in np.cumsum(rng.integers(30, 90, int(rng.integers(2, 10)))):
            cv2.putText(
                image, "kz", (int(left), top), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (30,), 2
            )
        top += int(rng.integers(18, 90))
    return image


def scanned_again(image: Grey, *, lean: float = 0.7, turned: bool = False) -> Grey:
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0)
    again = cv2.warpAffine(image, turn, (width, height), borderValue=(245,))
    noise = np.random.default_rng(1).normal(0, 4, again.shape)
    again = np.clip(again + noise, 0, 255)
    return np.asarray(np.rot90(again, 2) if turned else again, np.uint8).copy()


def a_form(seed: int) -> Grey:
    """The same print, another hand."""
    rng = np.random.default_rng(seed)
    image = np.full((900, 700), 245, np.uint8)
    for box in BOXES:
        x, y, w, h = (round(side * 4) for side in box)
        cv2.rectangle(image, (x, y), (x + w, y + h), (120,), 1)
        if rng.random() < 0.6:
            for left in rng.integers(x + 4, x + w - 20, 4):
                cv2.putText(
                    image,
                    "8",
                    (int(left), y + h - 8),
                    cv2.FONT_HERSHEY_SIMPLEX,
                    0.9,
                    (40,),
                    2,
                )
    return image


def test_a_paper_scanned_again_is_found_among_others() -> None:
    before = {n: fingerprint.of_paper(a_paper(n)) for n in range(12)}

    for again in (scanned_again(a_paper(7)), scanned_again(a_paper(7), turned=True)):
        assert fingerprint.twin_of(fingerprint.of_paper(again), before) == 7


def test_a_new_paper_is_nobodys_twin() -> None:
    before = {n: fingerprint.of_paper(a_paper(n)) for n in range(12)}

    assert fingerprint.twin_of(fingerprint.of_paper(a_paper(99)), before) is None


def test_a_form_scanned_again_is_found_by_its_handwriting() -> None:
    before = {n: fingerprint.of_form(a_form(n), UPRIGHT, BOXES) for n in range(12)}
    again = scanned_again(a_form(5), lean=0.0)

    found = fingerprint.of_form(again, UPRIGHT, BOXES)

    assert fingerprint.twin_of(found, before) == 5


def test_the_same_form_in_another_hand_is_no_twin() -> None:
    before = {n: fingerprint.of_form(a_form(n), UPRIGHT, BOXES) for n in range(12)}

    found = fingerprint.of_form(a_form(99), UPRIGHT, BOXES)

    assert fingerprint.twin_of(found, before) is None


def test_a_fingerprint_fits_its_column() -> None:
    many = [Box(n % 200, 5 + n // 200, 1, 1) for n in range(900)]

    assert len(fingerprint.of_paper(a_paper(1))) <= fingerprint.LONGEST
    assert len(fingerprint.of_form(a_form(1), UPRIGHT, BOXES)) <= fingerprint.LONGEST
    assert len(fingerprint.of_form(a_form(1), UPRIGHT, many)) <= fingerprint.LONGEST
