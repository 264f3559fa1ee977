"""A disc and an e-filing of nobody: a table of records, and what its summary declares.

Every number, name and place is made up; the forms are 2200700 and 2201700.
"""

from collections.abc import Mapping, Sequence

from forms.grammar import my_number_check_digit

_OFFICE = ("21", "01", "ﾐﾎﾝ", "12345")
_OFFICE_LINE = (
    *_OFFICE, "100", "0000", "東京都千代田区見本町１－２－３", "見本製作所株式会社",
    "見本　太郎", "03", "0000", "0000",
)  # fmt: skip
# Kana, kanji, era and day of birth, first 11 digits of the number, sex; of those who
# left the serial number before them.
_JOINED = (
    ("ｻﾝﾌﾟﾙ ｲﾁﾛｳ", "三風留　一郎", "7", "030415", "10000000001", "1"),
    ("ｻﾝﾌﾟﾙ ﾊﾅｺ", "三風留　花子", "5", "630102", "10000000002", "2"),
    ("ﾀﾒｼ ｼﾞﾛｳ", "試　次郎", "7", "101231", "10000000003", "1"),
)
_LEFT = (
    ("12", "ﾀﾒｼ ｻｸﾗ", "試　桜", "5", "550707", "10000000004"),
    ("13", "ﾐﾎﾝ ｻﾌﾞﾛｳ", "見本　三郎", "7", "040229", "10000000005"),
)


def media_files() -> Mapping[str, bytes]:
    """Path below samples/media -> bytes: one that balances, one that does not."""
    joined, left = len(_JOINED), len(_LEFT)
    return {
        "media-003/SHFD0006.CSV": _table("003"),
        "media-003/soukatsu.csv": _summary("媒体番号,003", joined, left),
        # The summary declares one leaver more than the table holds.
        "2024020700001234/SHFD0006.CSV": _table("004"),
        "2024020700001234/soukatsu.csv": _summary(
            "到達番号,2024020700001234", joined, left + 1
        ),
    }


def _table(serial: str) -> bytes:
    lines = [
        ",".join((*_OFFICE[:3], serial, "20240207", "22223")),
        "[kanri]",
        ",001",
        ",".join(_OFFICE_LINE),
        "[data]",
        *(_joined(*person) for person in _JOINED),
        *(_left(*person) for person in _LEFT),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("cp932")


def _joined(kana: str, kanji: str, era: str, born: str, number: str, sex: str) -> str:
    row = [
        "2200700", *_OFFICE, "", kana, kanji, era, born, sex, "1", _number(number),
        "", "", "", "", "9", "060201", "0", "250000", "0", "250000",
    ]  # fmt: skip
    return _filled(row, 33)


def _left(serial: str, kana: str, kanji: str, era: str, born: str, number: str) -> str:
    row = [
        "2201700", *_OFFICE, serial, kana, kanji, era, born, _number(number), "", "",
        "9", "060201", "4", "9", "060131",
    ]  # fmt: skip
    return _filled(row, 27)


def _filled(row: Sequence[str], items: int) -> str:
    return ",".join([*row, *([""] * (items - len(row)))])


def _number(first11: str) -> str:
    return f"{first11}{my_number_check_digit(first11)}"


def _summary(number: str, joined: int, left: int) -> bytes:
    lines = ["総括票", number, "事業所,1", f"2200700,{joined}", f"2201700,{left}"]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")
