"""Slips of the pen: what stands on the paper is nearly what should stand there.

A reader that believes its lists repairs them in silence; calibrating on them teaches
it not to. They are several times as frequent here as in life.
"""

from bench.making.cast import Chance, drawn

_SHARE = 0.15
_ONE = "シタカトキコサハヒフツンマクウミステノケセルバビ"
_OTHER = "ジダガドギゴザバビブシソアワラニズチメゲゼレパピ"
_SLIPS = dict(zip(_OTHER + _ONE, _ONE + _OTHER, strict=True))
_DIGITS = "123456789"


def slipped(name: str, value: str, rng: Chance) -> str:
    """The value of a field, now and then with one character wrong."""
    if rng.random() >= _SHARE:
        return value
    item = name.rpartition(".")[2]
    numbers = item.startswith("address") and rng.random() < 0.5
    if not numbers and not item.endswith("kana"):
        return value
    known = _DIGITS if numbers else _SLIPS
    places = [at for at, char in enumerate(value) if char in known]
    if not places:
        return value
    at = drawn(rng, places)
    other = drawn(rng, _DIGITS) if numbers else _SLIPS[value[at]]
    return value[:at] + other + value[at + 1 :]
