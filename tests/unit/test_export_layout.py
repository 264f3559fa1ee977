"""The bytes of an export: encodings, and what spreadsheets would calculate."""

import json
from pathlib import Path

import pytest

from delivery.exports import terms
from delivery.exports.drop import lay
from delivery.exports.folder import FolderDrop
from delivery.exports.layout import (
    Laid,
    Line,
    Unwritable,
    done_bytes,
    file_bytes,
    line_of,
)
from kamizero.errors import DefinitionError, StoreError, UnwritableError
from tests.exporting import said

FOLDER = Path("/srv/out")


def values(name: str) -> dict[str, str]:
    return {"$key": "7", "insured.name_kanji": name, "insured.birth_date": "1990-05-12"}


def one_line(name: str, **other: object) -> Line | Unwritable:
    return line_of(said(FOLDER, **other), values(name))


def test_a_name_that_the_encoding_lacks_is_refused_with_its_column() -> None:
    assert one_line("𠮷田 花") == Unwritable(("氏名",))


def test_a_substitute_is_written_only_where_it_is_asked_for_and_is_listed() -> None:
    line = one_line("𠮷田 花", missing="substitute")

    assert line == Line(("7", "〓田 花", "1990-05-12"), ("氏名",))


def test_a_sign_is_written_as_another_one_where_the_terms_say_so() -> None:
    assert one_line("𠮷田 花", instead={"𠮷": "吉"}) == Line(
        ("7", "吉田 花", "1990-05-12")
    )


def test_the_strict_encoding_lacks_what_the_vendors_one_has() -> None:
    assert isinstance(one_line("髙橋"), Line)
    assert one_line("髙橋", encoding="shift_jis") == Unwritable(("氏名",))


def test_a_table_is_read_back_by_whoever_knows_its_encoding() -> None:
    wanted = said(FOLDER, encoding="utf-8-sig")
    line = line_of(wanted, values("山田, 花"))
    assert isinstance(line, Line)

    data = file_bytes(wanted, [line])

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n") == [
        "番号,氏名,生年月日",
        '7,"山田, 花",1990-05-12',
        "",
    ]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t"])
def test_what_a_spreadsheet_would_calculate_is_guarded(begin: str) -> None:
    name = f"{begin}1"
    for guard, written in ((True, f"'{begin}1"), (False, f"{begin}1")):
        wanted = said(FOLDER, formula_guard=guard)
        line = line_of(wanted, values(name))
        assert isinstance(line, Line)
        assert f",{written}," in file_bytes(wanted, [line]).decode("cp932")


def test_json_lines_say_the_headings_of_every_line() -> None:
    wanted = said(FOLDER, kind="jsonl", encoding="utf-8")
    line = line_of(wanted, values("=𠮷"))
    assert isinstance(line, Line)

    (first,) = file_bytes(wanted, [line]).decode().splitlines()

    assert json.loads(first) == {"番号": "7", "氏名": "=𠮷", "生年月日": "1990-05-12"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"file_name": "no-number.csv"},
        {"file_name": "../{number}"},
        {"file_name": "{number.__class__}"},
        {"times": ["25:00"]},
        {"times": []},
        {"folder": "relative"},
        {"substitute": "𠮷"},
        {"instead": {"𠮷": "𠮷"}},
        {"kind": "jsonl"},
        {"columns": []},
        {"columns": [{"heading": "a", "field": "$key"}] * 2},
        {"unknown": 1},
    ],
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DefinitionError):
        said(FOLDER, **wrong)


def test_a_file_that_is_no_yaml_says_so(tmp_path: Path) -> None:
    file = tmp_path / "to.yaml"
    file.write_text("a: [", "utf-8")

    with pytest.raises(DefinitionError, match="YAML"):
        terms.load(file)


def test_a_file_is_laid_whole_and_its_mark_last(tmp_path: Path) -> None:
    data = b"a\r\n"
    done = done_bytes("x.csv", 1, Laid.of(data), [Line(("a",), ("氏名",))])

    for _ in range(2):
        lay(FolderDrop(tmp_path), "x.csv", data, done)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.csv", "x.csv.done"]
    told = json.loads((tmp_path / "x.csv.done").read_text("utf-8"))
    assert told["rows"] == 1
    assert told["substituted"] == [{"line": 1, "columns": ["氏名"]}]


def test_a_receiver_that_took_the_file_is_not_given_it_twice(tmp_path: Path) -> None:
    lay(FolderDrop(tmp_path), "x.csv", b"a", b"done")
    (tmp_path / "x.csv").unlink()

    lay(FolderDrop(tmp_path), "x.csv", b"a", b"done")

    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("name", ["x.csv", "x.csv.done"])
def test_another_file_of_the_name_is_never_written_over(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"theirs")

    with pytest.raises(StoreError, match="another file"):
        lay(FolderDrop(tmp_path), "x.csv", b"a", b"done")

    assert (tmp_path / name).read_bytes() == b"theirs"


def test_what_was_left_half_written_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "x.csv.part").write_bytes(b"ha")

    lay(FolderDrop(tmp_path), "x.csv", b"half", b"done")

    assert (tmp_path / "x.csv").read_bytes() == b"half"
    assert not (tmp_path / "x.csv.part").exists()


