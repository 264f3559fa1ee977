"""Reads the words of one field of free writing, each for what it can be."""

from collections.abc import Iterator, Sequence

import numpy as np

from forms.definition import Field, FieldType
from ocr.engine import GreyImage, Posteriors
from ocr.words import ctc
from ocr.words.address_line import address_lines
from ocr.words.address_tail import numbers
from ocr.words.close_digits import stand_close
from ocr.words.free_field import FreePiece, is_name
from ocr.words.gaps import Gap, gap_after, gaps_in
from ocr.words.names import Part
from ocr.words.places import Script
from ocr.words.whole_name import whole_name_lines
from ocr.words.word import (
    Alphabets,
    WordReading,
    fitted,
    parted,
    read_word,
    seen_glyphs,
)


def is_address(field: Field) -> bool:
    """Tell whether an address is written here, in kanji or kana."""
    return field.type is FieldType.ADDRESS or field.format == "address_kana"


def read_words(
    piece: FreePiece, answers: Sequence[Posteriors], alphabets: Alphabets
) -> list[WordReading]:
    """The reading of each word.

    An address is read as one, over all its words; so is a name whose gap is not plain.
    """
    field, pictures = piece.field, piece.pictures
    if not pictures:
        return []
    if is_address(field):
        return [_read_address(piece, answers, alphabets)]
    if is_name(field):
        return _read_names(piece, answers, alphabets)
    words = zip(pictures, answers, strict=True)
    return [_read_plain(field, *word, alphabets) for word in words]


def _read_names(
    piece: FreePiece, answers: Sequence[Posteriors], alphabets: Alphabets
) -> list[WordReading]:
    field, pictures = piece.field, piece.pictures
    parts: Sequence[Part | None] = [None] * len(pictures)
    if len(piece.lines) == 1:
        if not piece.lines[0].sure:
            return [_read_whole_name(field, answers, alphabets)]
        parts = tuple(Part)
    return [
        read_word(field, picture, answer, alphabets, part=part)
        for picture, answer, part in zip(pictures, answers, parts, strict=True)
    ]


def _read_plain(
    field: Field, picture: GreyImage, answer: Posteriors, alphabets: Alphabets
) -> WordReading:
    reading = read_word(field, picture, answer, alphabets)
    if field.type is FieldType.DIGITS:
        return reading
    characters, steps = alphabets.steps(field, answer)
    gaps = list(gaps_in(picture, alphabets.spaces(answer)))
    return parted(reading, ctc.glyphs(steps, characters), gaps)


def _read_whole_name(
    field: Field, answers: Sequence[Posteriors], alphabets: Alphabets
) -> WordReading:
    characters, steps = alphabets.steps(field, _as_one(answers))
    return fitted(whole_name_lines(steps, characters), steps)


def _as_one(answers: Sequence[Posteriors]) -> Posteriors:
    return answers[0] if len(answers) == 1 else np.concatenate(answers)


def _read_address(
    piece: FreePiece, answers: Sequence[Posteriors], alphabets: Alphabets
) -> WordReading:
    field, pictures = piece.field, piece.pictures
    characters, steps = alphabets.steps(field, _as_one(answers))
    kana = field.type is FieldType.KANA
    # Heights of one line say nothing of the kana of another.
    seen = seen_glyphs(pictures[0] if len(pictures) == 1 else None, characters, steps)
    script = Script.KANA if kana else Script.KANJI
    lines = address_lines(script, steps, characters, seen)
    gaps, glyphs = list(_gaps(piece, answers, alphabets)), ctc.glyphs(steps, characters)
    close = len(pictures) == 1 and _has_digits_of(lines, glyphs) and stand_close(glyphs)
    return parted(fitted(lines, steps), glyphs, gaps)._replace(close=close)


def _has_digits_of(lines: Sequence[ctc.Line], glyphs: Sequence[ctc.Glyph]) -> bool:
    """Tell whether the numbers of the best line are those of the best path."""
    seen = "".join(glyph.character for glyph in glyphs)
    return bool(lines) and numbers(lines[0].text) == numbers(seen)


def _gaps(
    piece: FreePiece, answers: Sequence[Posteriors], alphabets: Alphabets
) -> Iterator[Gap]:
    """The gaps inside the pictures of a field, and those between them on a line."""
    left, done = iter(answers), 0
    for line in piece.lines:
        for n, picture in enumerate(line.words):
            if n:
                yield gap_after(done)
            answer = next(left)
            for gap in gaps_in(picture, alphabets.spaces(answer)):
                yield gap._replace(step=gap.step + done)
            done += len(answer)
