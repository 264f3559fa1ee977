"""Reads one comb field of digits: numbers, amounts and the digits of dates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms.definition import Field, FieldType
from forms.placing import around
from kamizero.model import Box, Candidate, FieldState
from ocr.boxes.cells import NO_DIGIT, Features, SeenCells
from ocr.boxes.combs import Shares, from_cells, from_line, sequences, with_shapes
from ocr.confidence import joined
from ocr.engine import GreyImage, Posteriors
from ocr.outcome import Outcome
from ocr.strokes.cell_cuts import cut_cells
from ocr.strokes.crops import (
    Glyphs,
    SetLine,
    close_up,
    holds_strokes,
    is_faintly_written,
)
from ocr.strokes.ink import Ink
from ocr.words.alphabets import Alphabet

# Somebody writes what breaks a rule this often.
WRITER_ERROR = 0.01
# A cell that holds no digit with this probability needs an eye.
_NO_DIGIT = 0.5
_KEPT = 8
# So many ways to read a field are weighed one by one where a rule knows of them, and
# are worth it.
_WEIGHED, _LEAST_WEIGHED = 40, 1e-4
_SEARCHED = 3000
_LEAST_SHARE = 1e-9
# Numbers of one length: an empty box is a digit that nobody sees, and a lone stroke
# in an empty row is no 1.
_FILL_ALL_BOXES = frozenset(
    {
        *("my_number", "pension_number", "corporate_number", "postal_code"),
        *("bank_account", "bank_code", "branch_code", "pension_code", "yucho_symbol"),
    }
)

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
    """The pictures of a comb field: the closed-up line, and each cell by itself."""

    field: Field
    glyphs: Glyphs
    line: SetLine | None
    faint: bool

    @property
    def pictures(self) -> list[GreyImage]:
        return [] if self.line is None else [self.line.picture]

    @property
    def views(self) -> list[GreyImage]:
        """The written cells, for the model that sees each by itself."""
        return [view for view in self.glyphs.views if view is not None]

    @property
    def doubts(self) -> tuple[str, ...]:
        """What about the cells themselves needs an eye."""
        filled = self.glyphs.filled
        gap = bool(filled) and filled[-1] - filled[0] + 1 != len(filled)
        short = 0 < len(filled) < len(self.glyphs.cells) and self._fills_all_boxes
        named = (
            ("faint", self.faint),
            ("beside its boxes", self.glyphs.unclear),
            ("parted by a line", self.glyphs.parted),
            ("empty box between", gap),
            ("empty boxes", short),
        )
        return tuple(name for name, holds in named if holds)

    @property
    def _fills_all_boxes(self) -> bool:
        return self.field.type is FieldType.DATE or self.field.format in _FILL_ALL_BOXES


@dataclass(frozen=True, slots=True, eq=False)
class CombAnswer:
    """What stands in the written cells.

    Attributes:
        line, cells: what each ground says; no cells where they hold more than digits.
        joined: how probably each character is written there, by all grounds.
        features: what the model of cells sees in each cell, where it was asked.
        no_digit: whether some cell holds what looks like no digit by itself.
        unroofed: as in `Glyphs`.
    """

    line: Shares
    cells: Shares | None
    joined: Shares
    characters: tuple[str, ...]
    features: Features | None = None
    no_digit: bool = False
    unroofed: tuple[str, ...] = ()

    def doubts_of(self, text: str) -> tuple[str, ...]:
        """What needs an eye where the cells are read as this text."""
        hidden = any(
            char in unroofed
            for char, unroofed in zip(text, self.unroofed, strict=False)
        )
        named = (("no digit", self.no_digit), ("roof hidden", hidden))
        return tuple(name for name, holds in named if holds)

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
    if not holds_strokes(ink, cells):
        nothing = (None,) * len(cells)
        glyphs = Glyphs(nothing, views=nothing)
        return CombPiece(field, glyphs, None, is_faintly_written(ink, around(cells)))
    glyphs = cut_cells(ink, cells)
    left_empty = [
        box for box, glyph in zip(cells, glyphs.cells, strict=True) if glyph is None
    ]
    faint = any(is_faintly_written(ink, box) for box in left_empty)
    return CombPiece(field, glyphs, close_up(glyphs) if glyphs.filled else None, faint)


def answer_of(
    piece: CombPiece,
    posteriors: Posteriors,
    alphabet: Alphabet,
    alone: SeenCells | None = None,
) -> CombAnswer:
    """Join the recogniser's answer for the line with that for each cell alone."""
    if piece.line is None:
        raise ValueError(f"{piece.field.name} has nothing to read")
    characters = alphabet.characters[1:]
    line = from_line(alphabet(posteriors), piece.line)
    cells = (
        None
        if alone is None
        else with_shapes(from_cells(alone.shares), piece.glyphs.shapes)
    )
    return CombAnswer(
        line,
        cells,
        joined(line, cells),
        characters,
        features=None if alone is None else alone.features,
        no_digit=alone is not None
        and bool((alone.shares[:, NO_DIGIT] > _NO_DIGIT).any()),
        unroofed=piece.glyphs.unroofed,
    )


