"""Discs and e-filing folders as they come: told apart, counted, refused with words."""

from pathlib import PurePosixPath

import pytest

from forms.csv.table import NAME, TOO_MANY_BYTES
from ingest.media.folder import media_folders, seems_listing
from ingest.media.summary import read_summary
from ingest.media.table import NO_CODE, read_table
from kamizero.errors import RefusedError
from storage.tables import Medium
from tests.media import a_row, a_summary, a_table

RECORDS = {"2200700": 3, "2201700": 2}


def refused(source: str, data: bytes) -> tuple[str, str]:
    with pytest.raises(RefusedError) as caught:
        read_table(source, data)
    return caught.value.refusal_code, str(caught.value)


def test_a_table_is_counted_by_office_and_form() -> None:
    table = read_table(NAME, a_table(RECORDS, offices=2))

    assert (table.serial, f"{table.made_on}") == ("003", "2020-12-01")
    assert (table.offices_said, table.offices) == (2, 2)
    assert table.records == RECORDS


def test_a_table_of_a_labour_attorney_is_counted() -> None:
    own = a_table(RECORDS).decode("cp932").replace("21,01,ｹｲﾄ,003", ",,12345678,041", 1)
    attorney = own.replace("\r\n,001", "\r\n見本　花子,001")

    table = read_table(NAME, attorney.encode("cp932"))

    assert (table.serial, table.records) == ("041", RECORDS)


def test_lines_that_end_as_on_other_systems_are_counted_too() -> None:
    table = read_table("shfd0006.csv", a_table(RECORDS).replace(b"\r\n", b"\n"))

    assert table.records == RECORDS


def test_a_form_code_nobody_knows_is_counted_as_well() -> None:
    table = a_table({"2200700": 1}) + b"22187041,21,01\r\n"

    assert read_table(NAME, table).records == {"2200700": 1, "22187041": 1}


WHOLE = a_table(RECORDS)
HEAD, KANRI, OFFICES, *_ = WHOLE.split(b"\r\n")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (WHOLE[:-20], "Line 10: The file stops in the middle"),
        (WHOLE[: WHOLE.index(b"[data]")], r"There is no line \[data\]"),
        (WHOLE[: WHOLE.index(b"[data]") + 8], r"No row follows \[data\]"),
        (WHOLE.replace(b"22223", b"22224", 1), "Line 1: .* 22223"),
        (WHOLE.replace(b"20201201", b"20201301", 1), "Line 1: .* names no day"),
        (WHOLE.replace(b",003,", b",000,", 1), "Line 1: The serial number"),
        (WHOLE.replace(b"\r\n,001", b"\r\n001", 1), "Line 3: .* needs 2"),
        (b"name,age\r\nken,3\r\n", "Line 1"),
    ],
)
def test_a_table_that_is_cut_off_or_changed_names_the_line(
    data: bytes, words: str
) -> None:
    with pytest.raises(RefusedError, match=words) as caught:
        read_table(NAME, data)

    assert caught.value.refusal_code == "media_damaged"


@pytest.mark.parametrize(
    ("old", "new", "records"),
    [
        (b"\r\n2201700", b"\r\n\r\n2201700", RECORDS),
        (b"2200700,", b"2200700,\x81\xff,", RECORDS),
        (b"2200700,21", b"22007,,21", {"2200700": 2, "2201700": 2, "22007": 1}),
        (b"2200700,21", b"x,21", {"2200700": 2, "2201700": 2, NO_CODE: 1}),
    ],
)
def test_a_broken_row_keeps_no_other_from_being_counted(
    old: bytes, new: bytes, records: dict[str, int]
) -> None:
    table = read_table(NAME, WHOLE.replace(old, new, 1))

    assert table.records == records


def test_a_table_cut_anywhere_is_refused_or_counts_fewer_records() -> None:
    whole = read_table(NAME, WHOLE).records
    counted = []
    for cut in range(1, len(WHOLE) - 2):
        try:
            counted.append(read_table(NAME, WHOLE[:cut]).records)
        except RefusedError:
            continue

    assert counted
    assert whole not in counted


