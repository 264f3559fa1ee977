"""New, correction or cancellation: what stands by the title, and what is red."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms import typeface
from forms.definition import FormDefinition
from forms.fill import fill
from forms.hand import Hand
from forms.library import Library
from kamizero.model import FieldState, FilingKind, Reading, Severity
from ocr.engine import GreyImage, Posteriors
from ocr.form import FormReading, read_form
from ocr.page import look
from workers.reading import FilingReading, read_filing

Picture = NDArray[np.uint8]

RED, BLACK = (205, 40, 40), (28, 28, 40)
PALE_RED, PALE_GREY = (233, 196, 192), (214, 214, 214)
DPI = 200
OLD = {"insured.1.serial_number": "111", "insured.1.category": "1"}
NEW = {"insured.1.serial_number": "444", "insured.1.category": "2"}


class OneTextEngine:
    """Reads the same characters in every picture, each beyond doubt."""

    name = "one-text@0"
    alphabet = ("", *"訂正取消届0123456789")

    def __init__(self, text: str) -> None:
        self._text = text

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        return [self._one(line) for line in lines]

    def _one(self, line: GreyImage) -> Posteriors:
        steps = np.full((max(line.shape[1] // 8, 8), len(self.alphabet)), 1e-6)
        steps[:, 0] = 1.0
        for at, char in enumerate(self._text):
            steps[2 * at + 1] = 1e-6
            steps[2 * at + 1, self.alphabet.index(char)] = 1.0
        return steps.astype(np.float32)


@cache
def definition() -> FormDefinition:
    return Library.shipped().get("2200@2020-12")


def page(values: Mapping[str, str], *, ink: tuple[int, int, int] = BLACK) -> Picture:
    return np.array(fill(definition(), values, hand=Hand(ink=ink), dpi=DPI)[0])


def over(one: Picture, other: Picture) -> Picture:
    """Two writings on one sheet."""
    return np.minimum(one, other)


def marked(picture: Picture, text: str, ink: tuple[int, int, int] = RED) -> Picture:
    """Something written beside the title."""
    image = Image.fromarray(picture)
    font = ImageFont.truetype(str(typeface.path()), round(7 * DPI / 25.4))
    at = (round(132 * DPI / 25.4), round(7 * DPI / 25.4))
    ImageDraw.Draw(image).text(at, text, ink, font)
    return np.asarray(image)


def faded(picture: Picture) -> Picture:
    """The same under too bright a lamp: pens and red keep two fifths of their ink."""
    return np.asarray(255 - (255 - picture) * 0.4, np.uint8)


def grey(picture: Picture) -> Picture:
    one = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.repeat(one[..., None], 3, axis=2).astype(np.uint8)


def read(picture: Picture, text: str = "訂正") -> FormReading:
    found = look(picture, library=Library.shipped())
    return read_form([found], definition=definition(), engine=OneTextEngine(text))


def by_name(reading: FormReading) -> Mapping[str, Reading]:
    return {one.name: one for one in reading.readings}


def test_a_form_with_nothing_by_its_title_is_plainly_new() -> None:
    reading = read(page(NEW))

    assert (reading.kind, reading.kind_plain) == (FilingKind.NEW, True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("訂正", FilingKind.CORRECTION),
        ("訂正届", FilingKind.CORRECTION),
        ("取消届", FilingKind.CANCELLATION),
    ],
)
def test_the_mark_by_the_title_names_the_kind_and_it_is_never_plain(
    text: str, kind: FilingKind
) -> None:
    reading = read(marked(page(NEW), text), text)

    assert (reading.kind, reading.kind_plain) == (kind, False)


@pytest.mark.parametrize("text", ["届", "訂正取消"])
def test_a_mark_that_names_no_kind_leaves_it_open(text: str) -> None:
    reading = read(marked(page(NEW), "訂正"), text)

    assert (reading.kind, reading.kind_plain) == (FilingKind.NEW, False)


def test_a_mark_in_black_is_seen_too() -> None:
    reading = read(marked(page(NEW), "訂正", BLACK))

    assert (reading.kind, reading.kind_plain) == (FilingKind.CORRECTION, False)


def test_a_red_mark_on_a_faint_scan_is_seen_too() -> None:
    filled = NEW | {f"insured.{n}.my_number": "123456789018" for n in range(1, 5)}

    reading = read(faded(marked(page(filled), "取消届")), "取消")

    assert not reading.kind_plain


@pytest.mark.parametrize("ink", [PALE_RED, PALE_GREY])
def test_a_mark_too_pale_to_be_read_leaves_the_kind_open(
    ink: tuple[int, int, int],
) -> None:
    reading = read(marked(page(NEW), "取消届", ink), "取消")

    assert (reading.kind, reading.kind_plain) == (FilingKind.NEW, False)


def test_a_stain_by_the_title_is_no_mark() -> None:
    picture = page(NEW)
    stain = np.full_like(picture, 255)
    cv2.circle(stain, (1100, 90), 160, (238, 222, 200), -1)

    assert read(np.minimum(picture, cv2.GaussianBlur(stain, (0, 0), 12))).kind_plain


def test_grain_by_the_title_is_no_mark() -> None:
    rng = np.random.default_rng(1)
    picture = page(NEW)
    picture[rng.integers(40, 150, 900), rng.integers(1000, 1250, 900)] = 180

    assert read(picture).kind_plain


def test_where_the_title_is_cut_off_the_kind_is_left_open() -> None:
    whole = look(page(NEW), library=Library.shipped())
    cut = look(page(NEW)[110:], library=Library.shipped(), expected=definition())

    kinds = [
        read_form([one], definition=definition(), engine=OneTextEngine("訂正"))
        for one in (whole, cut)
    ]

    assert [one.kind_plain for one in kinds] == [True, False]


def test_a_speck_by_the_title_is_no_mark() -> None:
    picture = page(NEW)
    cv2.circle(picture, (1100, 80), 4, BLACK, -1)

    assert read(picture).kind_plain


def test_in_a_grey_scan_of_a_correction_nothing_is_accepted() -> None:
    reading = read(grey(marked(page(NEW), "訂正")))

    assert reading.kind is FilingKind.CORRECTION
    assert not any(one.accepted for one in reading.readings)


def test_in_colour_what_is_empty_on_a_correction_stays_accepted() -> None:
    readings = by_name(read(marked(page(NEW), "訂正")))

    assert readings["insured.4.remarks"].accepted


def test_red_in_a_field_leaves_the_kind_open_even_without_a_mark() -> None:
    reading = read(over(page(NEW), page({"insured.2.category": "1"}, ink=RED)))

    assert not reading.kind_plain


def test_the_black_ring_counts_and_the_red_one_is_the_value_before() -> None:
    picture = over(page(OLD, ink=RED), page({"insured.1.category": "2"}))

    category = by_name(read(picture))["insured.1.category"]

    assert (category.state, category.value) == (FieldState.READ, "2")
    assert not category.accepted
    assert "1" in {candidate.value for candidate in category.alternatives}


def test_where_all_is_red_the_red_is_read_and_needs_an_eye() -> None:
    category = by_name(read(page(OLD, ink=RED)))["insured.1.category"]

    assert (category.state, category.value) == (FieldState.READ, "1")
    assert not category.accepted


def test_a_seal_is_no_writing_in_red() -> None:
    picture = page(NEW)
    cv2.circle(picture, (600, 505), 40, RED, 4)

    reading = read(picture)

    assert reading.kind_plain
    assert not by_name(reading)["office.owner_name"].value


def filing(picture: Picture, text: str) -> FilingReading:
    found = look(picture, library=Library.shipped())
    return read_filing(
        [found],
        definition=definition(),
        engine=OneTextEngine(text),
        today=date(2020, 12, 10),
    )


def test_a_marked_filing_carries_its_kind_and_is_sent_to_a_person() -> None:
    reading = filing(marked(page(NEW), "取消"), "取消")

    warned = {one.rule for one in reading.findings if one.severity is Severity.WARNING}
    assert reading.kind is FilingKind.CANCELLATION
    assert "reading.kind_to_be_seen" in warned


def test_a_new_filing_says_nothing_of_its_kind() -> None:
    reading = filing(page(NEW), "訂正")

    assert "reading.kind_to_be_seen" not in {one.rule for one in reading.findings}
