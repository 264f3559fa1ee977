"""Finds the lines and words of free writing in a box."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from kamizero.model import Box
from ocr.engine import GreyImage
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import runs, trim
from ocr.strokes.foreign import own_strokes
from ocr.strokes.ink import Ink

# Writing may leave its box by so much; what is printed around it is gone already.
_MARGIN_MM = 0.5
# Lower writing is one line, however it is parted: 三 has two gaps.
_TWO_LINES_MM = 4.2
_LEAST_LINE_MM = 1.5
# A gap parts words where it is this share of the line's height.
_NAME_GAP = 0.33
_NAME_GAP_LEAD = 1.45
_WORD_GAP = 1.3
_WORD_GAP_LEAD = 2.0
_EDGE = 4


@dataclass(frozen=True, slots=True, eq=False)
class WrittenLine:
    """One line of writing: its words as pictures, left to right.

    `sure` says that the gaps between and inside the words speak a clear language.
    """

    words: tuple[GreyImage, ...]
    sure: bool


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What is written in a box.

    Attributes:
        lines: top to bottom.
        left_out: strokes were taken for a neighbour's that may belong to it.
    """

    lines: tuple[WrittenLine, ...]
    left_out: bool = False


def written_lines(ink: Ink, box: Box, *, two_words: bool) -> Written:
    """The lines written in a box.

    `two_words`: a family and a given name are expected, with one gap.
    """
    own = own_strokes(ink, box, margin_mm=_MARGIN_MM)
    mask = own.mask
    picture = ink.cut(box, margin_mm=_MARGIN_MM)
    around = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    clean = np.where(around > 0, picture, 255).astype(np.uint8)
    lines = (
        _line(clean[rows], mask[rows], two_words=two_words) for rows in _rows(mask)
    )
    return Written(tuple(lines), left_out=own.left_out)


def _rows(mask: GreyImage) -> list[slice]:
    """The rows of each line."""
    window = trim(mask)
    if window is None:
        return []
    rows = window[0]
    if rows.stop - rows.start < _TWO_LINES_MM * PX_PER_MM:
        return [rows]
    parts = runs(np.asarray(mask.any(axis=1)))
    least = _LEAST_LINE_MM * PX_PER_MM
    if len(parts) > 1 and all(part.stop - part.start >= least for part in parts):
        return parts
    return [rows]


def _line(picture: GreyImage, mask: GreyImage, *, two_words: bool) -> WrittenLine:
    columns = runs(np.asarray(mask.any(axis=0)))
    height = mask.shape[0]
    gaps = [b.start - a.stop for a, b in pairwise(columns)]
    splits, sure = _splits(gaps, height, two_words=two_words)
    edges = [0, *(at + 1 for at in splits), len(columns)]
    words = [
        _framed(picture[:, columns[first].start : columns[last - 1].stop])
        for first, last in pairwise(edges)
    ]
    return WrittenLine(tuple(words), sure)


def _splits(gaps: list[int], height: int, *, two_words: bool) -> tuple[list[int], bool]:
    """Which gaps part words, and whether that is beyond doubt."""
    if not gaps:
        return [], not two_words
    order = sorted(range(len(gaps)), key=lambda at: -gaps[at])
    largest = gaps[order[0]]
    second = gaps[order[1]] if len(gaps) > 1 else 0
    if two_words:
        if largest < _NAME_GAP * height:
            return [], False
        return [order[0]], largest >= _NAME_GAP_LEAD * second
    if largest >= _WORD_GAP * height and largest >= _WORD_GAP_LEAD * second:
        return [order[0]], False
    return [], True


def length_of(word: GreyImage) -> float:
    """How long a word of a line is, in heights of the line."""
    height, width = word.shape
    return float((width - 4 * _EDGE) / (height - 2 * _EDGE))


def _framed(word: GreyImage) -> GreyImage:
    """Paper around a word, as the recogniser expects it."""
    return np.asarray(
        cv2.copyMakeBorder(
            word, _EDGE, _EDGE, 2 * _EDGE, 2 * _EDGE, cv2.BORDER_CONSTANT, value=(255,)
        ),
        np.uint8,
    )
