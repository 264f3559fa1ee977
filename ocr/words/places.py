"""Which places there are in Japan: prefectures, cities and towns by postal code."""

import lzma
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from ocr.words.listed import WordTable
from ocr.words.names import with_large_kana

# Town tables kept at hand: those of the cities that one office's people live in.
_CITIES_KEPT = 256


class Script(StrEnum):
    KANJI = "kanji"
    KANA = "kana"


@dataclass(frozen=True, slots=True)
class Named:
    """A name in kanji and in kana."""

    kanji: str
    kana: str

    def __add__(self, other: "Named") -> "Named":
        return Named(self.kanji + other.kanji, self.kana + other.kana)

    def written(self, script: Script) -> str:
        """How it is written; in kana, with every small kana large."""
        return self.kanji if script is Script.KANJI else with_large_kana(self.kana)


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """A city with its ward, or a town with its district."""

    prefecture: Named
    name: Named
    towns: str

    @property
    def whole(self) -> Named:
        return self.prefecture + self.name


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A town of a city, with its postal code; its name is empty for the rest."""

    postal_code: str
    city: City
    town: Named


class Places:
    """All listed places, found by what is written or by postal code."""

    def __init__(self, text: str) -> None:
        self._cities = tuple(_cities(text))

    @cached_property
    def _by_name(self) -> dict[Script, dict[str, list[City]]]:
        found: dict[Script, dict[str, list[City]]] = {script: {} for script in Script}
        for script in Script:
            for city in self._cities:
                for name in (city.whole, city.name):
                    at = found[script].setdefault(name.written(script), [])
                    at.append(city)
        return found

    @cached_property
    def _tables(self) -> dict[Script, WordTable]:
        return {script: WordTable(tuple(self._by_name[script])) for script in Script}

    @property
    def all_cities(self) -> Sequence[City]:
        return self._cities

    def cities(self, script: Script) -> WordTable:
        """How cities are written, with their prefecture and without."""
        return self._tables[script]

    def named(self, script: Script, name: str) -> list[City]:
        """The cities written so."""
        return self._by_name[script].get(name, [])

    def at_the_beginning(
        self, script: Script, text: str
    ) -> Iterator[tuple[Place, str]]:
        """The places that a text can begin with, and what follows; longest first.

        Kana are compared with every small one large.
        """
        for end in range(len(text), 1, -1):
            for city in self.named(script, text[:end]):
                towns = _towns_by_name(city, script)
                for until in range(len(text), end - 1, -1):
                    for place in towns.get(text[end:until], ()):
                        yield place, text[until:]


@lru_cache(maxsize=_CITIES_KEPT)
def towns_of(city: City) -> tuple[Place, ...]:
    """The towns of a city."""
    found = []
    for line in city.towns.splitlines():
        kanji, _, kana = line[7:].partition(" ")
        found.append(Place(line[:7], city, Named(kanji, kana)))
    return tuple(found)


@lru_cache(maxsize=2 * _CITIES_KEPT)
def _towns_by_name(city: City, script: Script) -> Mapping[str, Sequence[Place]]:
    found: dict[str, list[Place]] = {}
    for place in towns_of(city):
        found.setdefault(place.town.written(script), []).append(place)
    return found


@lru_cache(maxsize=2 * _CITIES_KEPT)
def town_table(city: City, script: Script) -> WordTable:
    """How the towns of a city are written."""
    names = dict.fromkeys(place.town.written(script) for place in towns_of(city))
    return WordTable([name for name in names if name] or ["\u3000"])


@cache
def places() -> Places:
    """The places that the shipped list holds."""
    packed = (files("ocr.words") / "places.txt.xz").read_bytes()
    return Places(lzma.decompress(packed).decode("utf-8"))


def _cities(text: str) -> Iterator[City]:
    for prefecture_text in text.split("=")[1:]:
        head, *cities = prefecture_text.split("\n+")
        prefecture = Named(*head.split(" "))
        for city_text in cities:
            name, _, towns = city_text.partition("\n")
            yield City(prefecture, Named(*name.split(" ")), towns)
