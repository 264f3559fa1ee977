"""Brings the recogniser's many classes to the few characters a field can hold."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ocr.engine import Posteriors

Steps = NDArray[np.float64]
"""Probability of each character of an alphabet at each step; column 0 is the blank."""

# The recogniser was trained on all of Chinese and Japanese print: it answers a
# katakana with the kanji or hiragana of the same shape. In a field that can hold
# only one of them, all of these mean that one.
_SAME_SHAPE: Mapping[str, str] = MappingProxyType(
    {
        "ニ": "二",
        "カ": "力ヵ",
        "ロ": "口□",
        "エ": "工ェ",
        "ハ": "八",
        "タ": "夕",
        "ト": "卜",
        "ー": "一―－−—",
        "チ": "千",
        "ミ": "三",
        "ヘ": "へ",
        "ベ": "べ",
        "ペ": "ぺ",
        "リ": "り",
        "オ": "才",
        "セ": "せ",
        "ヲ": "ヲ",
        "ノ": "丿",
        "ヤ": "や",
        "-": "－−―—ー一",
        "1": "|",
    }
)


class Alphabet:
    """Characters a field can hold, as sums of the recogniser's classes."""

    def __init__(self, classes: Sequence[str], characters: str) -> None:
        numbers = _numbers(classes)
        members = {char: _members(char, characters, numbers) for char in characters}
        self.characters = ("", *(char for char in members if members[char]))
        groups = [[0], *(group for group in members.values() if group)]
        self._classes = np.array([number for group in groups for number in group])
        sizes = [0, *(len(group) for group in groups[:-1])]
        self._starts = np.cumsum(sizes)

    def __call__(self, posteriors: Posteriors) -> Steps:
        """The share of each character at each step; a row sums to 1 at most."""
        chosen = posteriors[:, self._classes].astype(np.float64)
        return np.asarray(np.add.reduceat(chosen, self._starts, axis=1), np.float64)


def _numbers(classes: Sequence[str]) -> dict[str, int]:
    return {char: number for number, char in enumerate(classes) if number}


def _members(char: str, wanted: str, numbers: Mapping[str, int]) -> list[int]:
    return [numbers[same] for same in _same(char, wanted) if same in numbers]


def _same(char: str, wanted: str) -> Iterator[str]:
    """The character, its full-width twin, and look-alikes not wanted themselves."""
    yield char
    if "!" <= char <= "~":
        yield chr(ord(char) + 0xFEE0)
    for other in _SAME_SHAPE.get(char, ""):
        if other not in wanted and other != char:
            yield other
