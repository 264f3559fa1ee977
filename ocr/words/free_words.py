"""Reads the words of one field of free writing, each for what it can be."""

from collections.abc import Sequence

import numpy as np

from forms.definition import Field, FieldType
from ocr.engine import GreyImage, Posteriors
from ocr.words.address_line import address_lines
from ocr.words.free_field import FreePiece, is_name
from ocr.words.names import Part
from ocr.words.places import Script
from ocr.words.whole_name import whole_name_lines
from ocr.words.word import Alphabets, WordReading, fitted, read_word, seen_glyphs


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
        return [_read_address(field, pictures, answers, alphabets)]
    parts: Sequence[Part | None] = [None] * len(pictures)
    if is_name(field) and len(piece.lines) == 1:
        if not piece.lines[0].sure:
            return [_read_whole_name(field, answers, alphabets)]
        parts = tuple(Part)
    return [
        read_word(field, picture, answer, alphabets, part=part)
        for picture, answer, part in zip(pictures, answers, parts, strict=True)
    ]


def _read_whole_name(
    field: Field, answers: Sequence[Posteriors], alphabets: Alphabets
) -> WordReading:
    characters, steps = alphabets.steps(field, _as_one(answers))
    return fitted(whole_name_lines(steps, characters), steps)


def _as_one(answers: Sequence[Posteriors]) -> Posteriors:
    return answers[0] if len(answers) == 1 else np.concatenate(answers)


def _read_address(
    field: Field,
    pictures: Sequence[GreyImage],
    answers: Sequence[Posteriors],
    alphabets: Alphabets,
) -> WordReading:
    characters, steps = alphabets.steps(field, _as_one(answers))
    kana = field.type is FieldType.KANA
    # Heights of one line say nothing of the kana of another.
    seen = seen_glyphs(pictures[0] if len(pictures) == 1 else None, characters, steps)
    script = Script.KANA if kana else Script.KANJI
    return fitted(address_lines(script, steps, characters, seen), steps)
