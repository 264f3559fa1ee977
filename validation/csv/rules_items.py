"""Rules on how each item is spelled: presence, characters, length, codes."""

from kamizero.model import Severity
from validation.csv.registry import table_rule
from validation.csv.sample import both, office, row

_NAMED = "項目{item}「{label}」"
_NAMED_EN = "Item {item} ({label_en})"
# The sample's person without a number, so that an address is wanted.
_AT_HOME = {13: "", 29: "100", 30: "0000", 31: "ﾄｳｷﾖｳﾄ", 32: "東京都千代田区"}

table_rule(
    "csv.item_required",
    Severity.ERROR,
    ja=_NAMED + "が空欄です。記入してください。",
    en=_NAMED_EN + " is blank. Fill it in.",
    fails=row("2200700", {20: ""}),
)
table_rule(
    "csv.item_always_blank",
    Severity.ERROR,
    ja=_NAMED + "には何も記入しません。空欄にしてください。",
    en=_NAMED_EN + " is always blank. Remove what stands there.",
    fails=row("2202700", {70: "1"}),
)
table_rule(
    "csv.item_digits",
    Severity.ERROR,
    ja=_NAMED + "に数字以外の文字があります。半角数字だけを記入してください。",
    en=_NAMED_EN + " holds other characters than digits. Write digits alone.",
    fails=row("2200700", {21: "25万"}),
)
table_rule(
    "csv.item_width",
    Severity.ERROR,
    ja=_NAMED + "の文字の幅（全角・半角）が違います。{width}で記入してください。",
    en=_NAMED_EN + " holds characters of the wrong width. Write it in {width_en}.",
    fails=row("2200700", {7: "ミホン　ハナコ"}),
)
table_rule(
    "csv.item_kana",
    Severity.ERROR,
    ja=_NAMED + "に半角カナ以外の文字があります。半角カナと半角の空白で"
    "記入してください。",
    en=_NAMED_EN + " holds other characters than half-width kana and spaces. Write it "
    "in these.",
    fails=row("2200700", {7: "ﾐﾎﾝ 花子"}),
)
table_rule(
    "csv.item_symbol",
    Severity.ERROR,
    ja=_NAMED + "は、半角英数字だけ、または半角カナだけの4バイト以内です。"
    "適用通知書等で確認してください。",
    en=_NAMED_EN + " is up to 4 bytes of letters and digits, or of half-width kana, "
    "never of both. Check the office's notice.",
    fails=office({3: "ｹA"}),
)
table_rule(
    "csv.item_length",
    Severity.ERROR,
    ja=_NAMED + "が{found}バイトです（{expected}バイトで記入します）。"
    "桁数を確認してください。",
    en=_NAMED_EN + " has {found} bytes and needs {expected}. Check its digits.",
    fails=row("2200700", {10: "20512"}),
)
table_rule(
    "csv.item_too_long",
    Severity.ERROR,
    ja=_NAMED + "が{found}バイトです（{expected}バイトまで）。"
    "短縮の取扱いを確認してください。",
    en=_NAMED_EN + " has {found} bytes and may have {expected}. Shorten it by the "
    "office's rule.",
    passes=row("2200700", {7: "ｱｲｳｴｵｶｷｸｹｺｻｼ ｱｲｳｴｵｶｷｸｹｺｻｼ"}),
    fails=row("2200700", {7: "ｱｲｳｴｵｶｷｸｹｺｻｼ ｱｲｳｴｵｶｷｸｹｺｻｼｽ"}),
)
table_rule(
    "csv.item_code",
    Severity.ERROR,
    ja=_NAMED + "の「{code}」は、この項目にない区分です（{codes}のいずれか）。"
    "区分を確認してください。",
    en=_NAMED_EN + ": {code} is none of its codes ({codes}). Check the code.",
    fails=row("2201700", {16: "6"}),
)
table_rule(
    "csv.item_range",
    Severity.ERROR,
    ja=_NAMED + "は{first}から{last}までの数字です。確認してください。",
    en=_NAMED_EN + " is a number from {first} to {last}. Check it.",
    passes=row("2225700", {25: "31"}),
    fails=row("2225700", {25: "32"}),
)
table_rule(
    "csv.item_reserved",
    Severity.ERROR,
    ja=_NAMED + "に使えない番号です。確認してください。",
    en=_NAMED_EN + " is a number that is not in use. Check it.",
    fails=row("2225700", {11: "00"}),
)
table_rule(
    "csv.item_gap",
    Severity.ERROR,
    ja=_NAMED + "の氏と名の間に空白がありません。空白を1文字入れてください。",
    en=_NAMED_EN + " has no space between family and given name. Put one there.",
    fails=row("2200700", {7: "ﾐﾎﾝﾊﾅｺ"}),
)
table_rule(
    "csv.item_space",
    Severity.ERROR,
    ja=_NAMED + "に空白が2文字続くか、先頭・末尾に空白があります。取り除いてください。",
    en=_NAMED_EN + " holds two spaces in a row, or one at an end. Remove it.",
    fails=row("2200700", {8: "見本　　花子"}),
)
table_rule(
    "csv.item_half_space",
    Severity.ERROR,
    ja=_NAMED + "に半角の空白があります。全角の空白にしてください。",
    en=_NAMED_EN + " holds a half-width space. Write a full-width one.",
    passes=row("2200700", {**_AT_HOME, 32: "東京都千代田区　見本ビル"}),
    fails=both(
        row("2200700", _AT_HOME), row("2200700", {32: "東京都千代田区 見本ビル"})
    ),
)
