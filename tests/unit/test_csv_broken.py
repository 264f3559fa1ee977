"""Kinds of broken file: each is told with its rule, its line and its item."""

import pytest

from tests.tables import told
from validation.csv.sample import (
    Edit,
    both,
    line_of,
    office,
    row,
    sample_table,
    swapped,
)

JOINED, LEFT, DEPENDANT = 6, 7, 8
CHANGED, BASE, BONUS = 9, 10, 11

# What is broken, and the rule, line and item (0: the whole line or file).
KINDS: dict[str, tuple[Edit, str, int, int]] = {
    "nothing in it": (lambda _: b"", "csv.empty", 0, 0),
    "blanks alone": (lambda _: b"  \r\n\r\n", "csv.empty", 0, 0),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n\0\0", "csv.head_items", 1, 0),
    "zeros": (lambda _: bytes(500), "csv.head_items", 1, 0),
    "UTF-8": (lambda d: d.decode("cp932").encode(), "csv.encoding", 0, 0),
    "UTF-16": (lambda d: d.decode("cp932").encode("utf-16"), "csv.encoding", 0, 0),
    "cut off": (lambda d: d[:-5], "csv.cut_off", BONUS, 0),
    "old Mac line ends": (lambda d: d.replace(b"\r\n", b"\r"), "csv.line_end", 1, 0),
    "half a character": (swapped("見本　花子", b"\x8c\xa9\x96,"), "csv.bytes", 6, 8),
    "a NUL": (swapped("見本　花子", "見本\0花子"), "csv.control_character", 6, 8),
    "a ring digit": (row("2200700", {28: "①"}), "csv.character", JOINED, 28),
    "an old kanji": (row("2200700", {8: "髙橋　花"}), "csv.character", JOINED, 8),
    "a comma in a name": (row("2201700", {8: "見本,次"}), "csv.item_count", 7, 27),
    "a broken line": (row("2200700", {8: "見本\r\n花"}), "csv.item_count", JOINED, 8),
    "quotes": (row("2201700", {7: '"ﾐﾎﾝ ｼﾞﾛｳ"'}), "csv.quoted", LEFT, 7),
    "tabs for commas": (lambda d: d.replace(b",", b"\t"), "csv.head_items", 1, 0),
    "no head": (lambda d: d[d.index(b"[") :], "csv.head_items", 1, 0),
    "a head of 2018": (swapped(",22223", ",2200700"), "csv.head_form", 1, 6),
    "a day of an era": (swapped("20201201", "R021201"), "csv.head_day", 1, 5),
    "serial 0": (swapped(",001,2", ",000,2"), "csv.head_serial", 1, 4),
    "no [kanri]": (swapped("[kanri]\r\n", ""), "csv.kanri_missing", 2, 0),
    "no [data]": (swapped("[data]\r\n", ""), "csv.data_missing", 10, 0),
    "no rows": (lambda d: d[: d.index(b"[data]") + 8], "csv.no_record", 5, 0),
    "no count": (swapped(",001\r\n", ""), "csv.count_items", 3, 0),
    "count of words": (swapped(",001\r\n", ",一\r\n"), "csv.count_number", 3, 2),
    "an office too few": (swapped(",001\r\n", ",003\r\n"), "csv.count_differs", 3, 2),
    "an office of 11": (
        line_of("21,01,ｹｲﾄ,1", lambda i: i[:-1]),
        "csv.office_items",
        4,
        0,
    ),
    "prefecture by JIS": (office({1: "13"}), "csv.item_code", 4, 1),
    "district 00": (office({2: "00"}), "common.office_symbol", 4, 3),
    "a phone of letters": (office({12: "ABCD"}), "csv.item_digits", 4, 12),
    "an owner without gap": (office({9: "見本太郎"}), "csv.item_gap", 4, 9),
    "an office nobody named": (row("2221700", {4: "ﾓﾐ"}), "csv.office_unlisted", 9, 4),
    "another's form": (row("2200700", {1: "22007041"}), "csv.form_old", JOINED, 1),
    "an unknown form": (row("2200700", {1: "9999700"}), "csv.form_unknown", JOINED, 1),
    "no form": (row("2200700", {1: ""}), "csv.form_code", JOINED, 1),
    "an item too few": (
        line_of("2265700", lambda i: i[:-1]),
        "csv.item_count",
        BONUS,
        20,
    ),
    "an item too many": (
        line_of("2265700", lambda i: [*i, ""]),
        "csv.item_count",
        BONUS,
        21,
    ),
    "kana in full width": (
        row("2225700", {6: "ミホン　サブ"}),
        "csv.item_width",
        BASE,
        6,
    ),
    "kanji for kana": (row("2225700", {6: "見本 三郎"}), "csv.item_kana", BASE, 6),
    "two spaces": (row("2265700", {6: "ﾐﾎﾝ  ｻｸﾗ"}), "csv.item_space", BONUS, 6),
    "a half-width space": (
        row("2265700", {7: "見本 桜"}),
        "csv.item_half_space",
        BONUS,
        7,
    ),
    "a name too long": (
        row("2265700", {7: "見本　" + "桜" * 10}),
        "csv.item_too_long",
        11,
        7,
    ),
    "a number too short": (
        row("2200700", {13: "12345"}),
        "csv.item_length",
        JOINED,
        13,
    ),
    "an amount with commas": (
        row("2200700", {21: "25万"}),
        "csv.item_digits",
        JOINED,
        21,
    ),
    "an era of letters": (row("2200700", {9: "S"}), "csv.item_digits", JOINED, 9),
    "an event in Showa": (row("2201700", {14: "5"}), "csv.item_code", LEFT, 14),
    "a 30 February": (
        row("2200700", {10: "020230"}),
        "common.date_does_not_exist",
        6,
        10,
    ),
    "an era alone": (row("2201700", {18: ""}), "common.date_incomplete", LEFT, 18),
    "tomorrow": (row("2265700", {11: "030402"}), "common.future_date", BONUS, 11),
    "the day itself": (
        row("2201700", {15: "021031"}),
        "2201.lost_on_is_day_after_left_on",
        7,
        15,
    ),
    "a wrong total": (row("2225700", {34: "1000"}), "2225.total_of_month", BASE, 28),
    "a wrong average": (
        row("2221700", {38: "302000"}),
        "2221.average_of_three_months",
        9,
        38,
    ),
    "months apart": (row("2221700", {24: "10"}), "2221.months_follow", CHANGED, 22),
    "too few days": (row("2221700", {26: "16"}), "2221.days_too_few", CHANGED, 26),
    "a bonus with change": (
        row("2265700", {14: "350500"}),
        "2265.total_is_bonus_in_thousands",
        11,
        12,
    ),
    "both addresses": (
        row("2200700", {29: "100"}),
        "csv.2200.address_not_with_my_number",
        6,
        29,
    ),
    "a spouse by halves": (row("2202700", {24: ""}), "csv.2202.spouse_is_named", 8, 25),
    "second place first": (
        both(row("2202700", {71: ""}), row("2202700", {104: "ﾐﾎﾝ ｶｴﾃﾞ"})),
        "csv.2202.first_place_first",
        DEPENDANT,
        104,
    ),
    "what is always blank": (row("2202700", {70: "1"}), "csv.item_always_blank", 8, 70),
    "the same row twice": (
        lambda d: d + d.split(b"\r\n")[10] + b"\r\n",
        "csv.row_twice",
        12,
        0,
    ),
}


def test_there_are_fifty_kinds_and_more() -> None:
    assert len(KINDS) >= 50


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_told_with_rule_line_and_item(kind: str) -> None:
    edit, rule, line, item = KINDS[kind]

    found = told(edit(sample_table()))

    assert found.get(rule) == (line, item), found
