"""Weighs unsure digits by how the hand that wrote the page writes digits.

Where grammar leaves few digits, as for the tens of a month, what stands there is told
apart from all others by its place and not by its look: a 1 there is no 7, a 0 no 6. The
digits of a number are told apart by its check digit. Both are examples of this hand: a
digit in another field that looks like the nearest of them is more probably the same
one, and one that does not is left as it is, for a page may have two writers. What its
look alone says to be a digit never becomes an example, so that a misreading does not
speak for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ocr.boxes.cells import DIGITS, Features
from ocr.boxes.comb_field import CombAnswer, CombPiece, Rule
from ocr.boxes.combs import Shares
from ocr.boxes.settled import CHECK_DIGIT, Settled, settled
from ocr.strokes.crops import HIDDEN

# How sure the likeliest of the digits left must be, and that it is one of them at all.
_SURE, _ONE_OF_THEM = 0.9995, 0.3
# So many examples count, those that say most; where there are fewer, all of them.
_NEAREST = 3
# From how alike on (cosine) looks count, from where on they count no more, and by how
# much at most the logarithm of a digit's probability grows.
_ALIKE, _THE_SAME, _MOST = 0.85, 0.98, 3.0
# A hand whose 1s all look like 7s passes a check digit in one of eleven numbers.
_BY_CHECK_DIGIT = 0.5

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """The written cells of one field.

    Attributes:
        shares: how probably each digit stands in each, cells x 10.
        features: what the model of cells sees in each, cells x n.
        settled: which digits grammar or the check digit leaves to each.
        hidden: cells of whose strokes a printed line may hide a part. What is left of
            a 7 without its roof looks like a 1 of any hand: such looks say nothing.
        by_check_digit: whether it is the check digit that settles the digits.
    """

    shares: Shares
    features: Features
    settled: Settled
    hidden: Sequence[bool]
    by_check_digit: bool = False

    @classmethod
    def of(
        cls,
        piece: CombPiece,
        answer: CombAnswer,
        features: Features,
        rule: Rule | None,
    ) -> Self:
        """Those of a field that `rule`, if any, says something of."""
        return cls(
            answer.joined,
            features,
            settled(piece, answer, rule),
            hidden=[shape == HIDDEN for shape in piece.glyphs.shapes],
            by_check_digit=rule is not None and rule.ground == CHECK_DIGIT,
        )


def by_one_hand(fields: Sequence[Digits]) -> list[Shares]:
    """The shares of all fields of a page, weighed by its hand's examples."""
    if not fields:
        return []
    counts = [len(one.shares) for one in fields]
    shares = np.concatenate([one.shares for one in fields])
    features = np.concatenate([_known_looks(one) for one in fields])
    field = np.repeat(np.arange(len(fields)), counts)
    weights = np.repeat(
        [_MOST * (_BY_CHECK_DIGIT if one.by_check_digit else 1.0) for one in fields],
        counts,
    )
    examples = _examples(shares, tuple(cell for one in fields for cell in one.settled))
    logs = np.log(shares)
    for digit in range(DIGITS):
        same = np.flatnonzero(examples == digit)
        if len(same):
            said = weights[same] * _likeness(features @ features[same].T)
            # No field speaks for itself.
            said[field[:, None] == field[same]] = 0.0
            logs[:, digit] += np.sort(said, axis=1)[:, -_NEAREST:].mean(axis=1)
    weighed = np.exp(logs - logs.max(axis=1, keepdims=True))
    weighed /= weighed.sum(axis=1, keepdims=True)
    return np.split(weighed, np.cumsum(counts)[:-1])


def _examples(shares: Shares, settled: Settled) -> Numbers:
    """Of each cell the digit that it is an example of; -1 where of none."""
    found = np.full(len(shares), -1)
    for at, left in enumerate(settled):
        if left is None:
            continue
        digits = sorted(left)
        among = shares[at, digits]
        if among.max() > _SURE * among.sum() and among.sum() > _ONE_OF_THEM:
            found[at] = digits[int(among.argmax())]
    return found


def _likeness(cosine: NDArray[np.float64]) -> NDArray[np.float64]:
    """From 0, no more alike than digits of other kinds may be, to 1."""
    return np.asarray(np.clip((cosine - _ALIKE) / (_THE_SAME - _ALIKE), 0, 1))


def _known_looks(one: Digits) -> Features:
    """Of length 1 each; 0, which is like nothing, where they are not known."""
    length = np.linalg.norm(one.features, axis=1, keepdims=True)
    known = ~np.array(one.hidden)[:, None]
    return np.asarray(one.features * known / np.maximum(length, 1e-9))
