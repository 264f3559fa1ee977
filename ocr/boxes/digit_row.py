"""Digits that stand in a line without boxes, as in a phone number, cut one by one.

So the model of cells sees each, and the recogniser a line without the gaps and hyphens
that it trips over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

import cv2
import numpy as np

from forms.definition import Field
from forms.grammar import is_valid
from kamizero.model import Candidate
from ocr.boxes.cells import DIGITS, cell_shares
from ocr.boxes.comb_field import WRITER_ERROR, CombPiece, Rule
from ocr.engine import GreyImage
from ocr.outcome import Outcome
from ocr.strokes.cell_cuts import cut_sign, shape_of
from ocr.strokes.crops import Glyphs, close_up
from ocr.strokes.foreign import own_strokes
from ocr.strokes.ink import Ink

PHONE = "phone"
NO_NUMBER = "a digit too many or too few"
"""The doubt about a phone number that there cannot be."""

_HYPHEN = "-"
# How many digits stand in the parts of a phone number: area, exchange, subscriber.
_GROUPS = ((2, 4, 4), (3, 3, 4), (4, 2, 4), (3, 4, 4))
# Of a place, or of no place: mobile phones and the like have one more.
_NUMBERS = re.compile("0(?![5-9]0)[0-9]{9}|0[5-9]0[0-9]{8}")

_MARGIN_MM = 0.5
# Strokes are as dark as this share of the darkest in the line; paler ink joins them.
_DARK, _DARKEST = 0.5, 80
# Smaller pieces are dust, of the height of the line.
_DUST = 0.12
# Parts of one sign stand above each other by so much of the narrower one.
_ABOVE = 0.5
# Of the usual height of digits: hyphens are no higher than this.
_HYPHEN_HEIGHT = 0.4
# Digits run together are cut where the least ink is, this far around the even place.
_AROUND = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class DigitRow(CombPiece):
    """A row of digits; `groups` says how many stand before and after each hyphen."""

    groups: tuple[int, ...] = ()

    def spelt(self, digits: str) -> str:
        """The digits with their hyphens."""
        ends = list(accumulate(self.groups))
        starts = (0, *ends[:-1])
        return _HYPHEN.join(
            digits[start:end] for start, end in zip(starts, ends, strict=True)
        )

    def can_be(self, value: str) -> bool:
        """Tell whether there are such numbers: a speck may have been cut for a 1."""
        return _is_number(value.replace(_HYPHEN, ""))


@dataclass(frozen=True, slots=True, eq=False)
class _Sign:
    """One sign of a line, or several run together: its strokes in the line's mask."""

    mask: GreyImage
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def stands_above(self, other: "_Sign") -> bool:
        shared = min(self.right, other.right) - max(self.left, other.left)
        return shared >= _ABOVE * min(self.width, other.width)

    def with_part(self, other: "_Sign") -> "_Sign":
        return _Sign(
            np.asarray(cv2.max(self.mask, other.mask), np.uint8),
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def in_parts(self, count: int) -> Iterator[GreyImage]:
        """The strokes cut into so many digits, where the least ink runs across."""
        inked = np.count_nonzero(self.mask, axis=0)
        step = self.width / count
        cuts = [self.left]
        for at in range(1, count):
            first = round(self.left + (at - _AROUND) * step)
            last = max(round(self.left + (at + _AROUND) * step), first + 1)
            cuts.append(first + int(inked[first:last].argmin()))
        for first, last in pairwise([*cuts, self.right]):
            part = np.zeros_like(self.mask)
            part[:, first:last] = self.mask[:, first:last]
            yield part


def cut_row(ink: Ink, field: Field) -> DigitRow | None:
    """The digits of a phone number; None where its hyphens do not show its parts."""
    own = own_strokes(ink, field.box_mm, margin_mm=_MARGIN_MM)
    if own.left_out or not own.mask.any():
        return None
    amount = ink.amount(field.box_mm, margin_mm=_MARGIN_MM)
    parts = _parts(_signs(_dark(amount, own.mask)))
    if len(parts) != len(_GROUPS[0]):
        return None
    picture = ink.cut(field.box_mm, margin_mm=_MARGIN_MM)
    ways = [(groups, _cut(picture, parts, groups)) for groups in _fitting(parts)]
    if not ways:
        return None
    groups, cut = ways[0] if len(ways) == 1 else max(ways, key=_clearness)
    glyphs = Glyphs(
        cells=tuple(cell for cell, _ in cut),
        views=tuple(view for _, view in cut),
        shapes=tuple(shape_of(cell) for cell, _ in cut),
    )
    return DigitRow(field, glyphs, close_up(glyphs), faint=False, groups=groups)


def _is_number(digits: str) -> bool:
    return _NUMBERS.fullmatch(digits) is not None


PHONE_RULE = Rule("common.phone", "phone", _is_number, 0.9)


def ranked_as_phone(field: Field, outcome: Outcome) -> Outcome:
    """A phone number read as a line: one that can be is taken before one that cannot.

    Somebody who writes an impossible one is rarer than a digit lost in reading.
    """
    free = outcome.best
    if not outcome.candidates or _is_phone(field, free):
        return outcome
    fitting = next((one for one in outcome.candidates if _is_phone(field, one)), None)
    if fitting is None:
        return replace(outcome, doubts=(*outcome.doubts, NO_NUMBER))
    for_it = fitting.probability * (1 - WRITER_ERROR)
    against = free.probability * WRITER_ERROR
    if for_it <= against:
        return replace(outcome, doubts=(*outcome.doubts, NO_NUMBER))
    others = [one for one in outcome.candidates if one is not fitting]
    surely = replace(fitting, probability=for_it / (for_it + against))
    return replace(
        outcome,
        candidates=(surely, *others),
        chosen_by=PHONE_RULE.name,
        doubts=(*outcome.doubts, "chosen by a rule"),
    )


def _is_phone(field: Field, one: Candidate) -> bool:
    return _is_number(one.value.replace(_HYPHEN, "")) and is_valid(
        field.type, field.format, one.value
    )


_Cut = Sequence[tuple[GreyImage, GreyImage]]


def _dark(amount: GreyImage, mask: GreyImage) -> GreyImage:
    """The dark strokes: the paler ink around them joins signs that do not touch."""
    darkest = float(np.percentile(amount[mask > 0], _DARKEST))
    return np.where((mask > 0) & (amount > _DARK * darkest), 255, 0).astype(np.uint8)


def _signs(mask: GreyImage) -> list[_Sign]:
    """What is connected, and what stands above it, from left to right."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    least = _DUST * np.ptp(np.nonzero(mask)[0])
    parts = [
        _Sign(
            np.where(labels == at, 255, 0).astype(np.uint8), x, y, x + width, y + height
        )
        for at, (x, y, width, height, _) in enumerate(stats.tolist())
        if at and max(width, height) > least
    ]
    found: list[_Sign] = []
    for part in sorted(parts, key=lambda one: one.left):
        if found and found[-1].stands_above(part):
            found[-1] = found[-1].with_part(part)
        else:
            found.append(part)
    return found


def _parts(signs: Sequence[_Sign]) -> list[list[_Sign]]:
    """The signs between the hyphens."""
    height = float(np.median([sign.height for sign in signs]))

    def is_hyphen(sign: _Sign) -> bool:
        return sign.width > sign.height and sign.height <= _HYPHEN_HEIGHT * height

    runs = groupby(signs, is_hyphen)
    return [list(run) for hyphen, run in runs if not hyphen]


def _fitting(parts: Sequence[Sequence[_Sign]]) -> list[tuple[int, ...]]:
    """The ways to group digits for which the fewest signs must be cut."""
    found = [
        groups
        for groups in _GROUPS
        if all(len(part) <= count for part, count in zip(parts, groups, strict=True))
    ]
    fewest = min(map(sum, found), default=0)
    return [groups for groups in found if sum(groups) == fewest]


def _cut(
    picture: GreyImage, parts: Sequence[Sequence[_Sign]], groups: Sequence[int]
) -> _Cut:
    """The digits, where so many stand in each part: the widest signs hold several."""
    found = []
    for signs, wanted in zip(parts, groups, strict=True):
        counts = [1] * len(signs)
        while sum(counts) < wanted:
            widths = [
                sign.width / count for sign, count in zip(signs, counts, strict=True)
            ]
            counts[widths.index(max(widths))] += 1
        for sign, count in zip(signs, counts, strict=True):
            found += [
                cut_sign(picture, part) for part in sign.in_parts(count) if part.any()
            ]
    return found


def _clearness(way: tuple[Sequence[int], _Cut]) -> float:
    """How plainly what was cut so are digits, each by itself."""
    groups, cut = way
    if len(cut) != sum(groups):
        return -np.inf
    shares = cell_shares([view for _, view in cut])[:, :DIGITS].max(axis=1)
    return float(np.log(shares + 1e-6).mean())
