"""Reads free writing: names, addresses, phone numbers, remarks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forms.definition import Field, FieldType
from forms.grammar import alphabet, canonical
from kamizero.model import Candidate, FieldState
from ocr import ctc
from ocr.alphabets import Alphabet, Steps
from ocr.crops import is_faintly_written
from ocr.engine import GreyImage, Posteriors
from ocr.ink import Ink
from ocr.japanese import JapaneseAlphabet, has_look_alike
from ocr.kana import settle_sizes
from ocr.lines import WrittenLine, written_lines
from ocr.outcome import Outcome
from ocr.sounds import likelihood

_STEP_PX = 8
_LINE_HEIGHT = 48
_KEPT = 6
_LEAST_PROBABILITY = 1e-6
_WIDE_SPACE = "\u3000"
_DASH = re.compile("(?<=[0-9０-９])[一ー－―](?=[0-9０-９])")
_NAMES = ("name_kana", "name_kanji", "owner_name")


@dataclass(frozen=True, slots=True, eq=False)
class FreePiece:
    """The pictures of a field of free writing: its words, line by line."""

    field: Field
    lines: tuple[WrittenLine, ...]
    faint: bool

    @property
    def pictures(self) -> list[GreyImage]:
        return [word for line in self.lines for word in line.words]


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


def is_name(field: Field) -> bool:
    """Tell whether a family and a given name are written here."""
    return field.name.rpartition(".")[2] in _NAMES


def cut_free(ink: Ink, field: Field) -> FreePiece:
    lines = written_lines(ink, field.box_mm, two_words=is_name(field))
    faint = not lines and is_faintly_written(ink, field.box_mm)
    return FreePiece(field, tuple(lines), faint)


def read_free(
    piece: FreePiece, answers: Sequence[Posteriors], alphabets: Alphabets
) -> Outcome:
    """Join the words read to a value."""
    if not piece.lines:
        doubts = ("faint",) if piece.faint else ()
        return Outcome(FieldState.BLANK, certainty=0.9995, doubts=doubts)
    words = [
        _Word(piece.field, picture, posteriors, alphabets)
        for picture, posteriors in zip(piece.pictures, answers, strict=True)
    ]
    candidates = tuple(_candidates(piece, words))
    if not candidates or not candidates[0].value:
        return Outcome(FieldState.UNREADABLE, certainty=0.5, doubts=("unreadable",))
    return Outcome(
        FieldState.READ,
        candidates[: _KEPT + 1],
        grounds=("line",),
        doubts=tuple(_doubts(piece, candidates[0])),
    )


class _Word:
    """The ways to read one word, best first."""

    def __init__(
        self,
        field: Field,
        picture: GreyImage,
        posteriors: Posteriors,
        alphabets: Alphabets,
    ) -> None:
        characters, steps = alphabets.steps(field, posteriors)
        self.readings = [
            line
            for line in ctc.lines(steps, characters)
            if line.probability >= _LEAST_PROBABILITY
        ]
        # What the alphabet of the field leaves out of the model's answer counts
        # against all of its readings.
        self.fit = _fit(steps)
        if field.type is FieldType.KANA:
            self._settle(picture, ctc.glyphs(steps, characters))

    def _settle(self, picture: GreyImage, glyphs: Sequence[ctc.Glyph]) -> None:
        heights = _heights(picture, glyphs)
        settled: dict[str, float] = {}
        sureness: dict[str, float] = {}
        for line in self.readings:
            known = heights if len(line.text) == len(heights) else []
            text, sure = settle_sizes(line.text, known)
            share = line.probability * likelihood(text)
            settled[text] = settled.get(text, 0.0) + share
            sureness[text] = sure
        total = sum(settled.values()) or 1.0
        ranked = sorted(settled.items(), key=lambda item: -item[1])
        self.readings = [
            ctc.Line(text, share / total * sureness[text]) for text, share in ranked
        ]


def _candidates(piece: FreePiece, words: Sequence[_Word]) -> Iterator[Candidate]:
    """The best reading of all words, then those that differ in one word."""
    if any(not word.readings for word in words):
        return
    best = [word.readings[0] for word in words]
    changed = [
        [*best[:at], other, *best[at + 1 :]]
        for at, word in enumerate(words)
        for other in word.readings[1:]
    ]
    # Ways that differ in the writing only are one value: 1-2 and 1一2.
    by_value: dict[str, Candidate] = {}
    for lines in [best, *changed]:
        found = _candidate(piece, lines, words)
        known = by_value.get(found.value, replace(found, probability=0.0))
        share = min(known.probability + found.probability, 1.0)
        by_value[found.value] = replace(known, probability=share)
    yield from sorted(by_value.values(), key=lambda one: -one.probability)


def _candidate(
    piece: FreePiece, lines: Sequence[ctc.Line], words: Sequence[_Word]
) -> Candidate:
    text = _joined(piece, [line.text for line in lines])
    value = canonical(piece.field.type, piece.field.format, text)
    probability = float(
        np.prod([line.probability for line in lines])
        * np.prod([word.fit for word in words])
    )
    return Candidate(value, text, min(probability, 1.0))


def _joined(piece: FreePiece, texts: Sequence[str]) -> str:
    left = iter(texts)
    rows = [_WIDE_SPACE.join(next(left) for _ in line.words) for line in piece.lines]
    return _DASH.sub("-", "".join(rows))


def _doubts(piece: FreePiece, best: Candidate) -> Iterator[str]:
    if not all(line.sure for line in piece.lines):
        yield "gap"
    if is_name(piece.field) and has_look_alike(best.value):
        yield "look-alike"
    if len(piece.lines) > 1 and is_name(piece.field):
        yield "two lines"


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
    ink = picture < 160
    columns = np.flatnonzero(ink.any(axis=0))
    owner = np.abs(columns[:, None] - middles[None, :]).argmin(axis=1)
    return [_height(ink[:, columns[owner == at]]) for at in range(len(glyphs))]


def _height(ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    rows = np.flatnonzero(ink.any(axis=1))
    return float(rows[-1] - rows[0] + 1) if len(rows) else 0.0