FIXED = {
    "kind": "fixed",
    "columns": [
        {"heading": "区分", "field": "$text", "text": "2", "place": {"width": 1}},
        {
            "heading": "番号",
            "field": "$key",
            "place": {"width": 5, "side": "right", "pad": "0"},
        },
        {"heading": "氏名", "field": "insured.name_kanji", "place": {"width": 10}},
        {
            "heading": "カナ",
            "field": "insured.name_kana",
            "half_kana": True,
            "place": {"width": 8},
        },
        {
            "heading": "生年月日",
            "field": "insured.birth_date",
            "days": "era",
            "place": {"width": 7},
        },
    ],
    "frame": {
        "header": [
            {"text": "1", "width": 1},
            {"say": "$file_number", "width": 3, "side": "right", "pad": "0"},
            {"say": "$made_on", "width": 8},
        ],
        "trailer": [
            {"text": "9", "width": 1},
            {"say": "$rows", "width": 4, "side": "right"},
            {"say": "$sum", "of": "番号", "width": 6, "side": "right", "pad": "0"},
        ],
    },
}


def test_records_of_fixed_columns_stand_between_header_and_trailer() -> None:
    wanted = said(FOLDER, **FIXED)
    first = line_of(wanted, {**values("山田 花"), "insured.name_kana": "ガトウ　アイ"})
    second = line_of(wanted, {**values("林"), "$key": "100"})
    assert isinstance(first, Line)
    assert isinstance(second, Line)

    data = file_bytes(
        wanted,
        [first, second],
        about={"$file_number": "12", "$made_on": "20261130"},
    )

    assert data.decode("cp932").split("\r\n") == [
        "101220261130",
        "200007山田 花   ｶﾞﾄｳ ｱｲ 7020512",
        "200100林                7020512",
        "9   2000107",
        "",
    ]
    widths = {len(one) for one in data.split(b"\r\n")[1:3]}
    assert widths == {31}


def test_a_value_that_is_too_wide_is_cut_only_where_a_person_says_so() -> None:
    wanted = said(FOLDER, **{**FIXED, "missing": "substitute"})
    wide = {**values("山田山田山田"), "insured.name_kana": ""}

    refused = line_of(wanted, wide)
    cut = line_of(wanted, wide, substitute=True)

    assert refused == Unwritable(("氏名",))
    assert isinstance(cut, Line)
    assert cut.cells[2] == "山田山田山"
    assert cut.substituted == ("氏名",)


def test_a_number_of_a_file_goes_on_from_one_where_its_column_ends() -> None:
    frame = {"header": [{"say": "$file_number", "width": 2}], "line_end": "none"}
    wanted = said(FOLDER, **{**FIXED, "frame": frame})
    heads = [
        file_bytes(wanted, [], about={"$file_number": str(number), "$made_on": ""})
        for number in (9, 99, 100, 198, 199)
    ]

    assert heads == [b"9 ", b"99", b"1 ", b"99", b"1 "]


def test_what_cannot_be_summed_and_a_total_without_room_are_no_file() -> None:
    wanted = said(FOLDER, **FIXED)
    strange = {**values("林"), "$key": "12A"}
    line = line_of(wanted, {**values("林"), "$key": "99999"})
    assert isinstance(line, Line)

    assert line_of(wanted, strange) == Unwritable(("番号",))
    with pytest.raises(UnwritableError, match="wider than its column"):
        file_bytes(
            wanted, [line] * 11, about={"$file_number": "1", "$made_on": "20261130"}
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "csv"},
        {"columns": [{"heading": "番号", "field": "$key"}]},
        {"frame": {"trailer": [{"say": "$sum", "of": "金額", "width": 5}]}},
        {"frame": {"header": [{"text": "1", "say": "$rows", "width": 5}]}},
        {"frame": {"header": [{"text": "123", "width": 2}]}},
        {"frame": {"header": [{"text": "𠮷", "width": 4}]}},
        {"frame": {"header": [{"say": "$made_on", "width": 7}]}},
        {"frame": {"header": [{"say": "$rows", "width": 5, "pad": "0"}]}},
        {"encoding": "utf-8-sig"},
    ],
    ids=str,
)
def test_a_frame_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DefinitionError):
        said(FOLDER, **{**FIXED, **wrong})


def test_a_sign_that_the_host_made_is_written_by_its_code() -> None:
    wanted = said(FOLDER, **{**FIXED, "gaiji": {"𠮷": "F040", "﨑": "F9FC"}})

    line = line_of(wanted, values("𠮷田 﨑"))

    assert isinstance(line, Line)
    assert line.substituted == ()
    name = line.cells[2].encode("cp932")
    assert name == b"\xf0\x40" + "田 ".encode("cp932") + b"\xf9\xfc   "
    assert len(name) == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"gaiji": {"𠮷": "F07F"}},
        {"gaiji": {"𠮷": "889F"}},
        {"gaiji": {"𠮷": "F040"}, "instead": {"𠮷": "吉"}},
        {"gaiji": {"𠮷": "F040"}, "encoding": "shift_jis"},
    ],
    ids=str,
)
def test_a_code_that_is_none_of_the_host_s_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DefinitionError):
        said(FOLDER, **{**FIXED, **wrong})
