"""Reads a name whose parts stand so close that no gap tells them apart."""

from collections.abc import Iterator, Sequence

import numpy as np

from ocr.words import ctc
from ocr.words.alphabets import Steps
from ocr.words.forward import score
from ocr.words.kana import settle_sizes
from ocr.words.name_word import name_weight, ranked
from ocr.words.names import Part, names
from ocr.words.sounds import likelihood

_GAP = "\u3000"
_SURENESS = 0.8
# Logarithm: what a name without any gap costs beside one with its parts told apart.
_NO_GAP = -3.0


def whole_name_lines(steps: Steps, characters: Sequence[str]) -> list[ctc.Line]:
    """The ways to part and read a name."""
    texts = [line.text for line in ctc.lines(steps, characters) if line.text]
    if not texts:
        return []
    found = score(ctc.normalised(steps), characters, texts).exact
    spelt: list[str] = []
    strokes: list[float] = []
    weights: list[float] = []
    for text, written in zip(texts, found, strict=True):
        kana = all("ァ" <= char <= "ー" for char in text)
        sized = settle_sizes(text, ()).text if kana else text
        sound = np.log(likelihood(sized)) if kana else 0.0
        for parted, weight in _parted(sized):
            spelt.append(parted)
            strokes.append(_SURENESS * float(written))
            weights.append(weight + sound)
    return ranked(spelt, np.array(strokes), np.array(weights))


def _parted(text: str) -> Iterator[tuple[str, float]]:
    """The text parted at each place, and how likely those parts are."""
    yield text, _NO_GAP
    for at in range(1, len(text)):
        parts = zip(Part, (text[:at], text[at:]), strict=True)
        weight = sum(name_weight(one, names(part)) for part, one in parts)
        yield text[:at] + _GAP + text[at:], float(weight)
