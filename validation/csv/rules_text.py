"""Rules on the text of a table: encoding, line ends, characters."""

from forms.csv.table import TOO_MANY_BYTES
from kamizero.model import Severity
from validation.csv.registry import table_rule
from validation.csv.sample import swapped

table_rule(
    "csv.empty",
    Severity.ERROR,
    whole=True,
    ja="ファイルが空です。作成し直すか、もう一度コピーしてください。",
    en="The file is empty. Make it again, or copy it again.",
    fails=lambda _: b"",
)
table_rule(
    "csv.too_large",
    Severity.ERROR,
    whole=True,
    ja="ファイルが{size}バイトあります。{limit}バイト未満になるよう、"
    "事業所または届書ごとに分けて作成してください。",
    en="The file has {size} bytes. Split it by office or form into files below "
    "{limit} bytes.",
    passes=lambda data: data + b"\r\n" * ((TOO_MANY_BYTES - len(data) - 1) // 2),
    fails=lambda data: data + b"\r\n" * (TOO_MANY_BYTES // 2),
)
table_rule(
    "csv.encoding",
    Severity.ERROR,
    ja="文字コードが{encoding}です。シフトJISで保存し直してください。",
    en="The file is in {encoding}. Save it in Shift_JIS.",
    fails=lambda data: data.decode("cp932").encode("utf-8"),
)
table_rule(
    "csv.byte_order_mark",
    Severity.WARNING,
    ja="先頭に文字コードの印（BOM）があります。取り除いて保存してください。",
    en="A byte order mark stands at the beginning. Save the file without it.",
    fails=lambda data: b"\xef\xbb\xbf" + data,
)
table_rule(
    "csv.line_end",
    Severity.WARNING,
    ja="改行がCR+LFでない行があります。CR+LFで保存し直してください。",
    en="A line does not end in CR LF. Save the file with these line ends.",
    fails=lambda data: data.replace(b"\r\n", b"\n"),
)
table_rule(
    "csv.last_line_open",
    Severity.WARNING,
    ja="最後の行が改行で終わっていません。ファイルが途中で切れていないか確認してください。",
    en="The last line has no line end. Check that the file is not cut off.",
    fails=lambda data: data.removesuffix(b"\r\n"),
)
table_rule(
    "csv.cut_off",
    Severity.ERROR,
    whole=True,
    ja="最後の行が途中で切れています。もう一度コピーするか、"
    "提出者から受け取り直してください。",
    en="The file stops in the middle of this line. Copy it again, or ask the submitter "
    "for it.",
    passes=lambda data: data.removesuffix(b"\r\n"),
    fails=lambda data: data[:-8],
)
table_rule(
    "csv.blank_lines_at_end",
    Severity.WARNING,
    ja="末尾に空行があります。取り除いて保存してください。",
    en="There are blank lines at the end. Remove them.",
    fails=lambda data: data + b"\r\n\r\n",
)
table_rule(
    "csv.blank_line",
    Severity.WARNING,
    ja="空行があります。届書の行が欠けていないか確認し、取り除いてください。",
    en="This line is blank. Check that no row is missing, and remove it.",
    fails=swapped("\r\n2201700", "\r\n\r\n2201700"),
)
table_rule(
    "csv.end_mark",
    Severity.WARNING,
    ja="末尾に古いファイル終端の印（0x1A）があります。取り除いて保存してください。",
    en="An old end-of-file mark (0x1A) stands at the end. Remove it.",
    fails=lambda data: data + b"\x1a",
)
table_rule(
    "csv.bytes",
    Severity.ERROR,
    ja="項目{item}「{label}」のバイト{bytes}はシフトJISの文字ではありません。"
    "元のデータから作成し直してください。",
    en="Item {item} ({label_en}): the bytes {bytes} are no character of Shift_JIS. "
    "Make the file again.",
    fails=swapped("見本　花子".encode("cp932"), b"\x8c\xa9\x81\xff"),
)
table_rule(
    "csv.character",
    Severity.ERROR,
    ja="項目{item}「{label}」の「{char}」（{code_point}）は、この様式で使えない文字です。"
    "JIS第1・第2水準の文字に置き換えるか、漢字氏名を空欄にしてください。",
    en="Item {item} ({label_en}): {char} ({code_point}) cannot stand in this file. Put "
    "a character of JIS X 0208 in its place, or leave the name in kanji blank.",
    passes=swapped("見本　花子", "見本　熙子"),
    fails=swapped("見本　花子", "髙橋　花子"),
)
table_rule(
    "csv.control_character",
    Severity.ERROR,
    ja="項目{item}「{label}」に制御文字（{code_point}）があります。取り除いてください。",
    en="Item {item} ({label_en}) holds a control character ({code_point}). Remove it.",
    fails=swapped("見本　花子", "見本\t花子"),
)
table_rule(
    "csv.quoted",
    Severity.ERROR,
    ja="項目{item}「{label}」が引用符で囲まれています。引用符を付けずに保存してください。",
    en="Item {item} ({label_en}) stands in quotes. Save the file without quotes.",
    fails=swapped("見本　花子", '"見本　花子"'),
)
