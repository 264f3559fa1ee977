"""Which names people have in Japan, and how those are read."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType

from ocr.words.kana import SMALL
from ocr.words.listed import WordTable

_COMMON = "*"
_LARGE = str.maketrans(SMALL)


class Part(StrEnum):
    """A part of a person's name."""

    FAMILY = "family"
    GIVEN = "given"


class Names:
    """The listed names of one part: writings, readings, and which are common."""

    def __init__(self, readings: Mapping[str, Mapping[str, bool]]) -> None:
        self._readings = readings
        self._common = frozenset(
            spelt
            for reading, names in readings.items()
            for name, common in names.items()
            if common
            for spelt in (name, reading)
        )

    @cached_property
    def writings(self) -> frozenset[str]:
        return frozenset(name for names in self._readings.values() for name in names)

    @cached_property
    def by_large_kana(self) -> Mapping[str, tuple[str, ...]]:
        """The readings, by what they are if every small kana were large."""
        found: dict[str, list[str]] = {}
        for reading in self._readings:
            found.setdefault(with_large_kana(reading), []).append(reading)
        return MappingProxyType({key: tuple(of) for key, of in found.items()})

    @cached_property
    def kana_table(self) -> WordTable:
        return WordTable(tuple(self.by_large_kana))

    @cached_property
    def kanji_table(self) -> WordTable:
        return WordTable(sorted(self.writings))

    def all_pairs(self) -> Iterator[tuple[str, str, bool]]:
        """Each writing with each of its readings, and whether it is common."""
        for reading, names_read_so in self._readings.items():
            for name, common in names_read_so.items():
                yield name, reading, common

    def knows(self, name: str) -> bool:
        """Tell whether a writing or a reading is listed."""
        return name in self._readings or name in self.writings

    def is_common(self, name: str) -> bool:
        return name in self._common

    def is_read(self, name: str, reading: str) -> bool:
        """Tell whether this is a listed reading of a listed name."""
        return name in self._readings.get(reading, ())


def with_large_kana(text: str) -> str:
    return text.translate(_LARGE)


@cache
def names(part: Part) -> Names:
    """The names of this part that the shipped list holds."""
    text = (files("ocr.words") / "names.txt").read_text(encoding="utf-8")
    _, _, after = text.partition(f"[{part}]\n")
    readings = {}
    for line in after.partition("\n[")[0].splitlines():
        reading, *writings = line.split()
        readings[reading] = {
            name.removesuffix(_COMMON): name.endswith(_COMMON) for name in writings
        }
    return Names(readings)
