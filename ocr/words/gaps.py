"""Tells where a line of free writing leaves a space between its words.

A hand leaves more paper there than elsewhere, and the recogniser answers a space. Each
alone misses some of them: a house number begins with a wide gap, and kana stand apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from math import log10
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr.engine import GreyImage
from ocr.strokes.crops import runs
from ocr.words.ctc import Glyph

Spaces = NDArray[np.float64]
"""The share of a space at each step."""

_WIDE_SPACE = "\u3000"
_STEP_PX = 8
_LINE_HEIGHT = 48
_FRAME_PX = 8
_INK = 200
# Seen on made-up lines with and without spaces in the hands of `development`: what a
# gap is wider than the others of its line, in heights of the line, and the share of a
# space in it.
_PER_HEIGHT = 5.0
_LEAST_SHARE = 1e-3
_SPACE, _DOUBTFUL = 0.4, -0.65
_PARTED = 9.0


class Gap(NamedTuple):
    """Paper between two glyphs where a space may be.

    Attributes:
        step: where its middle is.
        score: how much speaks for a space, 0 being as much as speaks against it.
    """

    step: float
    score: float

    @property
    def is_space(self) -> bool:
        return self.score > 0


def gap_after(steps: int) -> Gap:
    """The gap between two pictures that were cut apart after so many steps."""
    return Gap(steps - 0.5, _PARTED)


def gaps_in(picture: GreyImage, spaces: Spaces) -> Iterator[Gap]:
    """The gaps of one picture where a space is, or may be."""
    columns = runs(np.asarray((picture < _INK).any(axis=0)))
    widths = [two.start - one.stop for one, two in pairwise(columns)]
    if not widths:
        return
    usual, height = median(widths), max(picture.shape[0] - _FRAME_PX, 1)
    per_step = _STEP_PX * picture.shape[0] / _LINE_HEIGHT
    for one, two, width in zip(columns, columns[1:], widths, strict=False):
        step = (one.stop + two.start) / 2 / per_step
        reach = width / per_step / 2 + 1
        near = spaces[max(int(step - reach), 0) : int(step + reach) + 1]
        score = _PER_HEIGHT * (width - usual) / height
        score += log10(float(near.sum()) + _LEAST_SHARE)
        if score > _DOUBTFUL:
            yield Gap(step, score - _SPACE)


def with_spaces(text: str, glyphs: Sequence[Glyph], gaps: Iterable[Gap]) -> str:
    """The text with a space wherever a gap is one; `glyphs` are its best path."""
    read = "".join(glyph.character for glyph in glyphs)
    places = sorted(
        {
            _place(text, read, sum(glyph.first < gap.step for glyph in glyphs))
            for gap in gaps
            if gap.is_space
        }
    )
    edges = [0, *(place for place in places if 0 < place < len(text)), len(text)]
    return _WIDE_SPACE.join(text[first:last] for first, last in pairwise(edges))


def _place(text: str, read: str, count: int) -> int:
    """Before which character of the text so many glyphs of the best path end."""
    for _, begin, end, first, last in SequenceMatcher(
        None, read, text, autojunk=False
    ).get_opcodes():
        if begin < count <= end:
            return last if count == end else min(first + count - begin, last)
    return 0