def test_a_table_under_another_name_is_refused_by_its_name() -> None:
    code, words = refused("disc/records.csv", WHOLE)

    assert code == "media_name"
    assert NAME in words


@pytest.mark.parametrize("name", ["KPFD0006.CSV", "kn/KNFD0006.csv"])
def test_a_table_for_somebody_else_is_refused(name: str) -> None:
    assert refused(name, WHOLE)[0] == "media_not_ours"


def test_a_table_of_4_5_megabytes_is_too_large() -> None:
    rows = (a_row("2200700", 1) + "\r\n").encode("cp932")
    large = WHOLE + rows * (TOO_MANY_BYTES // len(rows) + 1)

    assert refused(NAME, large[:TOO_MANY_BYTES])[0] == "media_too_large"


def test_an_empty_table_is_empty() -> None:
    assert refused(NAME, b"")[0] == "empty"


@pytest.mark.parametrize(
    ("source", "data", "is_one"),
    [
        ("D/SHFD0006.CSV", b"", True),
        ("other.csv", WHOLE, True),
        ("総括票.csv", b"", True),
        ("counts.txt", a_summary(RECORDS), True),
        ("総括票.pdf", b"%PDF-1.4", False),
        ("list.csv", b"a,b\r\n1,2\r\n", False),
        ("scan.tif", b"II*\0", False),
    ],
)
def test_a_listing_is_told_by_its_name_or_its_first_lines(
    source: str, data: bytes, is_one: bool
) -> None:
    assert seems_listing(source, data) is is_one


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp932"])
def test_a_summary_declares_offices_and_records(code: str) -> None:
    text = a_summary(RECORDS, offices=2, number="到達番号,2020120100001234").decode()

    summary = read_summary(text.encode(code))

    assert (summary.medium, summary.number) == (Medium.E_FILING, "2020120100001234")
    assert (summary.offices, summary.records) == (2, RECORDS)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Line 1"),
        (a_summary({}), "no form is counted"),
        (a_summary(RECORDS) + "およそ,三\r\n".encode(), "Line 5"),
        (b"\xff\x81\xff", "neither UTF-8 nor Shift_JIS"),
    ],
)
def test_a_summary_that_cannot_be_read_names_the_line(data: bytes, words: str) -> None:
    with pytest.raises(RefusedError, match=words) as caught:
        read_summary(data)

    assert caught.value.refusal_code == "summary_damaged"


def folders(*sources: str) -> dict[str, list[int]]:
    flags = [seems_listing(source, b"") for source in sources]
    found = media_folders(sources, flags)
    return {str(folder): list(places) for folder, places in found.items()}


def test_files_belong_to_the_nearest_folder_with_a_table() -> None:
    found = folders(
        "scan.tif", "a/SHFD0006.CSV", "a/letters/x.pdf", "b\\SHFD0006.CSV", "b\\y.pdf"
    )

    assert found == {"a": [1, 2], "b": [3, 4]}


def test_files_without_a_folder_are_one_medium() -> None:
    assert folders("SHFD0006.CSV", "letter.pdf") == {".": [0, 1]}


@pytest.mark.parametrize("name", ["媒体003", "media-12", "2020120100001234"])
def test_a_folder_can_say_that_it_is_a_medium(name: str) -> None:
    assert folders(f"in/{name}/letter.pdf") == {f"in/{name}": [0]}


@pytest.mark.parametrize("name", ["media", "20201201", "scans", "媒体"])
def test_other_folders_are_no_media(name: str) -> None:
    assert folders(f"/{name}/letter.pdf") == {}


def test_the_root_of_all_folders_can_be_a_medium() -> None:
    found = media_folders(["/SHFD0006.CSV"], [True])

    assert found == {PurePosixPath("/"): [0]}
