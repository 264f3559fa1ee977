"""Holds postal code, address and its kana against each other."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from forms.definition import FormDefinition
from ocr.outcome import Outcome
from ocr.words.address_tail import has_kanji, numbers, spoken
from ocr.words.names import with_large_kana
from ocr.words.places import Place, Script, places
from ocr.words.together import both_read, settle_pair, with_ground

KANA_RULE, CODE_RULE = "addresses.kana", "addresses.postal_code"
_KANJI, _KANA, _CODE = "address_kanji", "address_kana", "postal_code"
# Logarithms: how much likelier two writings are for naming one place, one house
# number, and for a place having the code. People do write a wrong one.
_SAME_PLACE, _SAME_TAIL, _SAME_NUMBERS, _HAS_CODE = 3.0, 1.5, 2.0, 3.0
# Where the house number stands, of several digits and no unit that would end another
# one before them. Few towns have one of three digits.
_BEFORE, _NO_UNIT = (
    "[^0-9-]*(?:[0-9]+(?:-|丁目|チヨウメ))*",
    "(?![0-9]|番|バン|号|ゴウ)",
)
_TWO_DIGITS = re.compile(f"{_BEFORE}[0-9]{{2,}}{_NO_UNIT}")
_LONG_NUMBER = re.compile(f"{_BEFORE}[0-9]{{3,}}{_NO_UNIT}")
_SPACE = "\u3000"


def with_addresses(
    definition: FormDefinition, outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """The outcomes with each address ranked by its kana and its postal code."""
    found = dict(outcomes)
    for field in definition.fields:
        for item in (_KANJI, "address"):
            if field.holds(item):
                owner = field.name.removesuffix(item)
                _settle(found, field.name, f"{owner}{_KANA}", f"{owner}{_CODE}")
    return found


def _settle(found: dict[str, Outcome], kanji: str, kana: str, code: str) -> None:
    if both_read(found[kanji], found.get(kana)):
        _settle_by_kana(found, kanji, kana)
    for name, script in ((kanji, Script.KANJI), (kana, Script.KANA)):
        if both_read(found.get(name), found.get(code)):
            _settle_by_code(found, name, code, script)
    for name, script in ((kanji, Script.KANJI), (kana, Script.KANA)):
        if name in found and _may_lack_a_hyphen(found[name], script):
            doubts = (*found[name].doubts, "one number")
            found[name] = replace(found[name], doubts=doubts)


def _may_lack_a_hyphen(address: Outcome, script: Script) -> bool:
    """Tell whether 84 may be 8-4, or 1-188 1-18-8: a short hyphen is not seen at all.

    One that touches the next digit leaves no gap either, and is lost in the kana of the
    same hand as well: only where digits stand can speak for several of them, and only
    where there are no more than two.
    """
    if not address.candidates:
        return False
    tail = _parsed(script, address.best.value)[1]
    if _LONG_NUMBER.match(tail):
        return True
    close = address.close_digits and address.chosen_by is None
    return not close and bool(_TWO_DIGITS.match(tail))


def _settle_by_kana(found: dict[str, Outcome], kanji: str, kana: str) -> None:
    # That two name one place says nothing of their house numbers.
    place = _same_place(found[kanji].best.value, found[kana].best.value)
    found[kanji], found[kana] = settle_pair(
        found[kanji],
        found[kana],
        agreement=_agreement,
        rule=KANA_RULE,
        unlisted=_SAME_PLACE * place,
    )
    one, other = found[kanji].best.value, found[kana].best.value
    if _same_place(one, other) and _tails_agree(one, other):
        found[kanji] = with_ground(found[kanji], "kana")
        found[kana] = with_ground(found[kana], "kanji")


def _settle_by_code(
    found: dict[str, Outcome], name: str, code: str, script: Script
) -> None:
    def agreement(address: str, postal_code: str) -> float:
        return _HAS_CODE * _has_code(script, address, postal_code)

    found[name], found[code] = settle_pair(
        found[name],
        found[code],
        agreement=agreement,
        rule=CODE_RULE,
        unlisted=agreement(found[name].best.value, found[code].best.value),
    )
    if _has_code(script, found[name].best.value, found[code].best.value):
        found[name] = with_ground(found[name], "postal code")
        if "address" not in found[code].grounds:
            found[code] = with_ground(found[code], "address")


def _agreement(kanji: str, kana: str) -> float:
    return (
        _SAME_PLACE * _same_place(kanji, kana)
        + _SAME_TAIL * _tails_agree(kanji, kana)
        + _SAME_NUMBERS * (_numbers(Script.KANJI, kanji) == _numbers(Script.KANA, kana))
    )


def _same_place(kanji: str, kana: str) -> bool:
    named, _ = _parsed(Script.KANJI, kanji)
    return not named.isdisjoint(_parsed(Script.KANA, kana)[0])


def _tails_agree(kanji: str, kana: str) -> bool:
    """Whether house number, building and room are the same, as far as can be told."""
    said = with_large_kana(spoken(_parsed(Script.KANJI, kanji)[1]))
    tail = _parsed(Script.KANA, kana)[1]
    if not has_kanji(said):
        return said == tail
    return numbers(said) == numbers(tail)


def _numbers(script: Script, address: str) -> tuple[str, ...]:
    return numbers(_parsed(script, address)[1])


def _has_code(script: Script, address: str, postal_code: str) -> bool:
    named, _ = _parsed(script, address)
    return any(place.postal_code == postal_code for place in named)


@lru_cache(maxsize=512)
def _parsed(script: Script, address: str) -> tuple[frozenset[Place], str]:
    """The listed towns an address can begin with, and what follows the longest.

    Where a hand leaves spaces says nothing of the place.
    """
    text = address.replace(_SPACE, "")
    if script is Script.KANA:
        text = with_large_kana(text)
    towns: set[Place] = set()
    tail = text
    for place, rest in places().at_the_beginning(script, text):
        if place.town.kanji:
            tail = rest if not towns else tail
            towns.add(place)
    return frozenset(towns), tail
