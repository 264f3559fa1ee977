"""Names brought to a form in which two spellings of one name are the same text."""

import re
import unicodedata

from forms.grammar.characters import katakana, narrow, wide_kana, without_spaces

_LARGE = str.maketrans(
    "ァィゥェォッャュョヮヵヶヲヂヅ", "アイウエオツヤユヨワカケオジズ"
)
_COMPATIBILITY = re.compile("[\uf900-\ufaff]")
_LONG_MARK = str.maketrans("", "", "ー・")

# The usual form of a character, then the forms that registers and people also use.
_VARIANTS = (
    "高髙 崎﨑嵜碕㟢 浜濱濵 吉𠮷 斎齋 斉齊 辺邉邊 沢澤 島嶋嶌 富冨 桜櫻 広廣 "
    "国國圀 恵惠 涼凉 竜龍 滝瀧 徳德 礼禮 真眞 関關 実實 黒黑 緑綠 "
    "静靜 清淸 郎郞 栄榮 円圓 塩鹽 桑桒 条條 応應 会會 学學 槙槇 "
    "遥遙 尭堯 薫薰 頼賴 瀬瀨 館舘 柳栁 松枩柗 曽曾 亀龜 万萬 与與 "
    "寿壽 弥彌 楽樂 沖冲 豊豐 峰峯"
)
_GROUPS = tuple(_VARIANTS.split())
_USUAL = str.maketrans(
    {variant: group[0] for group in _GROUPS for variant in group[1:]}
)


_GROUP_OF = {char: group for group in _GROUPS for char in group}


def variants_of(char: str) -> str:
    """The other forms this kanji is written in, "" where none is known."""
    return _GROUP_OF.get(char, "").replace(char, "")


def folded_kana(name: str) -> str:
    """Kana without gap, long marks, small forms and spelling doubles (ヂ, ヅ, ヲ)."""
    plain = without_spaces(katakana(narrow(name)))
    return plain.translate(_LARGE).translate(_LONG_MARK)


def folded_kanji(name: str) -> str:
    """A name without gap, each kanji in its usual form (髙 → 高, 﨑 → 崎)."""
    plain = without_spaces(wide_kana(narrow(name))).translate(_USUAL)
    # For comparing only: a compatibility ideograph stands for the kanji it copies.
    return _COMPATIBILITY.sub(lambda m: unicodedata.normalize("NFKC", m[0]), plain)


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
