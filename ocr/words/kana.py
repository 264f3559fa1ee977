"""Tells small kana from large ones, by their size and by what can be said.

The recogniser sees one glyph at a time and takes リョウ for リヨウ; beside its
neighbours a small ョ is plainly smaller.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

SMALL = dict(zip("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ", strict=True))
LARGE = {large: small for small, large in SMALL.items()}

# Height, as a share of the usual one in its line, below which a kana looks small.
_BORDERS = {
    "ア": 0.8,
    "イ": 0.8,
    "ウ": 0.85,
    "エ": 0.65,
    "オ": 0.85,
    "ツ": 0.88,
    "ヤ": 0.84,
    "ユ": 0.72,
    "ヨ": 0.8,
    "ワ": 0.82,
}
_SHARPNESS = 13.0
_MOST_LOWER = 0.22
# The recogniser is right nine times in ten.
_SEEN_ODDS = 1.8
_UNVOICED = frozenset("カキクケコサシスセソタチツテトパピプペポ")
_VOWEL_I = frozenset("キギシジチヂニヒビピミリ")
_GLIDES = frozenset("ャュョ")


class Settled(NamedTuple):
    """A word whose kana are small or large; `other` differs in the least sure one."""

    text: str
    sure: float
    other: str


class Seen(NamedTuple):
    """The glyphs of a word as the recogniser saw them, and their heights in pixels."""

    text: str
    heights: tuple[float, ...]


def settle_sizes(text: str, heights: Sequence[float]) -> Settled:
    """Make each kana of a word small or large.

    `heights` are those of the glyphs, in pixels, 0 where unknown.
    """
    usual = _usual(text, heights)
    settled, sure, least_sure = "", 1.0, -1
    for at, char in enumerate(text):
        large = SMALL.get(char, char)
        if large not in LARGE:
            settled += char
            continue
        following = text[at + 1] if at + 1 < len(text) else ""
        small = _probability_small(
            large,
            before=settled[-1:],
            following=SMALL.get(following, following),
            share=heights[at] / usual if usual and at < len(heights) else 0.0,
            seen_small=char in SMALL,
        )
        settled += LARGE[large] if small > 0.5 else large
        if max(small, 1 - small) < sure:
            sure, least_sure = max(small, 1 - small), at
    return Settled(settled, sure, _flipped(settled, least_sure))


def size_shares(text: str, seen: Seen, readings: Sequence[str]) -> dict[str, float]:
    """How probable each sizing of a word is whose kana are all large here.

    The likeliest, the one next to it and those of listed `readings` are considered.
    """
    fits = [SMALL.get(char, char) for char in seen.text] == list(text)
    known = seen if fits else Seen("", ())
    settled = settle_sizes(known.text or text, known.heights)
    considered = dict.fromkeys((settled.text, settled.other, *readings))
    shares = {one: _sized_so(one, known) for one in considered}
    total = sum(shares.values()) or 1.0
    return {one: share / total for one, share in shares.items()}


def _sized_so(text: str, seen: Seen) -> float:
    """How well these sizes go with their neighbours and with what was seen."""
    usual = _usual(seen.text, seen.heights)
    share = 1.0
    for at, char in enumerate(text):
        large = SMALL.get(char, char)
        if large not in LARGE:
            continue
        following = text[at + 1] if at + 1 < len(text) else ""
        small = _probability_small(
            large,
            before=text[at - 1] if at else "",
            following=SMALL.get(following, following),
            share=seen.heights[at] / usual if usual and seen.heights else 0.0,
            seen_small=seen.text[at] in SMALL if seen.text else None,
        )
        share *= small if char in SMALL else 1 - small
    return share


def _flipped(text: str, at: int) -> str:
    """The same with the kana at this place large for small, small for large."""
    if at < 0:
        return text
    flipped = SMALL.get(text[at]) or LARGE[text[at]]
    return text[:at] + flipped + text[at + 1 :]


def _probability_small(
    large: str, *, before: str, following: str, share: float, seen_small: bool | None
) -> float:
    odds = math.log(_spoken_odds(large, before, following))
    if seen_small is not None:
        odds += _SEEN_ODDS if seen_small else -_SEEN_ODDS
    if share > 0:
        lower = _BORDERS[large] - share
        odds += _SHARPNESS * max(min(lower, _MOST_LOWER), -_MOST_LOWER)
    return 1 / (1 + math.exp(-odds))


def _spoken_odds(large: str, before: str, following: str) -> float:
    """Odds that a small one stands between these two, by how Japanese is spoken."""
    small = LARGE[large]
    if not before:
        return 1e-4
    if small in _GLIDES:
        return _glide_odds(small, before, following)
    if small == "ッ":
        return 0.7 if following in _UNVOICED else 0.005
    return 0.2 if before in "フヴテデトドウツチシジクグ" else 0.002


def _glide_odds(small: str, before: str, following: str) -> float:
    if before not in _VOWEL_I:
        return 0.05 if before in "フテデヴ" else 1e-3
    if small == "ョ":
        return 30.0 if following in ("ウ", "ー", "") else 0.3
    if small == "ュ":
        return 20.0 if before in "シジリチ" or following == "ウ" else 0.15
    return 3.0 if before in "ジチシ" else 0.2


def _usual(text: str, heights: Sequence[float]) -> float:
    """The usual height in this line, by those kana that have no small form."""
    sure = [
        height
        for char, height in zip(text, heights, strict=False)
        if char not in SMALL and char not in LARGE and char != "ー"
    ]
    known = sorted(height for height in sure if height > 0)
    return known[len(known) // 2] if known else 0.0
