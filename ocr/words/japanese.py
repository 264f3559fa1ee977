"""Which of the recogniser's characters are written in Japan, and how commonly.

The recogniser also knows Chinese shapes (宫, 爱); on a Japanese form the Japanese one
was meant. Rare characters stay possible: names have them.
"""

from collections.abc import Sequence

import numpy as np

from ocr.engine import Posteriors
from ocr.words.alphabets import Steps

_DASHES = frozenset("－―—")
_SIGNS = _DASHES | frozenset("-ー－.,・･()（）&＆/／、。「」々〆ヶヵ〃\"'~〜#+:：＝=")
_SECOND_LEVEL_SHARE = 0.1
_OUTSIDE_SHARE = 0.1
_RARE_SHARE = 0.05
# Of the first level, and still hardly ever meant: 千 is.
_RARE = frozenset("干")
_SMALLEST_SHARE = 1e-4
# Where the second level of JIS X 0208 begins in Shift_JIS.
_SECOND_LEVEL = b"\x98\x9f"


class JapaneseAlphabet:
    """All characters of Japanese writing, weighted by how commonly they are used.

    Characters that are one in a canonical value (１ and 1) are added up.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        spelt = [_spelling(char) for char in classes]
        weights = np.array([_weight(char) for char in classes], np.float64)
        known = sorted(np.flatnonzero(weights), key=lambda n: (spelt[n], n))
        first = [0, *(n for n in known if n)]
        self._numbers = np.array(first)
        self._weights = weights[self._numbers]
        self._spelt = np.array([spelt[n] for n in first])

    def __call__(self, posteriors: Posteriors) -> tuple[tuple[str, ...], Steps]:
        """The characters seen anywhere in this line, and their shares at each step."""
        seen = posteriors.max(axis=0)[self._numbers] > _SMALLEST_SHARE
        seen[0] = True
        shares = posteriors[:, self._numbers[seen]] * self._weights[seen]
        spelt = self._spelt[seen]
        starts = np.flatnonzero(np.r_[True, spelt[1:] != spelt[:-1]])
        characters = tuple(str(spelt[at]) for at in starts)
        return characters, np.add.reduceat(shares.astype(np.float64), starts, axis=1)


def _spelling(char: str) -> str:
    """How a canonical value writes this character."""
    if char in _DASHES:
        return "-"
    return chr(ord(char) - 0xFEE0) if "０" <= char <= "ｚ" else char


def _weight(char: str) -> float:
    """How common a character is beside others of like shape; 0 for foreign ones."""
    if not char:
        return 1.0
    if len(char) != 1 or char.isspace():
        return 0.0
    if char in _RARE:
        return _RARE_SHARE
    if char in _SIGNS or (char.isascii() and char.isalnum()):
        return 1.0
    if "０" <= char <= "ｚ":
        return 1.0 if char.isalnum() else 0.0
    if "ぁ" <= char <= "ヶ":
        return 1.0
    if not "\u4e00" <= char <= "\u9fff" and char not in "﨑":
        return 0.0
    code = char.encode("shift_jis", "ignore")
    if not code:
        return _OUTSIDE_SHARE if char.encode("cp932", "ignore") else 0.0
    if code >= _SECOND_LEVEL:
        return _SECOND_LEVEL_SHARE
    return 1.0
