"""Names brought to a form in which two spellings of one name are the same text."""

import re
import unicodedata

from forms.grammar.characters import katakana, narrow, wide_kana, without_spaces
from forms.grammar.variants import usual

_LARGE = str.maketrans(
    "ァィゥェォッャュョヮヵヶヲヂヅ", "アイウエオツヤユヨワカケオジズ"
)
_HOLDER = str.maketrans("ァィゥェォッャュョヮヵヶヲー", "アイウエオツヤユヨワカケオ-")
_LONG_MARK = str.maketrans("", "", "ー・")
# Which of a kanji's shapes is meant, as Unicode says it behind the kanji.
_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
_LEGAL_FORM = re.compile(
    "^(株式|有限|合同|合資|合名)会社|(株式|有限|合同|合資|合名)会社$"
)
_REPEATED = re.compile("(.)々")


def folded_kana(name: str) -> str:
    """Kana without gap, long marks, small forms and spelling doubles (ヂ, ヅ, ヲ)."""
    plain = without_spaces(katakana(narrow(name)))
    return plain.translate(_LARGE).translate(_LONG_MARK)


def folded_holder(name: str) -> str:
    """A name as banks spell account holders (全銀), without gap: none of the small kana
    and no ヲ, a long mark as a hyphen; ヂ and ヅ stay what they are.
    """
    plain = without_spaces(katakana(narrow(name)))
    return plain.translate(_HOLDER)


def folded_kanji(name: str) -> str:
    """A name without gap, each kanji in its usual form (髙 → 高, 﨑 → 崎)."""
    return usual(without_spaces(wide_kana(narrow(name))))


def folded_name(name: str) -> str:
    """A person's name as it is looked for, in kanji, kana or both, without gap."""
    plain = _REPEATED.sub(lambda m: m[1] * 2, folded_kanji(name).translate(_SELECTORS))
    return folded_kana(plain)


def name_words(name: str) -> tuple[str, ...]:
    """What a person is looked for by: the whole name, family and given name."""
    parts = name.split()
    folded = (folded_name(name), *(map(folded_name, parts) if len(parts) > 1 else ()))
    return tuple(dict.fromkeys(filter(None, folded)))


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


def office_words(name: str) -> tuple[str, ...]:
    """What an office is looked for by: symbol, number or name, and the name alone."""
    folded = folded_kana(folded_office(name)).replace("-", "").upper()
    bare = _LEGAL_FORM.sub("", folded)
    return tuple(dict.fromkeys(filter(None, (folded, bare))))
