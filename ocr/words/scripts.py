"""Tells apart characters of one shape by the script that surrounds them.

カ and 力, ー and 一, ら and 5 look the same in many hands; the word they stand in
shows which was written.
"""

import re
from collections.abc import Iterator
from itertools import groupby

_KATAKANA_OF = dict(
    zip("力口二工八夕卜一千三才", "カロニエハタトーチミオ", strict=True)
)
_KANJI_OF = {kana: kanji for kanji, kana in _KATAKANA_OF.items()}
_EITHER = frozenset(_KATAKANA_OF) | frozenset(_KANJI_OF)
# A long-vowel mark follows a kana, and a hyphen stands between no two of them.
_AFTER_KANJI = re.compile("(?<=[一-鿿])[ー-](?=[ァ-ヺ一-鿿])")
_INSIDE_KATAKANA = re.compile("(?<=[ァ-ヺ])-(?=[ァ-ヺー])")
# These also stand between kanji: 三ツ木, 一ノ瀬, 市ケ谷.
_NOT_TELLING = _EITHER | frozenset("ツッノケヶヵ")
_KANA_OF = {"5": "ら"}
# Kana that hiragana and katakana draw alike.
_HIRAGANA_OF = dict(zip("リヘベペ", "りへべぺ", strict=True))
_BETWEEN_KANA = re.compile(
    "(?<=[ぁ-ゖ])[りへべぺリヘベペ](?=[ァ-ヺー])"
    "|(?<=[ァ-ヺー])[りへべぺリヘベペ](?=[ぁ-ゖ])"
)
# A word of two letters or more in which nothing else tells is left as it was read.
_LONGEST_UNTOLD = 1


def settle_scripts(text: str) -> str:
    """Write each ambiguous character in the script of the word around it."""
    runs = ["".join(chars) for _, chars in groupby(text, key=_may_be_katakana)]
    following = [*runs, ""][1:]
    settled = "".join(
        _settled(run, after) if _may_be_katakana(run[0]) else run
        for run, after in zip(runs, following, strict=True)
    )
    return _INSIDE_KATAKANA.sub("ー", _AFTER_KANJI.sub("一", settled))


def is_between_scripts(text: str) -> bool:
    """Tell whether a shape stands between a kanji and katakana and may be either.

    丸三クリニック and 丸ミクリニック are both names: nothing in the word tells.
    """
    return any(
        char in _KATAKANA_OF and _is_kanji(before) and _is_katakana(after)
        for before, char, after in zip(text, text[1:], text[2:], strict=False)
    )


def in_other_kana(text: str) -> str:
    """The text with each kana that both draw alike, between hiragana and katakana, in
    the other of them.

    ひかりクリニック and ひかリクリニック are written alike: nothing in the word tells.
    """
    other = _HIRAGANA_OF | {hira: kata for kata, hira in _HIRAGANA_OF.items()}
    return _BETWEEN_KANA.sub(lambda match: other[match[0]], text)


def stray_digits(text: str) -> int:
    """How many digits stand alone beside hiragana, where a kana was likely meant."""
    return sum(1 for at in _digits_alone(text) if _beside_hiragana(text, at))


def with_kana_for_strays(text: str) -> str:
    """The same with ら for each 5 that stands beside hiragana: さく5 is さくら."""
    strays = [at for at in _digits_alone(text) if _beside_hiragana(text, at)]
    return "".join(
        _KANA_OF.get(char, char) if at in strays else char
        for at, char in enumerate(text)
    )


def _settled(run: str, after: str) -> str:
    if after and run[-1] in _KATAKANA_OF and len(run) > 1:
        # トヨタ工業: a kanji before a kanji belongs to what follows.
        return _settled(run[:-1], "") + run[-1]
    if any(char not in _NOT_TELLING for char in run):
        return "".join(_KATAKANA_OF.get(char, char) for char in run)
    if len(run) > _LONGEST_UNTOLD:
        return run
    return "".join(_KANJI_OF.get(char, char) for char in run)


def _may_be_katakana(char: str) -> bool:
    return char in _EITHER or _is_katakana(char)


def _is_kanji(char: str) -> bool:
    return "一" <= char <= "鿿" and char not in _EITHER


def _is_katakana(char: str) -> bool:
    return "ァ" <= char <= "ヺ"


def _digits_alone(text: str) -> Iterator[int]:
    for at, char in enumerate(text):
        if char.isdigit() and not _is_number_part(text, at):
            yield at


def _is_number_part(text: str, at: int) -> bool:
    around = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
    return any(char.isdigit() or char in "-.,月日年条丁番号階円第F" for char in around)


def _beside_hiragana(text: str, at: int) -> bool:
    around = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
    return any("ぁ" <= char <= "ゖ" for char in around)
