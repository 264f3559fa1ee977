"""Kanji that are read where one of their variants stands: 高 is read for 髙."""

# Seen on made-up pages of names with such kanji, in the hands of `development`: 﨑 is
# read as 崎, 邉 as 邊, 髙 as 高. Those told apart are not here: of 129 惠, 邊, 邉 and
# 濱 one was read as 恵 and none as 辺 or 浜, of 42 德, 齋 and 齊 six as 徳 and one as
# 斎; the strokes of none of these were clear. Of 桒 nothing was measured.
_NOT_TOLD = frozenset("高髙崎﨑嵜吉𠮷邊邉濱濵齋齊德惠涼凉桑桒柳栁曽曾冨富")


def may_be_variant(name: str) -> bool:
    """Tell whether a name holds a kanji whose variant would be read as this one."""
    return not _NOT_TOLD.isdisjoint(name)
