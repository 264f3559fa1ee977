"""Reads free writing: names, addresses, phone numbers, remarks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

from forms.definition import Field
from forms.grammar import canonical
from kamizero.model import Candidate, FieldState
from ocr.engine import GreyImage
from ocr.outcome import Outcome
from ocr.strokes.crops import is_faintly_written
from ocr.strokes.ink import Ink
from ocr.strokes.lines import WrittenLine, length_of, written_lines
from ocr.words import ctc
from ocr.words.variants import may_be_variant
from ocr.words.word import WordReading

# Readings ranked by other fields may lie far down.
_KEPT = 11
_WIDE_SPACE = "\u3000"
_DASH = re.compile("(?<=[0-9０-９])[一ー－―](?=[0-9０-９])")
_LEFT_OUT = "reaches into it"
GAP = "gap"
"""The doubt that words are parted where they seem to be."""

# No character of a name is so much longer than its line is high: where those read would
# be, one beside them is lost. Of 2,883 words read rightly on 180 made pages none went
# beyond 1.26; of 37 that had lost a character 17 went beyond this.
_LONGEST = 1.3

_NAMES = ("name_kana", "name_kanji", "owner_name")


@dataclass(frozen=True, slots=True, eq=False)
class FreePiece:
    """The pictures of a field of free writing: its words, line by line."""

    field: Field
    lines: tuple[WrittenLine, ...]
    faint: bool
    left_out: bool = False

    @property
    def pictures(self) -> list[GreyImage]:
        return [word for line in self.lines for word in line.words]


def is_name(field: Field) -> bool:
    """Tell whether a family and a given name are written here."""
    return any(field.holds(name) for name in _NAMES)


def cut_free(ink: Ink, field: Field) -> FreePiece:
    written = written_lines(ink, field.box_mm, two_words=is_name(field))
    faint = not written.lines and is_faintly_written(ink, field.box_mm)
    return FreePiece(field, written.lines, faint, left_out=written.left_out)


def read_free(piece: FreePiece, words: Sequence[WordReading]) -> Outcome:
    """Join the words read to a value."""
    if not piece.lines:
        named = (("faint", piece.faint), (_LEFT_OUT, piece.left_out))
        doubts = tuple(name for name, holds in named if holds)
        return Outcome(FieldState.BLANK, certainty=0.9995, doubts=doubts)
    ways = list(_ways(piece, words))
    candidates = tuple(way.candidate for way in ways)
    if not candidates or not candidates[0].value:
        return Outcome(FieldState.UNREADABLE, certainty=0.5, doubts=("unreadable",))
    return Outcome(
        FieldState.READ,
        candidates[: _KEPT + 1],
        grounds=("line",),
        doubts=tuple(_doubts(piece, words, candidates[0])),
        strokes={way.candidate.value: way.strokes for way in ways},
        close_digits=all(word.close for word in words),
    )


class _Way(NamedTuple):
    """A way to read the field, and how probable it is by the strokes alone."""

    candidate: Candidate
    strokes: float


def _ways(piece: FreePiece, words: Sequence[WordReading]) -> list[_Way]:
    """The likeliest ways to read all words, best first."""
    if any(not word.lines for word in words):
        return []
    likeliest: list[tuple[ctc.Line, ...]] = [()]
    for word in words:
        longer = [(*lines, line) for lines in likeliest for line in word.lines[:_KEPT]]
        longer.sort(key=lambda lines: -prod(line.probability for line in lines))
        likeliest = longer[: 2 * _KEPT]
    # Ways that differ in the writing only are one value: 1-2 and 1一2.
    by_value: dict[str, _Way] = {}
    for lines in likeliest:
        way = _way(piece, lines)
        value, share = way.candidate.value, way.candidate.probability
        if value in by_value:
            known = by_value[value]
            share = min(share + known.candidate.probability, 1.0)
            way = _Way(
                replace(known.candidate, probability=share),
                way.strokes + known.strokes,
            )
        by_value[value] = way
    return sorted(by_value.values(), key=lambda way: -way.candidate.probability)


def _way(piece: FreePiece, lines: Sequence[ctc.Line]) -> _Way:
    text = _joined(piece, [line.text for line in lines])
    value = canonical(piece.field.type, piece.field.format, text)
    probability = prod(line.probability for line in lines)
    strokes = prod(line.by_strokes for line in lines)
    return _Way(Candidate(value, text, min(probability, 1.0)), strokes)


def _joined(piece: FreePiece, texts: Sequence[str]) -> str:
    if len(texts) < len(piece.pictures):
        # Read as one, whatever gaps are in it.
        return _DASH.sub("-", "".join(texts))
    left = iter(texts)
    rows = [_WIDE_SPACE.join(next(left) for _ in line.words) for line in piece.lines]
    return _DASH.sub("-", "".join(rows))


def _doubts(
    piece: FreePiece, words: Sequence[WordReading], best: Candidate
) -> Iterator[str]:
    sure = all(line.sure for line in piece.lines)
    if not sure or any(word.gap for word in words):
        yield GAP
    if piece.left_out:
        yield _LEFT_OUT
    # An arrow from the value above looks like 1.
    if len(best.value) == 1:
        yield "one character"
    if is_name(piece.field) and may_be_variant(best.value):
        yield "look-alike"
    if is_name(piece.field) and _is_longer(piece.pictures, best.value):
        yield "longer than it is read"
    if len(piece.lines) > 1 and is_name(piece.field):
        yield "two lines"


def _is_longer(pictures: Sequence[GreyImage], name: str) -> bool:
    """Tell whether a part of a name is too long for the characters read of it."""
    parts = name.split(_WIDE_SPACE)
    return len(parts) == len(pictures) and any(
        length_of(picture) > _LONGEST * len(part)
        for picture, part in zip(pictures, parts, strict=True)
    )
