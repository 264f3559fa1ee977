"""Persons for calibrating: listed names, unlisted ones, and readings nobody lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.making.cast import Chance, drawn
from ocr.words.names import Part, names
from ocr.words.places import City, places, towns_of

# Shares of parts of names and of towns that the shipped lists do not hold.
_UNLISTED_NAME, _OTHER_READING, _UNLISTED_TOWN = 0.08, 0.08, 0.08
_COMMON_NAME = 0.6
_KANJI = "青秋池石泉岩植梅海浦江遠大岡荻奥加柏金川菊岸北木倉栗黒桑小近坂桜佐沢塩"
_KANA = (
    "アイウエオカキクケコサシスセタチツテトナニノハヒフヘマミムメモヤユヨラリワガギダバ"
)
_BUILDINGS = (
    ("緑ビル", "ミドリビル"),
    ("第一ハイツ", "ダイイチハイツ"),
    ("富士見コーポ", "フジミコーポ"),
    ("サンマンション", "サンマンション"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's name and address as they are written on a form."""

    kanji: str
    kana: str
    postal_code: str
    address: str
    address_kana: str


class Population:
    """Persons drawn by chance from the lists, and from beyond them."""

    def __init__(self) -> None:
        self._pairs = {part: _pairs(part) for part in Part}
        self._cities: Sequence[City] = places().all_cities

    def person(self, rng: Chance) -> Person:
        parts = [self._part(part, rng) for part in Part]
        code, town, town_kana = self._town(rng)
        number, number_kana = _number(rng)
        return Person(
            kanji="\u3000".join(kanji for kanji, _ in parts),
            kana="\u3000".join(kana for _, kana in parts),
            postal_code=code,
            address=town + number,
            address_kana=town_kana + number_kana,
        )

    def _part(self, part: Part, rng: Chance) -> tuple[str, str]:
        common, rare = self._pairs[part]
        kanji, kana = drawn(rng, common if rng.random() < _COMMON_NAME else rare)
        chance = rng.random()
        if chance < _UNLISTED_NAME:
            return _unlisted(rng)
        if chance < _UNLISTED_NAME + _OTHER_READING:
            return kanji, drawn(rng, rare)[1]
        return kanji, kana

    def _town(self, rng: Chance) -> tuple[str, str, str]:
        city = drawn(rng, self._cities)
        place = drawn(rng, [one for one in towns_of(city)])
        town, kana = place.town.kanji, place.town.kana
        if rng.random() < _UNLISTED_TOWN:
            town, kana = _unlisted(rng)
        return place.postal_code, city.whole.kanji + town, city.whole.kana + kana


def _pairs(part: Part) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Names with their readings: common ones, and all others."""
    listed = names(part)
    found: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    for name, reading, common in listed.all_pairs():
        if all("一" <= char <= "鿿" for char in name):
            found[not common].append((name, reading))
    return found


def _unlisted(rng: Chance) -> tuple[str, str]:
    kanji = "".join(rng.choice(list(_KANJI), 2))
    kana = "".join(rng.choice(list(_KANA), int(rng.integers(3, 5))))
    return kanji, kana


def _number(rng: Chance) -> tuple[str, str]:
    """House number in kanji and kana, as people write it."""
    a, b, c = (int(rng.integers(1, most)) for most in (9, 40, 25))
    short = "-".join(map(str, (a, b, c)[: int(rng.integers(2, 4))]))
    kind = rng.random()
    if kind < 0.6:
        return short, short
    if kind < 0.75:
        return f"{a}丁目{b}番{c}号", f"{a}チョウメ{b}バン{c}ゴウ"
    if kind < 0.85:
        return f"{a * b}番地", f"{a * b}バンチ"
    name, kana = drawn(rng, _BUILDINGS)
    room = int(rng.integers(1, 9)) * 100 + int(rng.integers(1, 9))
    return f"{short}{name}{room}", f"{short}{kana}{room}"
