"""How often a kanji stands at its place in names.

Lists say which names there are; of most given names they do not say how many people
have them. Their kanji tell: 夫 ends far more names than 丁 does.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ocr.words.names import Part

_FIRST, _INSIDE, _LAST, _ALONE = range(4)
_BEFORE = {Part.FAMILY: 0, Part.GIVEN: 4}
# How often one that was never met is thought to have been.
_UNMET = 0.5


def frequency(part: Part, name: str, at: int) -> float:
    """How often the kanji at this place of a name stands there, of some 20,000 names.

    Where none was met there, it is a half.
    """
    counts = _counts().get(name[at])
    if counts is None:
        return _UNMET
    return counts[_BEFORE[part] + _place(name, at)] + _UNMET


def _place(name: str, at: int) -> int:
    if len(name) == 1:
        return _ALONE
    if at == 0:
        return _FIRST
    return _LAST if at == len(name) - 1 else _INSIDE


@cache
def _counts() -> Mapping[str, tuple[int, ...]]:
    text = (files("ocr.words") / "name_kanji.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {kanji: tuple(map(int, counts)) for kanji, *counts in lines}
