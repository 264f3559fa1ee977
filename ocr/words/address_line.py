"""Reads an address: a place that exists, as far as the strokes bear it out, and a tail.

The list of places ranks what the strokes leave open. A place that is not listed, or is
written wrongly, stays as it is written.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ocr.words import ctc
from ocr.words.address_tail import usualness, with_listed_buildings
from ocr.words.alphabets import Steps
from ocr.words.forward import score
from ocr.words.kana import Seen, settle_sizes
from ocr.words.name_word import fold, ranked
from ocr.words.names import with_large_kana
from ocr.words.places import Script, places, town_table
from ocr.words.scripts import settle_scripts
from ocr.words.sounds import likelihood

_CITIES, _CITIES_KEPT, _TOWNS, _PLACES_KEPT = 50, 4, 25, 5
_TAILS = 5
# Logarithms: how much likelier an address is for its city and its town being listed.
_CITY, _TOWN = 2.0, 2.0
_SURENESS = 0.8
_LEAST_LEAD = -25.0


def address_lines(
    script: Script, steps: Steps, characters: Sequence[str], seen: Seen
) -> list[ctc.Line]:
    """The ways to read an address written in this script."""
    if script is Script.KANA:
        steps, characters = fold(steps, characters)
    rows = ctc.normalised(steps)
    free = [line.text for line in ctc.lines(steps, characters)]
    listed = _with_tails(rows, characters, _beginnings(script, rows, characters))
    texts = [text for text in dict.fromkeys([*free, *listed]) if text]
    if not texts:
        return []
    written = _SURENESS * score(rows, characters, texts).exact
    spelt = [_spelt(script, text, seen) for text in texts]
    weights = [_weight(script, text) for text in spelt]
    return ctc.summed(ranked(spelt, written, np.array(weights)))


def _beginnings(
    script: Script, rows: Steps, characters: Sequence[str]
) -> dict[str, int]:
    """The places the line may begin with, and the steps at which they end."""
    peaks = dict(zip(characters, rows.max(axis=0), strict=True))
    cities = places().cities(script).likely(peaks, most=_CITIES)
    if not cities:
        return {}
    scores = score(rows, characters, cities).beginning
    order = np.argsort(-scores)[:_CITIES_KEPT]
    kept = [cities[at] for at in order if scores[at] > scores[order[0]] + _LEAST_LEAD]
    names = list(dict.fromkeys(_with_towns(script, kept, peaks)))
    found = score(rows, characters, names)
    listed = found.beginning + _TOWN * np.array([name not in kept for name in names])
    best = np.argsort(-listed)[:_PLACES_KEPT]
    return {names[at]: int(found.end[at]) for at in best}


def _with_towns(
    script: Script, cities: Iterable[str], peaks: Mapping[str, float]
) -> Iterable[str]:
    for name in cities:
        yield name
        for city in places().named(script, name):
            for town in town_table(city, script).likely(peaks, most=_TOWNS):
                yield name + town


def _with_tails(
    rows: Steps, characters: Sequence[str], beginnings: Mapping[str, int]
) -> Iterable[str]:
    for name, end in beginnings.items():
        last = characters.index(name[-1]) if name[-1] in characters else 0
        start = end + 1
        while start < len(rows) and rows[start].argmax() == last:
            start += 1
        for tail in ctc.lines(rows[start:], characters, beam=_TAILS):
            yield name + tail.text


def _spelt(script: Script, text: str, seen: Seen) -> str:
    """The text with its kana sized, in the place as it is listed."""
    if script is Script.KANJI:
        return with_listed_buildings(settle_scripts(text))
    fits = with_large_kana(seen.text) == text
    sized = settle_sizes(seen.text if fits else text, seen.heights if fits else ())
    for place, tail in places().at_the_beginning(script, text):
        if place.town.kana:
            listed = place.city.whole + place.town
            name = listed.kana[-(len(text) - len(tail)) :]
            return name + sized.text[len(text) - len(tail) :]
    return sized.text


def _weight(script: Script, text: str) -> float:
    folded = with_large_kana(text) if script is Script.KANA else text
    sound = np.log(likelihood(text) + 1e-30) if script is Script.KANA else 0.0
    for place, tail in places().at_the_beginning(script, folded):
        known = _CITY + _TOWN * bool(place.town.kanji)
        return float(known + usualness(text[len(text) - len(tail) :]) + sound)
    return float(sound)
