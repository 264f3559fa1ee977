"""Reads one word of free writing."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import Field, FieldType
from forms.grammar import alphabet
from ocr import ctc
from ocr.alphabets import Alphabet, Steps
from ocr.engine import GreyImage, Posteriors
from ocr.japanese import JapaneseAlphabet
from ocr.kana import settle_sizes
from ocr.scripts import settle_scripts, stray_digits, with_kana_for_strays
from ocr.sounds import likelihood

_STEP_PX = 8
_LINE_HEIGHT = 48
_LEAST_PROBABILITY = 1e-6
_WIDE_SPACE = "\u3000"
_DARK = 160
_OPEN = (FieldType.TEXT, FieldType.ADDRESS)
# How much less likely a text with a digit among hiragana is than one without.
_STRAY_SHARE = 0.02
# Broken and grainy strokes grow together when blurred this far and darkened again.
_BLUR_PX, _DARKENING = 1.0, 1.8


@lru_cache(maxsize=4)
def alphabets_of(classes: tuple[str, ...]) -> "Alphabets":
    """The alphabets for an engine: building them takes longer than reading a word."""
    return Alphabets(classes)


class WordReading(NamedTuple):
    """The ways to read a word, best first.

    What the alphabet of the field leaves out of the model's answer counts against
    all of them: their probabilities then sum to less than 1.
    """

    lines: tuple[ctc.Line, ...]


class Alphabets:
    """The alphabets of fields, each built once for an engine."""

    def __init__(self, classes: Sequence[str]) -> None:
        self._classes = tuple(classes)
        self._japanese = JapaneseAlphabet(self._classes)
        self._known: dict[str, Alphabet] = {}

    def of(self, characters: str) -> Alphabet:
        if characters not in self._known:
            wanted = characters.replace(_WIDE_SPACE, "")
            self._known[characters] = Alphabet(self._classes, wanted)
        return self._known[characters]

    def steps(
        self, field: Field, posteriors: Posteriors
    ) -> tuple[tuple[str, ...], Steps]:
        """The characters the field can hold, and their shares at each step."""
        wanted = alphabet(field.type, field.format)
        if wanted is None:
            return self._japanese(posteriors)
        limited = self.of(wanted)
        return limited.characters, limited(posteriors)


def read_word(
    field: Field, picture: GreyImage, posteriors: Posteriors, alphabets: Alphabets
) -> WordReading:
    """The ways to read a word that is written in this field."""
    characters, steps = alphabets.steps(field, posteriors)
    lines = [
        line
        for line in ctc.lines(steps, characters)
        if line.probability >= _LEAST_PROBABILITY
    ]
    if field.type in _OPEN:
        lines = _in_their_script(lines)
    if field.type is FieldType.KANA:
        lines = _settled(lines, _heights(picture, ctc.glyphs(steps, characters)))
    fit = _fit(steps)
    return WordReading(
        tuple(ctc.Line(line.text, float(line.probability * fit)) for line in lines)
    )


def smoothed(picture: GreyImage) -> GreyImage:
    """The word with its strokes blurred together, for a second look."""
    ink = 255 - cv2.GaussianBlur(picture, (0, 0), _BLUR_PX).astype(np.float32)
    return np.asarray(255 - np.clip(ink * _DARKENING, 0, 255), np.uint8)


def both(first: WordReading, second: WordReading) -> WordReading:
    """What two looks at one word say together."""
    shares: dict[str, float] = {}
    for line in (*first.lines, *second.lines):
        shares[line.text] = shares.get(line.text, 0.0) + line.probability / 2
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return WordReading(tuple(ctc.Line(text, share) for text, share in ranked))


def _in_their_script(lines: Sequence[ctc.Line]) -> list[ctc.Line]:
    """The same with each ambiguous shape in the script of the word around it."""
    shares: dict[str, float] = {}
    for line in lines:
        text = settle_scripts(line.text)
        strays = stray_digits(text)
        if strays:
            meant = with_kana_for_strays(text)
            shares[meant] = shares.get(meant, 0.0) + line.probability / 2
        share = line.probability * _STRAY_SHARE**strays
        shares[text] = shares.get(text, 0.0) + share
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return [ctc.Line(text, share) for text, share in ranked]


def _settled(lines: Sequence[ctc.Line], heights: Sequence[float]) -> list[ctc.Line]:
    """The same with each kana small or large, ranked by how usual they sound too."""
    shares: dict[str, float] = {}
    for line in lines:
        known = heights if len(line.text) == len(heights) else []
        settled = settle_sizes(line.text, known)
        for text, sure in (
            (settled.text, settled.sure),
            (settled.other, 1 - settled.sure),
        ):
            share = line.probability * sure * likelihood(text)
            shares[text] = shares.get(text, 0.0) + share
    total = sum(shares.values()) or 1.0
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return [ctc.Line(text, share / total) for text, share in ranked]


def _fit(steps: Steps) -> float:
    """The least share, at the steps with writing, that the alphabet covers."""
    written = steps[:, 0] < 0.5
    return float(min(steps[written].sum(axis=1).min(), 1.0)) if written.any() else 0.5


def _heights(picture: GreyImage, glyphs: Sequence[ctc.Glyph]) -> list[float]:
    """The height of the ink nearest to where each glyph was seen."""
    if not glyphs:
        return []
    factor = picture.shape[0] / _LINE_HEIGHT
    middles = np.array(
        [(glyph.first + glyph.last + 1) / 2 * _STEP_PX * factor for glyph in glyphs]
    )
    ink = picture < _DARK
    columns = np.flatnonzero(ink.any(axis=0))
    owner = np.abs(columns[:, None] - middles[None, :]).argmin(axis=1)
    return [_height(ink[:, columns[owner == at]]) for at in range(len(glyphs))]


def _height(ink: NDArray[np.bool_]) -> float:
    rows = np.flatnonzero(ink.any(axis=1))
    return float(rows[-1] - rows[0] + 1) if len(rows) else 0.0
