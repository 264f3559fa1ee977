"""Decodes what a recogniser with a CTC blank answers for one line."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ocr.words.alphabets import Steps

BEAM = 12
# Characters below this share of a step do not start a new candidate.
_SMALLEST_SHARE = 1e-3


class Line(NamedTuple):
    """One way to read a line; the probability is among all ways considered.

    `strokes` is what it would be by the strokes alone, where a list ranked too.
    """

    text: str
    probability: float
    strokes: float | None = None

    @property
    def by_strokes(self) -> float:
        return self.probability if self.strokes is None else self.strokes


def summed(lines: Iterable[Line]) -> list[Line]:
    """Lines that came to be spelt alike made one, best first."""
    shares: dict[str, tuple[float, float]] = {}
    for line in lines:
        share, strokes = shares.get(line.text, (0.0, 0.0))
        shares[line.text] = (share + line.probability, strokes + line.by_strokes)
    ranked = sorted(shares.items(), key=lambda item: -item[1][0])
    return [Line(text, *both) for text, both in ranked]


def scaled(line: Line, factor: float) -> Line:
    """The same line, less probable."""
    return Line(line.text, line.probability * factor, line.by_strokes * factor)


class Glyph(NamedTuple):
    """One character of the best path, with the steps it was seen at."""

    character: str
    first: int
    last: int
    probability: float


def normalised(steps: Steps) -> Steps:
    """Share out to the alphabet what the recogniser gave to other characters."""
    total = steps.sum(axis=1, keepdims=True)
    return np.asarray((steps + 1e-12) / (total + 1e-12 * steps.shape[1]), np.float64)


def glyphs(steps: Steps, characters: Sequence[str]) -> list[Glyph]:
    """The characters of the best path, in order."""
    best = steps.argmax(axis=1)
    found: list[Glyph] = []
    previous = 0
    for step, number in enumerate(best):
        share = float(steps[step, number])
        if number and number == previous:
            last = found[-1]
            found[-1] = last._replace(
                last=step, probability=max(last.probability, share)
            )
        elif number:
            found.append(Glyph(characters[number], step, step, share))
        previous = int(number)
    return found


def lines(steps: Steps, characters: Sequence[str], *, beam: int = BEAM) -> list[Line]:
    """The most probable texts, best first; their probabilities sum to 1.

    Prefix beam search: all paths that give the same text are added up.
    """
    beams: _Beams = {(): (1.0, 0.0)}
    rows = normalised(steps)
    # One look at all steps, and numbers of Python's own: each is asked for often.
    likely: list[list[int]] = [[] for _ in rows]
    for at, number in np.argwhere(rows[:, 1:] > _SMALLEST_SHARE).tolist():
        likely[at].append(number + 1)
    for row, following in zip(rows.tolist(), likely, strict=True):
        beams = (
            _strongest(_step(beams, row, following), beam)
            if following
            else _stayed(beams, row)
        )
    total = sum(blank + glyph for blank, glyph in beams.values())
    ranked = sorted(beams.items(), key=lambda item: -sum(item[1]))
    return [
        Line("".join(characters[n] for n in prefix), (blank + glyph) / total)
        for prefix, (blank, glyph) in ranked
    ]


_Beams = dict[tuple[int, ...], tuple[float, float]]


def _step(
    beams: _Beams, row: Sequence[float], likely: Sequence[int]
) -> dict[tuple[int, ...], list[float]]:
    """Extend each prefix by one step: [ending in blank, ending in its last glyph].

    `likely` are the characters that may follow.
    """
    extended: dict[tuple[int, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for prefix, (blank, glyph) in beams.items():
        same = extended[prefix]
        same[0] += (blank + glyph) * row[0]
        if prefix:
            same[1] += glyph * row[prefix[-1]]
        for number in likely:
            start = blank if prefix and prefix[-1] == number else blank + glyph
            extended[(*prefix, number)][1] += start * row[number]
    return extended


def _stayed(beams: _Beams, row: Sequence[float]) -> _Beams:
    """The prefixes after a step at which no character is likely: most steps are so.

    Blank is then nearly sure, and nothing shrinks that would have to be scaled.
    """
    return {
        prefix: ((blank + glyph) * row[0], glyph * row[prefix[-1]] if prefix else 0.0)
        for prefix, (blank, glyph) in beams.items()
    }


def _strongest(extended: dict[tuple[int, ...], list[float]], beam: int) -> _Beams:
    totals = [blank + glyph for blank, glyph in extended.values()]
    kept = sorted(range(len(totals)), key=totals.__getitem__, reverse=True)[:beam]
    scale = totals[kept[0]] or 1.0
    found = list(extended.items())
    return {
        prefix: (blank / scale, glyph / scale)
        for prefix, (blank, glyph) in (found[at] for at in kept)
    }
