"""How likely kana follow each other in Japanese names and places.

It ranks near-ties of the recogniser (アンドウ and アノドウ) and decides nothing that is
plainly written: one kana that never follows another costs about as much as the
recogniser being four times less sure.
"""

from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

_WEIGHT = 0.4
_EDGE = "|"
_KINDS_OF_KANA = 85
# How many unseen pairs a kana is thought to have been seen with.
_UNSEEN = 6.0


@lru_cache(maxsize=1 << 14)
def likelihood(word: str) -> float:
    """How usual a kana word sounds, weighted for use beside the recogniser.

    Only the ratio of two words read at one place means something. House numbers
    are alike: every digit counts as 0.
    """
    pairs, firsts = _counts()
    value = 1.0
    sounds = "".join("0" if char.isdigit() else char for char in word)
    for pair in pairwise(f"{_EDGE}{sounds}{_EDGE}"):
        seen = pairs["".join(pair)] + _UNSEEN / _KINDS_OF_KANA
        value *= (seen / (firsts[pair[0]] + _UNSEEN)) ** _WEIGHT
    return value


@cache
def _counts() -> tuple[Counter[str], Counter[str]]:
    """How often each pair of kana was seen, and each kana as the first of one."""
    listed = (files("ocr.words") / "readings.txt").read_text(encoding="utf-8")
    lines = [line for line in listed.splitlines() if not line.startswith("#")]
    words = [f"{_EDGE}{word}{_EDGE}" for line in lines for word in line.split()]
    pairs = Counter("".join(pair) for word in words for pair in pairwise(word))
    firsts = Counter[str]()
    for pair, count in pairs.items():
        firsts[pair[0]] += count
    return pairs, firsts
