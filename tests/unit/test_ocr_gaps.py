"""Spaces between the words of a line, by the paper left and the model's answer."""

from collections.abc import Mapping

import numpy as np
import pytest

from forms.library import Library
from ocr.engine import GreyImage, Posteriors
from ocr.strokes.lines import WrittenLine
from ocr.words.ctc import Glyph, Line
from ocr.words.free_field import GAP, FreePiece, read_free
from ocr.words.free_words import read_words
from ocr.words.gaps import Gap, gaps_in, with_spaces
from ocr.words.word import WordReading, alphabets_of, both

_STEP_PX, _GLYPH_PX = 8, 20
_CLASSES = ("", *"トウキタ1-2会社丸", " ")


def _line(text: str, *, wide_px: Mapping[int, int]) -> GreyImage:
    """Blocks of ink 4 px apart, in a line of 40; wider before some of them."""
    parts = [np.full((48, 16), 255, np.uint8)]
    for at, _ in enumerate(text):
        gap = np.full((48, wide_px.get(at, 4)), 255, np.uint8)
        glyph = np.full((48, _GLYPH_PX), 255, np.uint8)
        glyph[4:44] = 0
        parts += [gap, glyph]
    return np.hstack([*parts, parts[0]])


def _answers(picture: GreyImage, text: str, spaces: Mapping[int, float]) -> Posteriors:
    """Each glyph at the middle of its block; some share of a space in gaps."""
    ink = (picture < 200).any(axis=0).astype(int)
    begins = np.flatnonzero(np.diff(ink) == 1) + 1
    answers = np.zeros((picture.shape[1] // _STEP_PX + 1, len(_CLASSES)), np.float32)
    answers[:, 0] = 1.0
    for at, (char, begin) in enumerate(zip(text, begins, strict=True)):
        step = (begin + _GLYPH_PX // 2) // _STEP_PX
        answers[step] = 0.0
        answers[step, _CLASSES.index(char)] = 1.0
        answers[step - 1, [0, -1]] = (1 - spaces.get(at, 0.0), spaces.get(at, 0.0))
    return answers


def _scores(wide_px: int, share: float) -> list[Gap]:
    text = "トウキ1-2"
    picture = _line(text, wide_px={3: wide_px})
    answers = _answers(picture, text, {3: share})
    return list(gaps_in(picture, answers[:, -1].astype(np.float64)))


@pytest.mark.parametrize(
    ("wide_px", "share", "spaces"),
    [
        (28, 0.1, [True]),
        (28, 0.0, [False]),
        (14, 0.0, []),
        (20, 0.5, [True]),
        (20, 0.02, [False]),
        (5, 0.5, [False]),
        (4, 0.0, []),
    ],
    ids=[
        "wide and answered",
        "wide alone",
        "less wide alone",
        "less wide and answered",
        "less wide",
        "answered alone",
        "neither",
    ],
)
def test_a_gap_is_a_space_where_hand_and_model_leave_one(
    wide_px: int, share: float, spaces: list[bool]
) -> None:
    assert [gap.is_space for gap in _scores(wide_px, share)] == spaces


def _read(field: str, text: str, wide_px: int, share: float) -> tuple[str, list[str]]:
    """The value and the doubts of a line with one gap of this kind before its 5th."""
    picture = _line(text, wide_px={4: wide_px})
    line = WrittenLine((picture,), sure=True)
    piece = FreePiece(
        Library.shipped().get("2218@2020-12").field(field), (line,), faint=False
    )
    answers = [_answers(picture, text, {4: share})]
    words = read_words(piece, answers, alphabets_of(_CLASSES))
    outcome = read_free(piece, words)
    return outcome.best.value, list(outcome.doubts)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("insured.1.address_kana", "トウキタ1-2"),
        ("insured.1.address_kanji", "会社丸社1-2"),
        ("insured.1.remarks", "会社丸社丸社丸"),
    ],
    ids=["address in kana", "address", "text"],
)
def test_a_space_that_is_seen_is_read_and_left_to_a_person(
    field: str, text: str
) -> None:
    value, doubts = _read(field, text, 28, 0.5)
    doubted, why = _read(field, text, 20, 0.02)
    plain, none = _read(field, text, 4, 0.0)

    assert value == f"{text[:4]}\u3000{text[4:]}"
    assert GAP in doubts
    assert doubted == text
    assert GAP in why
    assert plain == text
    assert GAP not in none


def test_pictures_cut_apart_on_one_line_have_a_space_between_them() -> None:
    pictures = [_line(part, wide_px={}) for part in ("会社", "1-2")]
    field = Library.shipped().get("2218@2020-12").field("insured.1.address_kanji")
    answers = [
        _answers(picture, part, {})
        for picture, part in zip(pictures, ("会社", "1-2"), strict=True)
    ]
    one_line = FreePiece(field, (WrittenLine(tuple(pictures), sure=False),), False)
    two_lines = FreePiece(
        field, tuple(WrittenLine((one,), sure=True) for one in pictures), False
    )

    parted = read_free(one_line, read_words(one_line, answers, alphabets_of(_CLASSES)))
    joined = read_free(
        two_lines, read_words(two_lines, answers, alphabets_of(_CLASSES))
    )

    assert parted.best.value == "会社\u30001-2"
    assert joined.best.value == "会社1-2"
    assert GAP not in joined.doubts


def test_a_space_stands_where_it_was_seen_though_other_glyphs_are_read() -> None:
    glyphs = [Glyph(char, 2 * at, 2 * at, 1.0) for at, char in enumerate("東亰1-2")]
    gaps = [Gap(step=3, score=1.0), Gap(step=5, score=-0.1)]

    assert with_spaces("東京1-2", glyphs, gaps) == "東京\u30001-2"
    assert with_spaces("東京都1-2", glyphs, gaps) == "東京都\u30001-2"
    assert with_spaces("1-2", glyphs, gaps) == "1-2"


@pytest.mark.parametrize(("given_px", "doubted"), [(40, False), (120, True)])
def test_a_name_longer_than_what_is_read_of_it_has_lost_a_character(
    given_px: int, doubted: bool
) -> None:
    framed = [np.zeros((48, width + 16), np.uint8) for width in (80, given_px)]
    field = Library.shipped().get("2218@2020-12").field("insured.1.name_kanji")
    piece = FreePiece(field, (WrittenLine(tuple(framed), sure=True),), faint=False)
    words = [WordReading((Line(text, 0.999),)) for text in ("永田", "健")]

    outcome = read_free(piece, words)

    assert ("longer than it is read" in outcome.doubts) is doubted


@pytest.mark.parametrize(("last", "close"), [(19, True), (20, False)])
def test_where_digits_stand_says_whether_a_hyphen_fits(last: int, close: bool) -> None:
    text = "会社丸社12"
    answer = np.zeros((24, len(_CLASSES)), np.float32)
    for char, step in zip(text, (2, 5, 8, 11, 17, last), strict=True):
        answer[step, _CLASSES.index(char)] = 1.0
    answer[answer.sum(axis=1) == 0, 0] = 1.0
    piece = FreePiece(
        Library.shipped().get("2218@2020-12").field("insured.1.address_kanji"),
        (WrittenLine((_line(text, wide_px={}),), sure=True),),
        faint=False,
    )

    outcome = read_free(piece, read_words(piece, [answer], alphabets_of(_CLASSES)))

    assert outcome.best.value == text
    assert outcome.close_digits is close
    assert outcome.grounds == ("line",)


def test_two_looks_of_which_one_leaves_room_for_a_hyphen_leave_room() -> None:
    near, far = (
        WordReading((Line("12", 0.9),), close=close) for close in (True, False)
    )

    assert both(near, near).close
    assert not both(near, far).close


def test_where_other_digits_stand_says_nothing_of_those_read() -> None:
    answer = np.zeros((24, len(_CLASSES)), np.float32)
    for char, step in zip("会社丸12", (2, 5, 8, 14, 16), strict=True):
        answer[step, _CLASSES.index(char)] = 1.0
    # Neither step shows a third digit; both together do.
    answer[18:20, [0, _CLASSES.index("1")]] = (0.6, 0.4)
    answer[answer.sum(axis=1) == 0, 0] = 1.0
    piece = FreePiece(
        Library.shipped().get("2218@2020-12").field("insured.1.address_kanji"),
        (WrittenLine((_line("会社丸121", wide_px={}),), sure=True),),
        faint=False,
    )

    (reading,) = read_words(piece, [answer], alphabets_of(_CLASSES))

    assert reading.lines[0].text == "会社丸121"
    assert not reading.close


def test_of_digits_on_two_lines_nothing_says_how_close_they_stand() -> None:
    text, more = "会社丸社12", "丸社"
    piece = FreePiece(
        Library.shipped().get("2218@2020-12").field("insured.1.address_kanji"),
        tuple(
            WrittenLine((_line(one, wide_px={}),), sure=True) for one in (text, more)
        ),
        faint=False,
    )
    answers = [np.zeros((24, len(_CLASSES)), np.float32) for _ in (text, more)]
    steps = ((2, 5, 8, 11, 17, 19), (2, 4))
    for one, answer, at in zip((text, more), answers, steps, strict=True):
        answer[list(at), [_CLASSES.index(char) for char in one]] = 1.0
        answer[answer.sum(axis=1) == 0, 0] = 1.0

    (reading,) = read_words(piece, answers, alphabets_of(_CLASSES))

    assert not reading.close


def test_a_name_in_two_kana_is_as_likely_read_in_either_where_they_meet() -> None:
    classes = ("", *"ひかりクニッ")
    text = "ひかりクニック"
    answer = np.zeros((40, len(classes)), np.float32)
    for at, char in enumerate(text):
        answer[2 + 4 * at, classes.index(char)] = 1.0
    answer[answer.sum(axis=1) == 0, 0] = 1.0
    piece = FreePiece(
        Library.shipped().get("2218@2020-12").field("office.name"),
        (WrittenLine((_line(text, wide_px={}),), sure=True),),
        faint=False,
    )

    outcome = read_free(piece, read_words(piece, [answer], alphabets_of(classes)))

    assert outcome.best.value == text
    assert outcome.confidence <= 0.5
    assert outcome.candidates[1].value == "ひかリクニック"
