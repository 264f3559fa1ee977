"""Kanji in whose place a variant may stand that is read as they are: 髙 is read as 高.

Seen on made-up pages of names with such kanji, in the hands of `development`.
"""

from collections.abc import Sequence

from ocr.engine import Posteriors

# What is read where one of several variants is written: 﨑 is read as 崎, 邉 as 邊.
# Those told apart are not here: of 129 惠, 邊, 邉 and 濱 one was read as 恵 and
# none as 辺 or 浜, of 42 德, 齋 and 齊 six as 徳 and one as 斎; the strokes of none of
# these were clear.
_NOT_TOLD = frozenset("髙崎﨑嵜吉𠮷邊邉濱濵齋齊德惠涼凉桒柳栁曽曾冨富")
# What the recogniser still sees of a variant tells these apart: 髙 had at least a 200th
# of the share of 高 where it was written, and less than a 1,000th where 高 was.
_TOLD = {"高": "髙"}
_LEAST_SHARE = 1e-3


def may_be_variant(name: str) -> bool:
    """Tell whether a name holds a kanji whose variant would be read as this one."""
    return not _NOT_TOLD.isdisjoint(name)


class Variants:
    """Knows from the recogniser's answers which kanji may be variants of themselves."""

    def __init__(self, classes: Sequence[str]) -> None:
        numbers = {char: number for number, char in enumerate(classes)}
        self._told = [
            (kanji, numbers[kanji], numbers[variant])
            for kanji, variant in _TOLD.items()
            if kanji in numbers and variant in numbers
        ]
        self._never_told = frozenset(_TOLD).difference(
            kanji for kanji, *_ in self._told
        )

    def __call__(self, posteriors: Posteriors) -> frozenset[str]:
        """The kanji in whose place a variant may be written."""
        return self._never_told.union(
            kanji
            for kanji, own, other in self._told
            if posteriors[:, other].max() > _LEAST_SHARE * posteriors[:, own].max()
        )
