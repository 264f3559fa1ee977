"""The characters a table can hold: one byte of JIS X 0201, two of JIS X 0208."""

from functools import cache

from forms.grammar.characters import HALF_KANA_LETTERS

ENCODING = "cp932"

# Rows of JIS X 0208 in Shift_JIS. What CP932 adds (①, ㈱, 髙, 﨑) lies outside.
_KANJI_ROWS = ((0x8140, 0x84BE), (0x889F, 0x9FFC), (0xE040, 0xEAA4))
# One sign each, of which the standard and CP932 name another code point.
_SAME_SIGN = str.maketrans(
    {
        "\N{WAVE DASH}": "\N{FULLWIDTH TILDE}",
        "\N{DOUBLE VERTICAL LINE}": "\N{PARALLEL TO}",
        "\N{MINUS SIGN}": "\N{FULLWIDTH HYPHEN-MINUS}",
        "\N{EM DASH}": "\N{HORIZONTAL BAR}",
        "\N{CENT SIGN}": "\N{FULLWIDTH CENT SIGN}",
        "\N{POUND SIGN}": "\N{FULLWIDTH POUND SIGN}",
        "\N{NOT SIGN}": "\N{FULLWIDTH NOT SIGN}",
        "\N{YEN SIGN}": "\\",
        "\N{OVERLINE}": "~",
    }
)


def outside_table(text: str) -> str:
    """The characters no table can hold, in order; controls are among them."""
    return "".join(char for char in text if not size_of(char))


@cache
def size_of(char: str) -> int:
    """The bytes a character takes in the file, 0 where it cannot stand in one."""
    try:
        data = _to_cp932(char)
    except UnicodeEncodeError:
        return 0
    if len(data) == 1:
        return int(0x20 <= data[0] <= 0x7E or 0xA1 <= data[0] <= 0xDF)
    code = int.from_bytes(data, "big")
    return 2 if any(low <= code <= high for low, high in _KANJI_ROWS) else 0


def size(text: str) -> int:
    """The bytes a text takes; a character that cannot stand there counts as two."""
    return sum(size_of(char) or 2 for char in text)


def encoded(text: str) -> bytes:
    """The text as it stands in the file. Call `outside_table` before."""
    return _to_cp932(text)


def code_point(char: str) -> str:
    """How a character is named to a person: its code point in hexadecimal."""
    return f"U+{ord(char):04X}"


def is_half_kana(text: str) -> bool:
    """Tell whether a name in kana holds half-width kana and spaces alone."""
    return all(char in HALF_KANA_LETTERS or char == " " for char in text)


def _to_cp932(text: str) -> bytes:
    return text.translate(_SAME_SIGN).encode(ENCODING)
