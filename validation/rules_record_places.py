"""Rules that hold postal codes against the addresses beside them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kamizero.model import Severity
from kamizero.records import PostcodeRecord, RecordKind
from validation.line import Found, Line
from validation.records import folded_address
from validation.registry import Example, Scope, first_line, rule

_CODE = "postal_code"
_WRITTEN: Example = first_line(
    postal_code="1000013", address_kanji="東京都千代田区霞が関1-2-2"
)
# Town names are written with and without these, and in either kana.
_TOWN_SIGNS = re.compile("大字|字|[がガヶケヵのノ之]")


class _Place(NamedTuple):
    """A postal code and the address it belongs to, by the names of their fields."""

    code: str
    address: str


@rule(
    "records.postal_code_unknown",
    Severity.WARNING,
    scope=Scope.FILING,
    needs=RecordKind.POSTCODES,
    ja="この郵便番号は登録にありません。読み取りを確認してください。",
    en="There is no such postal code on record. Check how it is read.",
    passes=_WRITTEN,
    fails={**_WRITTEN, **first_line(postal_code="9999999")},
)
def postal_code_unknown(head: Line) -> Iterator[Found]:
    for place in _places(head):
        if not _known(head, place):
            yield head.found(place.code)


@rule(
    "records.postal_code_elsewhere",
    Severity.WARNING,
    scope=Scope.FILING,
    needs=RecordKind.POSTCODES,
    ja="郵便番号と住所の市区町村が合いません。両方を確認してください。",
    en="Postal code and address are of different municipalities. Check both.",
    passes=_WRITTEN,
    fails={**_WRITTEN, **first_line(address_kanji="大阪府大阪市北区中之島1-3-20")},
)
def postal_code_elsewhere(head: Line) -> Iterator[Found]:
    for place in _places(head):
        known = _known(head, place)
        address = folded_address(head.value(place.address))
        if known and address and not any(_is_in_city(address, one) for one in known):
            yield head.found(place.code, place.address, record=_named(known))


@rule(
    "records.postal_code_of_other_town",
    Severity.INFO,
    scope=Scope.FILING,
    needs=RecordKind.POSTCODES,
    ja="郵便番号と住所の町名が合いません。両方を確認してください。",
    en="Postal code and address are of different towns. Check both.",
    passes=_WRITTEN,
    fails={**_WRITTEN, **first_line(address_kanji="東京都千代田区丸の内1-1-1")},
)
def postal_code_of_other_town(head: Line) -> Iterator[Found]:
    for place in _places(head):
        address = folded_address(head.value(place.address))
        here = [one for one in _known(head, place) if _is_in_city(address, one)]
        if here and not any(_is_in_town(address, one) for one in here):
            yield head.found(place.code, place.address, record=_named(here))


def _places(head: Line) -> Iterator[_Place]:
    """The postal codes that are written, each with its address."""
    for name in (field.name for field in head.filing.form.fields):
        if not name.endswith(_CODE) or not head.value(name):
            continue
        before = name.removesuffix(_CODE)
        address = f"{before}address"
        yield _Place(name, address if before == "office." else f"{address}_kanji")


def _known(head: Line, place: _Place) -> Sequence[PostcodeRecord]:
    code = head.value(place.code).replace("-", "")
    return head.records.postcode(code) if head.records is not None else ()


def _is_in_city(address: str, place: PostcodeRecord) -> bool:
    city = folded_address(place.city)
    return address.startswith((city, folded_address(place.prefecture) + city))


def _is_in_town(address: str, place: PostcodeRecord) -> bool:
    return _plain_town(place.town) in _plain_town(address)


def _plain_town(text: str) -> str:
    return _TOWN_SIGNS.sub("", folded_address(text))


def _named(places: Sequence[PostcodeRecord]) -> str:
    shown = [f"{one.prefecture}{one.city}{one.town}" for one in places]
    return " / ".join(dict.fromkeys(shown[:3]))
