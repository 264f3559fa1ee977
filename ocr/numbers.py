"""Finds what may be a My Number on a page that no form explains, to cover it.

It errs on the side of covering: a run that is nearly as long counts, signs that look
like digits count, and so does a line that cannot be read but is long enough.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kamizero.model import Box
from ocr.engine import Posteriors, Recogniser

# Twelve digits, of which one may be lost; more where the reading is less sure.
_ENOUGH, _ENOUGH_UNSURE = 11, 9
_ALIKE = str.maketrans("OoDQlIi|!ZSsBbGgq", "00001111125588699"[:17])
_BETWEEN = re.compile(r"[\s\-‐－ー―.,:・/_]")
_RUN = re.compile(r"\d+")
_SURE = 0.9
# Below this a line is not read but guessed.
_GUESSED = 0.6
# A line that could hold so many digits is so much longer than it is high.
_LONG = 4.0
# Pieces of a number in boxes of their own stand on one line, this close (heights).
_NEXT = 3.0
# A strip holds a line if it is so wide (px) and has something as dark as ink.
_THIN, _INK = 12, 160


class Finder(Protocol):
    """Knows where on a picture text stands."""

    def lines(self, picture: NDArray[np.uint8]) -> list[Box]: ...


@dataclass(frozen=True, slots=True)
class _Line:
    box: Box
    text: str
    sure: float

    @property
    def digits(self) -> int:
        """The longest run of digits, and of what looks like them, in it."""
        plain = unicodedata.normalize("NFKC", self.text)
        alike = _BETWEEN.sub("", plain).translate(_ALIKE)
        return max((len(run) for run in _RUN.findall(alike)), default=0)

    @property
    def is_digits(self) -> bool:
        plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", self.text))
        return bool(plain) and self.digits == len(plain)


def numbers_on(
    picture: NDArray[np.uint8],
    *,
    finder: Finder,
    recogniser: Recogniser,
    printed: Sequence[Box] = (),
) -> tuple[Box, ...]:
    """The areas (px) of a picture (height x width x 3, RGB) to cover.

    What stands where something is `printed`, is no larger or is not read, is taken for
    the print.
    """
    boxes = [
        box
        for box in finder.lines(picture)
        if box.w >= 1 and box.h >= 1 and not _is_print(box, printed)
    ]
    upright = [box for box in boxes if box.h <= box.w * _LONG]
    # Nobody reads writing that stands on end.
    guessed = [box for box in boxes if box.h > box.w * _LONG]
    lines = _read(picture, upright, recogniser)
    guessed += [line.box for line in lines if _is_guessed(line)]
    found = [box for box in guessed if not any(map(box.overlaps, printed))]
    found += [line.box for line in lines if _is_number(line)]
    for row in _rows(lines):
        if sum(line.digits for line in row) >= _ENOUGH:
            found += [line.box for line in row]
    return tuple(dict.fromkeys(found))


def numbers_beside(
    picture: NDArray[np.uint8],
    form: Box,
    *,
    finder: Finder,
    recogniser: Recogniser,
    printed: Sequence[Box] = (),
) -> tuple[Box, ...]:
    """The same, of what stands around the form on its page; the strips are small."""
    height, width = picture.shape[:2]
    left, top = max(int(form.x), 0), max(int(form.y), 0)
    right, bottom = min(int(form.right), width), min(int(form.bottom), height)
    strips = (
        (0, 0, width, top),
        (0, bottom, width, height),
        (0, top, left, bottom),
        (right, top, width, bottom),
    )
    found: list[Box] = []
    for x, y, to_x, to_y in strips:
        strip = picture[y:to_y, x:to_x]
        if min(strip.shape[:2]) < _THIN or strip.min() > _INK:
            continue
        areas = numbers_on(
            strip,
            finder=finder,
            recogniser=recogniser,
            printed=[_moved(box, -x, -y) for box in printed],
        )
        found += [_moved(area, x, y) for area in areas]
    return tuple(found)


def _is_print(box: Box, printed: Sequence[Box]) -> bool:
    """Tell whether it lies within one printed text, give or take its own height."""
    roomy = (
        Box(one.x - box.h, one.y - box.h / 2, one.w + 2 * box.h, one.h + box.h)
        for one in printed
    )
    return any(one.contains(box) for one in roomy)


def _moved(box: Box, x: float, y: float) -> Box:
    return Box(box.x + x, box.y + y, box.w, box.h)


def _read(
    picture: NDArray[np.uint8], boxes: Sequence[Box], recogniser: Recogniser
) -> list[_Line]:
    grey = np.asarray(picture.mean(axis=2), np.uint8)
    crops = [
        grey[int(b.y) : int(b.bottom) + 1, int(b.x) : int(b.right) + 1] for b in boxes
    ]
    read = recogniser.posteriors(crops)
    return [
        _Line(box, *_said(steps, recogniser.alphabet))
        for box, steps in zip(boxes, read, strict=True)
    ]


def _said(steps: Posteriors, alphabet: Sequence[str]) -> tuple[str, float]:
    """The most probable text, and how probable its characters are at the middle."""
    best, sure = steps.argmax(axis=1), steps.max(axis=1)
    begins = np.append(True, best[1:] != best[:-1]) & (best != 0)
    text = "".join(alphabet[index] for index in best[begins])
    return text, float(np.median(sure[begins])) if begins.any() else 0.0


def _is_number(line: _Line) -> bool:
    return line.digits >= (_ENOUGH if line.sure >= _SURE else _ENOUGH_UNSURE)


def _is_guessed(line: _Line) -> bool:
    """Nobody knows what it says, and it is long enough for a number."""
    return line.sure < _GUESSED and line.box.w >= _LONG * line.box.h


def _rows(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Digits that stand one behind the other, as in boxes of four or of one."""
    rows: list[list[_Line]] = []
    pieces = [line for line in lines if line.is_digits]
    for line in sorted(pieces, key=lambda one: one.box.x):
        before = [row for row in rows if _follows(row[-1].box, line.box)]
        if before:
            before[0].append(line)
        else:
            rows.append([line])
    return rows


def _follows(one: Box, other: Box) -> bool:
    height = max(one.h, other.h)
    level = abs(one.centre[1] - other.centre[1]) <= height / 2
    return level and -height <= other.x - one.right <= _NEXT * height
