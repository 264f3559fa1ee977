"""Character classes of Japanese forms, and the widths they are brought to.

Kanji are never normalised: Unicode normal forms turn some name kanji (神) into
other characters.
"""

import re
import unicodedata

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KATAKANA = "".join(chr(code) for code in range(0x30A1, 0x30F7)) + "ー"
WIDE_SPACE = "\u3000"
KANA_ALPHABET = KATAKANA + "・" + WIDE_SPACE

HALF_KANA_LETTERS = "".join(chr(code) for code in range(0xFF66, 0xFFA0))

_HALF_KANA = re.compile("[\uff61-\uff9f]+")
_WIDE_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TO_WIDE_ASCII = {code - 0xFEE0: code for code in _WIDE_ASCII}
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_WIDE_OF = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in range(0xFF61, 0xFF9E)
}
_HALF_OF = str.maketrans(
    _WIDE_OF
    | {"\u3099": "ﾞ", "\u309a": "ﾟ", "゛": "ﾞ", "゜": "ﾟ", "　": " "}
    # Half width knows no small and no old form of these.
    | {"ヮ": "ﾜ", "ヵ": "ｶ", "ヶ": "ｹ", "ヰ": "ｲ", "ヱ": "ｴ"}
)
_SOUND_MARKS = {0x309B: "\u3099", 0x309C: "\u309a"}
_LOOSE_SOUND_MARK = re.compile("[\u30a1-\u30ff][\u3099\u309a]")
_DASHES = "-‐‑‒–—―−─━ｰ－"
_ANY_DASH = re.compile(f"[{_DASHES}ー]")
_SPACES = re.compile(r"\s+")
_KANA_DASH = re.compile(f"(?<=[\u30a1-\u30ff])[{_DASHES}]+")


def narrow(text: str) -> str:
    """Bring digits, Latin letters and ASCII signs to half width."""
    return text.translate(_WIDE_ASCII)


def wide_kana(text: str) -> str:
    """Bring half-width kana to full width and join loose sound marks (カ゛ → ガ)."""
    widened = _HALF_KANA.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    marked = widened.translate(_SOUND_MARKS)
    return _LOOSE_SOUND_MARK.sub(lambda m: unicodedata.normalize("NFC", m[0]), marked)


def half_kana(text: str) -> str:
    """Bring kana to half width, a sound mark to a character of its own."""
    parted = "".join(
        unicodedata.normalize("NFD", char) if "\u30a1" <= char <= "\u30fe" else char
        for char in text
    )
    return narrow(parted).translate(_HALF_OF)


def wide(text: str) -> str:
    """Bring digits, Latin letters, signs, kana and spaces to full width."""
    return wide_kana(text).translate(_TO_WIDE_ASCII).replace(" ", WIDE_SPACE)


def katakana(text: str) -> str:
    """Bring all kana to full-width katakana; a dash after kana lengthens it."""
    plain = wide_kana(text).translate(_HIRAGANA)
    return _KANA_DASH.sub(lambda m: "ー" * len(m[0]), plain)


def plain_dashes(text: str) -> str:
    """Write every dash and long-vowel mark as a hyphen, for numbers only."""
    return _ANY_DASH.sub("-", text)


def wide_spaces(text: str) -> str:
    """Separate words by exactly one full-width space."""
    return _SPACES.sub(WIDE_SPACE, text.strip())


def without_spaces(text: str) -> str:
    return _SPACES.sub("", text)


def half_width_length(kana: str) -> int:
    """The columns kana take in half width, where a sound mark takes its own."""
    return len(unicodedata.normalize("NFD", kana))


def is_digits(text: str) -> bool:
    """Tell whether this is one or more ASCII digits and nothing else."""
    return text.isascii() and text.isdigit()


def outside_jis_x_0208(text: str) -> str:
    """The characters the systems of record cannot hold, in order (髙, 﨑, 𠮷)."""
    return "".join(char for char in text if not _is_in_jis_x_0208(char))


def _is_in_jis_x_0208(char: str) -> bool:
    try:
        char.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True
