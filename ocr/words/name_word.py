"""Reads a family or a given name, knowing which names there are.

The list ranks what the strokes leave open. A name that is not listed stays possible
and is only somewhat less likely; it never gives way to a listed one that the strokes
speak against.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr.words import ctc
from ocr.words.alphabets import Steps
from ocr.words.forward import score
from ocr.words.kana import SMALL, Seen, size_shares
from ocr.words.names import Names
from ocr.words.sounds import likelihood

Logarithms = NDArray[np.float64]

_MOST = 40
# Logarithms: how much likelier a name is for being listed, and for being common.
# A list says more of a name than how it sounds.
_SOUND = 0.5
_LISTED = 1.8
_COMMON = 0.5
# The recogniser's own probabilities are this much too sure (an exponent).
_SURENESS = 0.8


class Folded(NamedTuple):
    """Steps in which small kana are large ones, and how small each was seen."""

    steps: Steps
    characters: tuple[str, ...]


def kanji_lines(
    steps: Steps, characters: Sequence[str], names: Names
) -> list[ctc.Line]:
    """The ways to read a name in kanji."""
    found = [line.text for line in ctc.lines(steps, characters)]
    listed = names.kanji_table.likely(_peaks(steps, characters), most=_MOST)
    texts = [text for text in dict.fromkeys([*found, *listed]) if text]
    weights = np.array([name_weight(text, names) for text in texts])
    return ranked(texts, _written(steps, characters, texts), weights)


def kana_lines(
    steps: Steps, characters: Sequence[str], names: Names, seen: Seen
) -> list[ctc.Line]:
    """The ways to read a name in kana, each kana small or large."""
    folded = fold(steps, characters)
    found = [line.text for line in ctc.lines(*folded)]
    listed = names.kana_table.likely(_peaks(*folded), most=_MOST)
    texts = [text for text in dict.fromkeys([*found, *listed]) if text]
    written = _written(*folded, texts)
    spelt: list[str] = []
    strokes: list[float] = []
    weights: list[float] = []
    for text, share in zip(texts, written, strict=True):
        readings = names.by_large_kana.get(text, ())
        for sized, size in size_shares(text, seen, readings).items():
            spelt.append(sized)
            sound = np.log(likelihood(sized) + 1e-30)
            strokes.append(share + np.log(size + 1e-30))
            weights.append(name_weight(sized, names) + _SOUND * sound)
    return ranked(spelt, np.array(strokes), np.array(weights))


def fold(steps: Steps, characters: Sequence[str]) -> Folded:
    """Add what was seen as a small kana to the large one."""
    columns = {char: column for column, char in enumerate(characters)}
    joined = steps.copy()
    kept = []
    for column, char in enumerate(characters):
        large = columns.get(SMALL.get(char, char))
        if char in SMALL and large is not None:
            joined[:, large] += steps[:, column]
        else:
            kept.append(column)
    return Folded(joined[:, kept], tuple(characters[column] for column in kept))


def ranked(
    texts: Sequence[str], strokes: Logarithms, weights: Logarithms
) -> list[ctc.Line]:
    """Texts best first, by what the strokes say and by what else speaks for them."""
    if not texts:
        return []
    together, alone = _shares(strokes + weights), _shares(strokes)
    order = np.argsort(-together, kind="stable")
    return [ctc.Line(texts[at], float(together[at]), float(alone[at])) for at in order]


def _shares(logarithms: Logarithms) -> NDArray[np.float64]:
    shares = np.exp(logarithms - logarithms.max())
    return np.asarray(shares / shares.sum(), np.float64)


def _written(
    steps: Steps, characters: Sequence[str], texts: Sequence[str]
) -> Logarithms:
    if not texts:
        return np.zeros(0)
    return _SURENESS * score(ctc.normalised(steps), characters, texts).exact


def _peaks(steps: Steps, characters: Sequence[str]) -> Mapping[str, float]:
    return dict(zip(characters, steps.max(axis=0), strict=True))


def name_weight(name: str, names: Names) -> float:
    """How much likelier a name is for being listed and common, as a logarithm."""
    return _LISTED * names.knows(name) + _COMMON * names.is_common(name)
