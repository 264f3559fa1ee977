"""Reads one comb field of digits: numbers, amounts and the digits of dates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms.definition import Field
from forms.placing import around
from kamizero.model import Box, Candidate, FieldState
from ocr.alphabets import Alphabet
from ocr.combs import Shares, from_alone, from_line, sequences, together
from ocr.confidence import HandQuality
from ocr.crops import (
    Glyphs,
    SetLine,
    alone,
    close_up,
    cut_cells,
    is_faintly_written,
    stroke_mask,
)
from ocr.engine import GreyImage, Posteriors
from ocr.ink import Ink
from ocr.outcome import Outcome

# The line sees each digit beside its neighbours and errs half as often as the
# cells alone: it counts twice.
_LINE_WEIGHT, _CELLS_WEIGHT = 2 / 3, 1 / 3
# Somebody writes what breaks a rule this often.
WRITER_ERROR = 0.01
_KEPT = 8
_SEARCHED = 3000
_LEAST_SHARE = 1e-9

Spelling = tuple[str, str]
"""Canonical value, and what is written."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a written value should satisfy; `name` is the finding's where it fails.

    `passed_by_chance` is the share of misreadings that satisfy it all the same.
    """

    name: str
    ground: str
    holds: Callable[[str], bool]
    passed_by_chance: float


@dataclass(frozen=True, slots=True, eq=False)
class CombPiece:
    """The pictures of a comb field: the closed-up line, then each cell alone.

    Only critical fields pay for a second look at each cell.
    """

    field: Field
    glyphs: Glyphs
    line: SetLine | None
    faint: bool

    @property
    def pictures(self) -> list[GreyImage]:
        if self.line is None:
            return []
        if not self.field.critical:
            return [self.line.picture]
        written = [cell for cell in self.glyphs.cells if cell is not None]
        return [self.line.picture, *(alone(cell) for cell in written)]

    @property
    def doubts(self) -> tuple[str, ...]:
        """What about the cells themselves needs an eye."""
        filled = self.glyphs.filled
        gap = bool(filled) and filled[-1] - filled[0] + 1 != len(filled)
        named = (("faint", self.faint), ("empty box between", gap))
        return tuple(name for name, holds in named if holds)


@dataclass(frozen=True, slots=True, eq=False)
class CombAnswer:
    """What stands in the written cells: by each ground, and joined."""

    line: Shares
    cells: Shares | None
    joined: Shares
    characters: tuple[str, ...]

    @property
    def certainties(self) -> list[float]:
        return [float(row.max()) for row in self.joined]

    def grounds_for(self, number: Sequence[int]) -> tuple[str, ...]:
        """Which of line and cells read this, each for itself."""
        read = tuple(number)
        grounds = {"line": self.line, "cells": self.cells}
        return tuple(
            name
            for name, shares in grounds.items()
            if shares is not None and tuple(shares.argmax(axis=1)) == read
        )


def cut_comb(ink: Ink, field: Field, cells: Sequence[Box]) -> CombPiece:
    whole = around(cells)
    if not stroke_mask(ink, whole).any():
        nothing = Glyphs((None,) * len(cells))
        return CombPiece(field, nothing, None, is_faintly_written(ink, whole))
    glyphs = cut_cells(ink, cells)
    left_empty = [
        box for box, glyph in zip(cells, glyphs.cells, strict=True) if glyph is None
    ]
    faint = any(is_faintly_written(ink, box) for box in left_empty)
    return CombPiece(field, glyphs, close_up(glyphs) if glyphs.filled else None, faint)


def answer_of(
    piece: CombPiece, answers: Sequence[Posteriors], alphabet: Alphabet
) -> CombAnswer:
    """Join the recogniser's answers for the line and for the cells."""
    if piece.line is None:
        raise ValueError(f"{piece.field.name} has nothing to read")
    characters = alphabet.characters[1:]
    line = from_line(alphabet(answers[0]), piece.line)
    if len(answers) == 1:
        return CombAnswer(line, None, line, characters)
    cells = from_alone([alphabet(one) for one in answers[1:]])
    joined = together((line, _LINE_WEIGHT), (cells, _CELLS_WEIGHT))
    return CombAnswer(line, cells, joined, characters)


def choose(
    answer: CombAnswer,
    *,
    hand: HandQuality,
    spell: Callable[[str], Spelling],
    rule: Rule | None,
) -> Outcome:
    """Rank the ways to read the cells; a rule ranks them, and hides nothing.

    The best reading that satisfies the rule is taken only where it is more probable
    than the best free one, after allowing that the writer was wrong.
    """
    ranked = _ranked(answer, hand, rule)
    free = ranked[0]
    fitting = next((read for read in ranked if read.fits), None)
    chosen = fitting if fitting and _outweighs(fitting, free) else free
    others = [read for read in ranked if read is not chosen][:_KEPT]
    if fitting and fitting is not chosen and fitting not in others:
        others.append(fitting)
    grounds = answer.grounds_for(chosen.number)
    if rule and chosen.fits and chosen is free:
        grounds = (*grounds, rule.ground)
    return Outcome(
        FieldState.READ,
        (
            Candidate(*spell(chosen.text), _probability(chosen, free, rule)),
            *(Candidate(*spell(read.text), read.share) for read in others),
        ),
        chosen_by=rule.name if rule and chosen is not free else None,
        grounds=grounds,
        doubts=("chosen by a rule",) if chosen is not free else (),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """One way to read the cells, and how probably it is what is written."""

    number: tuple[int, ...]
    text: str
    share: float
    fits: bool


def _ranked(answer: CombAnswer, hand: HandQuality, rule: Rule | None) -> list[_Read]:
    """The most probable readings, on until one satisfies the rule."""
    found: list[_Read] = []
    fitting = False
    for count, (number, share) in enumerate(sequences(hand.weighed(answer.joined))):
        text = "".join(answer.characters[n] for n in number)
        fits = rule is None or rule.holds(text)
        if count <= _KEPT or (fits and not fitting):
            found.append(_Read(number, text, share, fits))
        fitting = fitting or fits
        if count >= _KEPT and (fitting or count >= _SEARCHED or share < _LEAST_SHARE):
            break
    return found


def _outweighs(fitting: _Read, free: _Read) -> bool:
    """Tell whether a misreading is more probable than a writer's error."""
    if free.fits:
        return False
    return fitting.share * (1 - WRITER_ERROR) > free.share * WRITER_ERROR


def _probability(chosen: _Read, free: _Read, rule: Rule | None) -> float:
    if chosen is not free:
        for_it = chosen.share * (1 - WRITER_ERROR)
        return for_it / (for_it + free.share * WRITER_ERROR)
    if rule and rule.passed_by_chance < 1 and chosen.fits:
        # A misreading would seldom have satisfied the rule too.
        return chosen.share / (
            chosen.share + (1 - chosen.share) * rule.passed_by_chance
        )
    return chosen.share
