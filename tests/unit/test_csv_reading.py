"""Tables are read liberally and written strictly, and come back as they were."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.csv.characters import encoded, outside_table, size
from forms.csv.layout import Item
from forms.csv.layouts import form_codes, layouts, office_layout
from forms.csv.reader import read_table
from forms.csv.table import TOO_MANY_BYTES, Table, TableLine
from forms.csv.writer import write_table
from kamizero.errors import UnwritableError
from tests.tables import told
from validation.csv.sample import Edit, sample_table, swapped

KANA = "ｱｲｳｶｷｻｼﾀﾅﾊﾏﾔﾗﾜﾝｯｬｰﾞﾟ"
WIDE = "見本花子一二三〇々〆ーＡ１　－～∥￢熙凜堯"
KINDS = {
    "digits": "0123456789",
    "kana": KANA + " ",
    "single": KANA + "AZ09-/ ",
    "symbol": KANA,
    "letters": "AZ",
    "wide": WIDE,
    "any": WIDE + KANA + "Az9'\\~",
}


def texts(item: Item) -> st.SearchStrategy[str]:
    """Whatever can stand in an item by its characters and its length."""
    if item.holds == "nothing":
        return st.just("")
    if item.codes:
        return st.sampled_from(["", *item.codes])
    most = item.longest or 1
    return st.text(KINDS[item.holds], max_size=most).filter(
        lambda text: size(text) <= most
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table in order, whatever stands in its items."""
    code = draw(st.sampled_from(form_codes()))
    layout = draw(st.sampled_from(layouts()[code]))
    office = office_layout().example
    serial = draw(st.integers(1, 999))
    day = draw(st.dates(date(2019, 5, 1), date(2030, 12, 31)))
    head = (*office[:3], f"{serial:03d}", f"{day:%Y%m%d}", "22223")
    rows = [
        (code, *(draw(texts(item)) for item in layout.items[1:]))
        for _ in range(draw(st.integers(1, 2)))
    ]
    return Table(
        head=TableLine(1, head),
        count=TableLine(3, (draw(st.sampled_from(["", "見本　花子"])), "001")),
        offices=(TableLine(4, office),),
        rows=tuple(TableLine(6 + n, row) for n, row in enumerate(rows)),
    )


@settings(max_examples=25)
@given(tables())
def test_a_table_that_is_written_reads_back_as_it_was(table: Table) -> None:
    data = write_table(table)

    read = read_table(data)

    assert read.troubles == ()
    assert read.table == table
    assert write_table(read.table) == data


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 40))
def test_no_bytes_make_reading_or_checking_fail(
    junk: bytes, place: int, cut: int
) -> None:
    whole = sample_table()

    told(junk)
    told(whole[:place] + junk[:20] + whole[place + cut :])


def test_the_sample_reads_back_as_it_was() -> None:
    data = sample_table()

    assert write_table(read_table(data).table) == data


def test_a_table_of_a_labour_attorney_reads_back_as_it_was() -> None:
    data = swapped("21,01,ｹｲﾄ,001", ",,12345678,041")(sample_table())
    data = swapped("\r\n,001", "\r\n見本　花子,001")(data)

    assert write_table(read_table(data).table) == data


@pytest.mark.parametrize(
    "damaged",
    [
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b"\r\n", b"\r"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.decode("cp932").encode("utf-8"),
        lambda data: data.decode("cp932").encode("utf-8-sig"),
        lambda data: data + b"\r\n\r\n",
        lambda data: data + b"\x1a",
        lambda data: data.removesuffix(b"\r\n"),
        lambda data: data.replace(b"[data]", b"[DATA] "),
        lambda data: data.replace(b"[kanri]\r\n", b"\r\n[kanri]\r\n"),
    ],
)
def test_what_editors_do_to_a_table_is_told_and_read_all_the_same(
    damaged: Edit,
) -> None:
    whole = read_table(sample_table()).table

    read = read_table(damaged(sample_table()))

    assert read.troubles
    assert [row.items for row in read.table.rows] == [row.items for row in whole.rows]
    assert [one.items for one in read.table.offices] == [whole.offices[0].items]


@pytest.mark.parametrize(
    "char", ["①", "Ⅰ", "㈱", "髙", "﨑", "𠮷", "\t", "\r", "é", "€"]
)
def test_a_character_outside_the_standard_is_refused_with_its_code_point(
    char: str,
) -> None:
    table = read_table(sample_table()).table
    items = list(table.rows[0].items)
    items[7] = f"見本　{char}"
    wrong = Table(table.head, table.count, table.offices, (TableLine(6, tuple(items)),))

    with pytest.raises(UnwritableError, match=f"item 8: U\\+{ord(char):04X}") as caught:
        write_table(wrong)

    assert (caught.value.line, caught.value.item) == (6, 8)


@pytest.mark.parametrize("text", ["a,b", 'a"b', "a\nb"])
def test_what_would_part_items_is_refused(text: str) -> None:
    table = read_table(sample_table()).table
    row = (*table.rows[0].items[:27], text, *table.rows[0].items[28:])

    with pytest.raises(UnwritableError, match="item 28"):
        write_table(Table(table.head, table.count, table.offices, (TableLine(6, row),)))


def test_a_table_with_an_item_too_few_is_not_written() -> None:
    table = read_table(sample_table()).table
    row = TableLine(6, table.rows[0].items[:-1])

    with pytest.raises(UnwritableError, match=r"csv\.item_count"):
        write_table(Table(table.head, table.count, table.offices, (row,)))


def test_a_table_that_would_be_too_large_is_not_written() -> None:
    table = read_table(sample_table()).table
    count = TOO_MANY_BYTES // len(",".join(table.rows[0].items))
    rows = tuple(TableLine(6 + n, table.rows[0].items) for n in range(count))

    with pytest.raises(UnwritableError, match=r"csv\.too_large"):
        write_table(Table(table.head, table.count, table.offices, rows))


def test_signs_of_two_code_points_are_written_as_one() -> None:
    standard, microsoft = "〜‖−—¢£¬", "～∥－―￠￡￢"

    assert outside_table(standard + microsoft) == ""
    assert encoded(standard) == encoded(microsoft)
    assert encoded("¥") == b"\\"


def test_every_character_of_the_standard_comes_back_as_its_bytes() -> None:
    codes = [code.to_bytes(2, "big") for code in range(0x8140, 0xEAA5)]
    kept = []
    for code in codes:
        try:
            char = code.decode("cp932")
        except UnicodeDecodeError:
            continue
        if len(char) == 1 and encoded(char) == code and not outside_table(char):
            kept.append(char)

    assert len(kept) == len(set(kept)) == 6879


def test_a_sign_under_its_second_code_is_no_character_of_the_standard() -> None:
    data = swapped("見本　花子", b"\x8c\xa9\x81@\x87\x90")(sample_table())

    assert told(data)["csv.bytes"] == (6, 8)