def choose(
    answer: CombAnswer,
    *,
    spell: Callable[[str], Spelling],
    rule: Rule | None,
) -> Outcome:
    """Rank the ways to read the cells; a rule ranks them, and hides nothing.

    The best reading that satisfies the rule is taken only where it is more probable
    than the best free one, after allowing that the writer was wrong.
    """
    ranked = _ranked(answer, rule)
    free = ranked[0]
    fitting = next((read for read in ranked if read.fits), None)
    chosen = fitting if fitting and _outweighs(fitting, free) else free
    others = [read for read in ranked if read is not chosen][:_KEPT]
    if fitting and fitting is not chosen and fitting not in others:
        others.append(fitting)
    grounds = answer.grounds_for(chosen.number)
    if rule and rule.passed_by_chance < 1 and chosen.fits and chosen is free:
        grounds = (*grounds, rule.ground)
    return Outcome(
        FieldState.READ,
        (
            Candidate(*spell(chosen.text), _probability(chosen, ranked, rule)),
            *(Candidate(*spell(read.text), read.share) for read in others),
        ),
        chosen_by=rule.name if rule and chosen is not free else None,
        grounds=grounds,
        doubts=(
            *answer.doubts_of(chosen.text),
            *(() if chosen is free else ("chosen by a rule",)),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """One way to read the cells, and how probably it is what is written."""

    number: tuple[int, ...]
    text: str
    share: float
    fits: bool


def _ranked(answer: CombAnswer, rule: Rule | None) -> list[_Read]:
    """The most probable readings, on until one satisfies the rule."""
    found: list[_Read] = []
    fitting = False
    for count, (number, share) in enumerate(sequences(answer.joined)):
        text = "".join(answer.characters[n] for n in number)
        fits = rule is None or rule.holds(text)
        is_weighed = rule is not None and count <= _WEIGHED and share >= _LEAST_WEIGHED
        if count <= _KEPT or is_weighed or (fits and not fitting):
            found.append(_Read(number, text, share, fits))
        fitting = fitting or fits
        if count < _KEPT or is_weighed:
            continue
        if fitting or count >= _SEARCHED or share < _LEAST_SHARE:
            break
    return found


def _outweighs(fitting: _Read, free: _Read) -> bool:
    """Tell whether a misreading is more probable than a writer's error."""
    if free.fits:
        return False
    return fitting.share * (1 - WRITER_ERROR) > free.share * WRITER_ERROR


def _probability(chosen: _Read, ranked: Sequence[_Read], rule: Rule | None) -> float:
    """How probable the chosen reading is beside all others, as far as a rule knows."""
    free = ranked[0]
    if chosen is not free:
        for_it = chosen.share * (1 - WRITER_ERROR)
        return for_it / (for_it + free.share * WRITER_ERROR)
    if rule is None or rule.passed_by_chance == 1 or not chosen.fits:
        return chosen.share
    # What breaks the rule would have been written so; of what was not looked at, some
    # satisfies it.
    others = ranked[1:]
    fitting = sum(read.share for read in others if read.fits)
    breaking = sum(read.share for read in others if not read.fits)
    unseen = max(1 - chosen.share - fitting - breaking, 0.0)
    against = (
        fitting
        + breaking * WRITER_ERROR / (1 - WRITER_ERROR)
        + unseen * rule.passed_by_chance
    )
    return chosen.share / (chosen.share + against)
