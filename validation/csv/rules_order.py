"""Rules on the order of a table: its head, its offices, its rows."""

from kamizero.model import Severity
from validation.csv.registry import table_rule
from validation.csv.sample import Edit, both, line_of, row, swapped

_HEAD = "21,01,ｹｲﾄ,001,"
_ATTORNEY = both(
    swapped(_HEAD, ",,12345678,001,"), swapped("\r\n,001", "\r\n見本　花子,001")
)


def _offices(count: int) -> Edit:
    """The sample with so many offices."""

    def edit(data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        others = [
            lines[3].replace("ｹｲﾄ".encode("cp932"), b"%04d" % n)
            for n in range(1, count)
        ]
        said = b",%03d" % min(count, 999)
        return b"\r\n".join([*lines[:2], said, lines[3], *others, *lines[4:]])

    return edit


table_rule(
    "csv.head_items",
    Severity.ERROR,
    whole=True,
    ja="1行目の媒体管理情報の項目が{found}個です（6個必要です）。"
    "1行目を確認してください。",
    en="The head of the file (line 1) has {found} items and needs 6. Check line 1.",
    fails=swapped("," + "22223", ",1,22223"),
)
table_rule(
    "csv.head_form",
    Severity.ERROR,
    whole=True,
    ja="1行目の代表届書コードが{expected}ではありません。"
    "届書作成プログラムのファイルか確認してください。",
    en="Line 1 does not end in {expected}. Check that this is a file for e-filing.",
    fails=swapped(",22223", ",22224"),
)
table_rule(
    "csv.head_day",
    Severity.ERROR,
    whole=True,
    ja="1行目の作成年月日が存在しない日付です。西暦8桁で記入してください。",
    en="Line 1 names no day on which it was made. Write it as YYYYMMDD.",
    fails=swapped(",20201201,", ",20201301,"),
)
table_rule(
    "csv.head_serial",
    Severity.ERROR,
    whole=True,
    ja="1行目の媒体通番が001から999までの3桁ではありません。記入し直してください。",
    en="The serial number in line 1 is not 001 to 999. Correct it.",
    fails=swapped(",001,2020", ",000,2020"),
)
table_rule(
    "csv.head_office",
    Severity.ERROR,
    ja="1行目の提出元（都道府県・郡市区・事業所記号）の{item}番目が正しくありません。"
    "事業所整理記号を確認してください。",
    en="Item {item} of line 1 is no prefecture, district or symbol of an office. "
    "Check the office's notice.",
    fails=swapped(_HEAD, "99,01,ｹｲﾄ,001,"),
)
table_rule(
    "csv.head_attorney",
    Severity.ERROR,
    ja="1行目の社会保険労務士コードが8桁の数字ではありません。確認してください。",
    en="The labour attorney's code in line 1 is not 8 digits. Check it.",
    passes=_ATTORNEY,
    fails=both(_ATTORNEY, swapped("12345678", "1234567")),
)
table_rule(
    "csv.attorney_unnamed",
    Severity.WARNING,
    ja="社会保険労務士の氏名がありません。[kanri]の次の行の先頭に記入してください。",
    en="The labour attorney is not named. Write the name first in the line after "
    "[kanri].",
    passes=_ATTORNEY,
    fails=swapped(_HEAD, ",,12345678,001,"),
)
table_rule(
    "csv.kanri_missing",
    Severity.ERROR,
    whole=True,
    ja="[kanri]の行がありません。2行目に記入してください。",
    en="There is no line [kanri]. Write it as line 2.",
    fails=swapped("[kanri]\r\n", ""),
)
table_rule(
    "csv.kanri_place",
    Severity.WARNING,
    ja="[kanri]が2行目にありません。2行目に置いてください。",
    en="[kanri] is not line 2. Put it there.",
    fails=swapped("[kanri]", "\r\n[kanri]"),
)
table_rule(
    "csv.mark_spelling",
    Severity.WARNING,
    ja="[kanri]または[data]の書き方が違います。小文字だけで、他の文字を付けずに"
    "書いてください。",
    en="[kanri] or [data] is spelled otherwise. Write it in lower case and alone.",
    fails=swapped("[data]", "[DATA]"),
)
table_rule(
    "csv.data_missing",
    Severity.ERROR,
    whole=True,
    ja="[data]の行がありません。届書の行の前に記入してください。",
    en="There is no line [data]. Write it before the rows of the forms.",
    fails=swapped("[data]\r\n", ""),
)
table_rule(
    "csv.no_record",
    Severity.ERROR,
    whole=True,
    ja="[data]の後に届書の行がありません。作成し直してください。",
    en="No row follows [data]. Make the file again.",
    fails=lambda data: data[: data.index(b"[data]") + 8],
)
table_rule(
    "csv.count_items",
    Severity.ERROR,
    whole=True,
    ja="事業所数の行の項目が{found}個です（予備と事業所数の2個が必要です）。"
    "[kanri]の次の行を確認してください。",
    en="The line that counts the offices has {found} items and needs 2. Check the line "
    "after [kanri].",
    fails=swapped("\r\n,001", "\r\n001"),
)
table_rule(
    "csv.count_number",
    Severity.ERROR,
    whole=True,
    ja="事業所数が3桁の数字ではありません。001のように記入してください。",
    en="The number of offices is not three digits. Write it as 001.",
    fails=swapped("\r\n,001", "\r\n,1"),
)
table_rule(
    "csv.count_differs",
    Severity.ERROR,
    ja="事業所数が{said}ですが、事業所の行は{found}行あります。"
    "欠けた行がないか確認してください。",
    en="The file says {said} offices and holds {found}. Check that no line is missing.",
    fails=swapped("\r\n,001", "\r\n,002"),
)
table_rule(
    "csv.too_many_offices",
    Severity.ERROR,
    ja="事業所が{found}あります。{limit}以下になるように分けて作成してください。",
    en="The file holds {found} offices. Split it into files of at most {limit}.",
    passes=_offices(999),
    fails=_offices(1000),
)
table_rule(
    "csv.no_office",
    Severity.ERROR,
    ja="事業所の行がありません。[data]の前に記入してください。",
    en="No office is named. Write its line before [data].",
    fails=both(
        swapped("\r\n,001", "\r\n,000"), line_of("21,01,ｹｲﾄ,12345", lambda _: [""])
    ),
)
table_rule(
    "csv.office_items",
    Severity.ERROR,
    ja="事業所の行の項目が{found}個です（{expected}個必要です）。"
    "空欄でもカンマは省略できません。",
    en="The line of the office has {found} items and needs {expected}. A comma stays "
    "even where the item is blank.",
    fails=line_of("21,01,ｹｲﾄ,12345", lambda items: items[:-1]),
)
table_rule(
    "csv.office_twice",
    Severity.ERROR,
    ja="同じ事業所が{other}行目にもあります。1行にまとめてください。",
    en="Line {other} names the same office. Keep one of them.",
    fails=lambda data: data.replace(
        data.split(b"\r\n")[3], b"\r\n".join([data.split(b"\r\n")[3]] * 2), 1
    ),
)
table_rule(
    "csv.office_unlisted",
    Severity.ERROR,
    ja="この行の事業所は、[kanri]の事業所にありません。事業所の行を追加するか、"
    "整理記号を確認してください。",
    en="The office of this row is not among those under [kanri]. Add its line, or "
    "check the symbol.",
    fails=row("2200700", {4: "ﾓﾐｼﾞ"}),
)
table_rule(
    "csv.form_code",
    Severity.ERROR,
    ja="行が様式コード（7桁の数字）で始まっていません。"
    "前の行の途中で改行されていないか確認してください。",
    en="The line does not begin with the code of a form. Check that the line before "
    "was not broken.",
    fails=row("2200700", {1: "abc"}),
)
table_rule(
    "csv.form_unknown",
    Severity.WARNING,
    ja="様式コード{code}は読み取れません。行はそのまま保存されます。"
    "様式コードを確認してください。",
    en="The form {code} cannot be read here. The row is kept as it is; check the code.",
    fails=row("2200700", {1: "2299700"}),
)
table_rule(
    "csv.form_old",
    Severity.WARNING,
    ja="様式コード{code}は2018年3月より前の様式です。行はそのまま保存されます。"
    "現在の様式で作成し直してください。",
    en="The form {code} is of before March 2018. The row is kept as it is; let it be "
    "filed on the present form.",
    fails=row("2200700", {1: "22007041"}),
)
table_rule(
    "csv.item_count",
    Severity.ERROR,
    ja="{code}の項目が{found}個です（{expected}個必要です）。"
    "空欄でもカンマは省略できません。値の中のカンマも使えません。",
    en="{code} has {found} items and needs {expected}. A comma stays even where the "
    "item is blank, and none may stand in a value.",
    fails=line_of("2201700", lambda items: items[:-1]),
)
table_rule(
    "csv.spec_date",
    Severity.WARNING,
    ja="この行は{spec}からの項目数ですが、作成年月日の様式と異なります。"
    "作成に使った仕様の時期を確認してください。",
    en="The row has the items of {spec}, another spec than that of the day the file "
    "was made. Check which spec it was made by.",
    fails=line_of("2200700", lambda items: [*items, ""]),
)
table_rule(
    "csv.row_twice",
    Severity.WARNING,
    ja="{other}行目と同じ内容の行です。重複していないか確認してください。",
    en="Line {other} says exactly the same. Check that it is not filed twice.",
    fails=lambda data: data + data.split(b"\r\n")[-2] + b"\r\n",
)
