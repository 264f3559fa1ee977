"""What stands in an address after the town: house number, building, room."""

import re
from collections.abc import Iterator
from itertools import product

from ocr.words.kana import LARGE, SMALL


def _sized_wrongly(word: str) -> Iterator[str]:
    """The word with some of its kana small for large or large for small."""
    sizes = [{char, SMALL.get(char, char), LARGE.get(char, char)} for char in word]
    for chars in product(*map(sorted, sizes)):
        if "".join(chars) != word:
            yield "".join(chars)


_NUMBER = "[1-9][0-9]{0,3}"
_CHOME, _BAN, _BANCHI, _GOU = (
    "(?:丁目|チョウメ)",
    "(?:番|バン)",
    "(?:番地|バンチ)",
    "(?:号|ゴウ)",
)
_HOUSE = re.compile(
    f"(?:{_NUMBER}{_CHOME}(?:{_NUMBER}(?:{_BANCHI}|{_BAN}(?:{_NUMBER}{_GOU})?"
    f"|(?:-{_NUMBER}){{1,2}}))?"
    f"|{_NUMBER}(?:{_BANCHI}|{_BAN})(?:[のノ]?{_NUMBER})?{_GOU}?"
    f"|{_NUMBER}(?:-{_NUMBER}){{0,3}})"
)
# マンシヨン, ハイッ: how they look where the size of a kana was taken wrongly.
_AS_USUAL = {
    wrong: right
    for right in ("マンション", "ハイツ", "シャトー", "シティ", "ビルディング")
    for wrong in _sized_wrongly(right)
}
_SIZED_WRONGLY = re.compile("|".join(_AS_USUAL))
_ROOM = re.compile(f"{_NUMBER}(?:号室?|ゴウシツ?|F|階)?")
_BUILDINGS = re.compile(
    "アパート|アーバン|ガーデン|グランド|グリーン|コーポ|コート|サン|シティ|シャトー"
    "|スカイ|タウン|タワー|ドミール|ハイツ|ハイム|ハウス|パーク|パレス|ビル|ビレッジ"
    "|ビルディング|フラット|プラザ|ヴィラ|マンション|メゾン|メゾネット|ライオンズ"
    "|レジデンス|ロイヤル|ヒルズ|テラス|ステージ|センター|ソウ|[荘棟館寮]|団地"
)
_SOUNDS = (
    ("丁目", "チョウメ"),
    ("番地", "バンチ"),
    ("番", "バン"),
    ("号", "ゴウ"),
    ("室", "シツ"),
    ("階", "カイ"),
)
_LARGE_NUMBER = re.compile("[0-9]{3,}(?!番地|バンチ)")
_NUMBERS = re.compile("[0-9]+|-")

# Logarithms: how much likelier a tail is for being of a usual form.
_USUAL = 3.0
_BUILDING = 2.0
# And for each house number of three digits or more, which few towns have.
_LARGE = -1.5


def usualness(tail: str) -> float:
    """How much likelier this tail is than one of no usual form, as a logarithm."""
    if not tail:
        return 0.0
    house = _HOUSE.match(tail)
    building = tail[house.end() :] if house else tail
    words = sum(len(word) > 1 for word in _BUILDINGS.findall(building))
    large = len(_LARGE_NUMBER.findall(house[0])) if house else 0
    return _USUAL * _is_usual(house, building) + _BUILDING * words + _LARGE * large


def with_listed_buildings(tail: str) -> str:
    """The tail with the kana of well-known building words small or large as usual."""
    return _SIZED_WRONGLY.sub(lambda match: _AS_USUAL[match[0]], tail)


def spoken(tail: str) -> str:
    """The tail as it is said, as far as its kanji are known: 3丁目 is 3チョウメ."""
    for kanji, kana in _SOUNDS:
        tail = tail.replace(kanji, kana)
    return tail


def has_kanji(tail: str) -> bool:
    return any("一" <= char <= "鿿" for char in tail)


def numbers(tail: str) -> tuple[str, ...]:
    """The numbers of a tail and the hyphens between them."""
    return tuple(_NUMBERS.findall(tail))


def _is_usual(house: re.Match[str] | None, building: str) -> bool:
    """Whether a house number and, if anything, a building and a room stand here."""
    if house is None:
        return False
    if not building:
        return True
    named = list(_BUILDINGS.finditer(building))
    room = building[named[-1].end() :] if named else ""
    return bool(named) and (not room or _ROOM.fullmatch(room) is not None)
