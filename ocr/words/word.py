"""Reads one word of free writing."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from forms.definition import Field, FieldType
from forms.grammar import alphabet
from ocr.engine import GreyImage, Posteriors
from ocr.words import ctc
from ocr.words.alphabets import Alphabet, Steps
from ocr.words.gaps import Gap, Spaces, with_spaces
from ocr.words.japanese import JapaneseAlphabet
from ocr.words.kana import Seen, settle_sizes
from ocr.words.name_word import kana_lines, kanji_lines
from ocr.words.names import Names, Part, names
from ocr.words.scripts import (
    in_other_kana,
    is_between_scripts,
    settle_scripts,
    stray_digits,
    with_kana_for_strays,
)
from ocr.words.sounds import likelihood

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
# Parts of a word are moved apart by this share of its height.
_SPREAD = 0.17
_INK = 200


@lru_cache(maxsize=4)
def alphabets_of(classes: tuple[str, ...]) -> "Alphabets":
    """The alphabets for an engine: building them takes longer than reading a word."""
    return Alphabets(classes)


class WordReading(NamedTuple):
    """The ways to read a word, best first.

    What the alphabet of the field leaves out of the model's answer counts against
    all of them: their probabilities then sum to less than 1. `gap` says that a space
    is or may be inside, `close` that no hyphen can be lost between the digits of the
    best way to read it.
    """

    lines: tuple[ctc.Line, ...]
    gap: bool = False
    close: bool = False


class Alphabets:
    """The alphabets of fields, each built once for an engine."""

    def __init__(self, classes: Sequence[str]) -> None:
        self._classes = tuple(classes)
        self._spaces = [at for at, char in enumerate(classes) if at and char.isspace()]
        self._japanese = JapaneseAlphabet(self._classes)
        self._known: dict[str, Alphabet] = {}

    def of(self, characters: str) -> Alphabet:
        if characters not in self._known:
            wanted = characters.replace(_WIDE_SPACE, "")
            self._known[characters] = Alphabet(self._classes, wanted)
        return self._known[characters]

    def spaces(self, posteriors: Posteriors) -> Spaces:
        """The share of a space at each step, which no alphabet here holds."""
        return np.asarray(posteriors[:, self._spaces].sum(axis=1), np.float64)

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
    field: Field,
    picture: GreyImage,
    posteriors: Posteriors,
    alphabets: Alphabets,
    *,
    part: Part | None = None,
) -> WordReading:
    """The ways to read a word; `part` says which part of a name it must be."""
    characters, steps = alphabets.steps(field, posteriors)
    if part is not None:
        return _read_name(field, picture, characters, steps, names(part))
    lines = ctc.lines(steps, characters)
    if field.type in _OPEN:
        lines = _in_their_script(lines)
    if field.type is FieldType.KANA:
        lines = _settled(lines, _heights(picture, ctc.glyphs(steps, characters)))
    return fitted(lines, steps)


def _read_name(
    field: Field,
    picture: GreyImage,
    characters: tuple[str, ...],
    steps: Steps,
    known: Names,
) -> WordReading:
    if field.type is FieldType.KANA:
        seen = seen_glyphs(picture, characters, steps)
        return fitted(kana_lines(steps, characters, known, seen), steps)
    return fitted(_in_their_script(kanji_lines(steps, characters, known)), steps)


def fitted(lines: Sequence[ctc.Line], steps: Steps) -> WordReading:
    """The lines, what the alphabet leaves out counted against all of them."""
    fit = _fit(steps)
    return WordReading(
        tuple(
            ctc.scaled(line, fit)
            for line in lines
            if line.probability >= _LEAST_PROBABILITY
        )
    )


def parted(
    reading: WordReading, glyphs: Sequence[ctc.Glyph], gaps: Sequence[Gap]
) -> WordReading:
    """The same reading with a space in each way to read it where a gap is one."""
    if not gaps:
        return reading
    lines = (
        line._replace(text=with_spaces(line.text, glyphs, gaps))
        for line in reading.lines
    )
    return WordReading(tuple(ctc.summed(lines)), gap=True)


def seen_glyphs(
    picture: GreyImage | None, characters: Sequence[str], steps: Steps
) -> Seen:
    """The glyphs of the best path, with the heights they have in the picture."""
    glyphs = ctc.glyphs(steps, characters)
    heights = [] if picture is None else _heights(picture, glyphs)
    return Seen("".join(glyph.character for glyph in glyphs), tuple(heights))


def second_look(field: Field, picture: GreyImage) -> GreyImage:
    """The word in another way, for when the first look leaves doubts.

    The kana of names stand so close that the recogniser takes two of them for one
    kanji; the strokes of kanji are broken by poor scanners.
    """
    return (
        _spread(picture)
        if field.type is FieldType.KANA and field.format is None
        else _smoothed(picture)
    )


def _smoothed(picture: GreyImage) -> GreyImage:
    """The strokes blurred together."""
    ink = 255 - cv2.GaussianBlur(picture, (0, 0), _BLUR_PX).astype(np.float32)
    return np.asarray(255 - np.clip(ink * _DARKENING, 0, 255), np.uint8)


def _spread(picture: GreyImage) -> GreyImage:
    """The parts of the word that do not touch, moved apart."""
    written = np.asarray((picture < _INK).any(axis=0))
    begins = np.flatnonzero(written[1:] & ~written[:-1]) + 1
    gap = np.full((picture.shape[0], round(_SPREAD * picture.shape[0])), 255, np.uint8)
    parts = np.split(picture, begins, axis=1)
    spread = [part for one in parts for part in (one, gap)][:-1]
    return np.asarray(np.hstack(spread), np.uint8)


def both(first: WordReading, second: WordReading) -> WordReading:
    """What two looks at one word say together."""
    halves = (ctc.scaled(line, 0.5) for line in (*first.lines, *second.lines))
    return WordReading(
        tuple(ctc.summed(halves)),
        first.gap or second.gap,
        first.close and second.close,
    )


def _in_their_script(lines: Sequence[ctc.Line]) -> list[ctc.Line]:
    """The same with each ambiguous shape in the script of the word around it.

    What is as likely the one as the other is both: a person says which.
    """
    found = []
    for line in lines:
        text = settle_scripts(line.text)
        as_seen = [line.text] if is_between_scripts(line.text) else []
        other = [in_other_kana(text)] if in_other_kana(text) != text else []
        line = ctc.scaled(line, 1 / (1 + len(as_seen) + len(other)))
        found += [line._replace(text=one) for one in as_seen]
        strays = stray_digits(text)
        if strays:
            meant = with_kana_for_strays(text)
            found.append(ctc.scaled(line, 0.5)._replace(text=meant))
        found.append(ctc.scaled(line, _STRAY_SHARE**strays)._replace(text=text))
        found += [line._replace(text=one) for one in other]
    return ctc.summed(found)


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
