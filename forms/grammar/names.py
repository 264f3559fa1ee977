"""Names brought to a form in which two spellings of one name are the same text."""

import unicodedata

from forms.grammar.characters import katakana, narrow, wide_kana, without_spaces
from forms.grammar.variants import usual

_LARGE = str.maketrans(
    "ァィゥェォッャュョヮヵヶヲヂヅ", "アイウエオツヤユヨワカケオジズ"
)
_LONG_MARK = str.maketrans("", "", "ー・")


def folded_kana(name: str) -> str:
    """Kana without gap, long marks, small forms and spelling doubles (ヂ, ヅ, ヲ)."""
    plain = without_spaces(katakana(narrow(name)))
    return plain.translate(_LARGE).translate(_LONG_MARK)


def folded_kanji(name: str) -> str:
    """A name without gap, each kanji in its usual form (髙 → 高, 﨑 → 崎)."""
    return usual(without_spaces(wide_kana(narrow(name))))


def folded_office(name: str) -> str:
    """An office's name without width, gap and the short forms of its legal form."""
    text = folded_kanji(unicodedata.normalize("NFKC", name))
    for short, long in (
        ("(株)", "株式会社"),
        ("(有)", "有限会社"),
        ("(合)", "合同会社"),
    ):
        text = text.replace(short, long)
    return text
