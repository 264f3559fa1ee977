"""Approved entries are written as the table of an e-filing, as they were decided."""

import stat
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy import select

from delivery.kana import kana_on_record
from delivery.table import TableHead, approved_entries, table_of
from forms.csv.layouts import layouts
from forms.csv.values import row_of
from forms.csv.writer import write_table
from forms.library import Library
from kamizero.cli import main
from kamizero.cli.wiring import open_installation
from kamizero.errors import WrongCallError
from kamizero.records import InsuredRecord
from kamizero.settings import Settings
from review.grounds import Inquiry
from storage.directory import DirectoryStore
from storage.tables import AuditEvent, Filing
from tests.desk import Desk
from tests.register import ListedRecords
from tests.tables import only, received
from validation.csv.sample import MADE_ON, sample_table

HEAD = TableHead(prefecture="21", serial=1, made_on=MADE_ON)


def approve_all(desk: Desk) -> None:
    with desk.database.look() as session:
        filings = session.scalars(select(Filing.id)).all()
    for filing in filings:
        desk.approve(filing)


def written(desk: Desk, head: TableHead = HEAD) -> tuple[bytes, list[tuple[int, int]]]:
    """The file of all that is approved, and the items that were changed."""
    with desk.database.look() as session:
        found = table_of(desk.vault, approved_entries(session, []), head)
        changed = [(one.line, one.item.n) for one in found.changed]
    return write_table(found.table), changed


def row(data: bytes, line: int = 6) -> list[str]:
    return data.decode("cp932").split("\r\n")[line - 1].split(",")


def test_what_came_as_a_table_and_was_approved_is_written_as_it_came(
    desk: Desk,
) -> None:
    received(desk, sample_table())
    approve_all(desk)

    data, changed = written(desk)

    assert data == sample_table()
    assert changed == []


def test_paper_is_written_in_the_widths_of_the_table(desk: Desk) -> None:
    filing = desk.receive(written={"insured.1.remuneration_in_kind": ""})
    desk.route(filing)
    desk.approve(filing)

    data, _ = written(desk)

    items = row(data)
    assert items[:4] == ["2200700", "21", "01", "ｹｲﾄ"]
    assert items[6:10] == ["ﾔﾏﾀﾞ ﾀﾛｳ", "山田　太郎", "7", "020512"]
    assert items[17:19] == ["9", "021201"]
    assert items[21] == "0"
    assert row(data, 4)[7] == "株式会社けいと"


def test_what_is_decided_is_written_and_not_what_stands_on_the_paper(
    desk: Desk,
) -> None:
    name = "insured.1.remuneration_total"
    filing = desk.receive(doubtful=[name])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.settle(claim, name, "280000")
    answer = Inquiry("the owner", date(2020, 12, 9), time(10, 30), "it is 290000")
    desk.decide(claim, name, "290000", answer)
    desk.finish(claim)
    desk.approve(filing)

    data, _ = written(desk)

    assert row(data)[22] == "290000"


@pytest.mark.parametrize(
    ("name", "blank_names", "said"),
    [
        ("髙橋　花", False, "高橋　花"),
        ("髙橋　花", True, ""),
        ("𩸽田　花", False, ""),
    ],
)
def test_a_name_the_file_cannot_hold_is_flagged(
    name: str, blank_names: bool, said: str, desk: Desk
) -> None:
    filing = desk.receive(written={"insured.1.name_kanji": name})
    desk.route(filing)
    desk.approve(filing)
    head = TableHead(
        prefecture="21", serial=1, made_on=MADE_ON, blank_names=blank_names
    )

    data, changed = written(desk, head)

    assert row(data)[7] == said
    assert changed == [(6, 8)]


def test_an_address_beside_a_number_is_left_out_and_flagged(desk: Desk) -> None:
    filing = desk.receive(written={"insured.1.address_kanji": "東京都千代田区"})
    desk.route(filing)
    desk.approve(filing)

    data, changed = written(desk)

    assert row(data)[31] == ""
    assert changed == [(6, 32)]


def test_entries_of_two_offices_stand_under_a_record_each(desk: Desk) -> None:
    for symbol in ("01-ケイト", "02-AB1", "01-ケイト"):
        filing = desk.receive(written={"office.symbol": symbol})
        desk.route(filing)
        desk.approve(filing)

    data, _ = written(desk)

    lines = data.decode("cp932").split("\r\n")
    assert lines[2] == ",002"
    assert [line[:9] for line in lines[3:5]] == ["21,01,ｹｲﾄ", "21,02,AB1"]
    assert len(lines[6:-1]) == 3


def test_a_labour_attorney_files_in_their_own_name(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)
    desk.approve(filing)
    head = TableHead(
        prefecture="21", serial=41, made_on=MADE_ON, attorney=("12345678", "見本　花")
    )

    data, _ = written(desk, head)

    lines = data.decode("cp932").split("\r\n")
    assert (lines[0], lines[2]) == (",,12345678,041,20201201,22223", "見本　花,001")


def test_what_nobody_approved_is_not_written(desk: Desk) -> None:
    desk.route(desk.receive())

    with pytest.raises(WrongCallError, match="approved"):
        written(desk)


def called(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["kamizero", "csv", "write", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def test_the_command_writes_a_private_file_and_leaves_an_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(tmp_path / "data"))
    rooms = open_installation(Settings.load()).rooms
    assert isinstance(rooms.store, DirectoryStore)
    desk = Desk(
        database=rooms.database,
        vault=rooms.vault,
        store=rooms.store,
        definition=Library.shipped().get("2200"),
    )
    received(desk, only("2200700"))
    approve_all(desk)
    out = tmp_path / "SHFD0006.CSV"

    code = called("--out", str(out), "--prefecture", "21", "--made-on", f"{MADE_ON}")

    assert (code, out.read_bytes()) == (0, only("2200700"))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with rooms.database.look() as session:
        act = AuditEvent.act == "filing.written_to_table"
        assert len(session.scalars(select(AuditEvent).where(act)).all()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--prefecture", "13"],
        ["--prefecture", "21", "--attorney", "1234:x"],
        ["--prefecture", "21", "--serial", "1000"],
        ["--prefecture", "21", "--made-on", "2020-02-30"],
    ],
)
def test_a_head_that_cannot_be_is_a_wrong_call(
    words: list[str], tmp_path: Path
) -> None:
    assert called("--out", str(tmp_path / "x.csv"), *words) == 2


TARO = InsuredRecord(
    office_symbol="01-ケイト",
    serial_number="12",
    name_kana="ヤマダ　タロウ",
    name_kanji="山田　太郎",
    birth_date=date(1990, 5, 12),
    my_number="",
    pension_number="",
    acquired_on=date(2015, 4, 1),
    lost_on=None,
)
PAID = {
    "office.symbol": "01-ケイト",
    "serial_number": "12",
    "name_kanji": "山田　太郎",
    "birth_date": "1990-05-12",
}


def test_the_kana_that_the_paper_does_not_ask_come_from_the_records(
    desk: Desk,
) -> None:
    paper = Desk(desk.database, desk.vault, desk.store, Library.shipped().get("2265"))
    filing = paper.receive(
        written={
            "paid_on": "2020-12-10",
            "insured.1.serial_number": "12",
            "insured.1.bonus_cash": "500000",
            "insured.1.bonus_in_kind": "0",
            "insured.1.bonus_total": "500000",
        }
    )
    paper.route(filing)
    paper.approve(filing)

    with desk.database.look() as session:
        entries = approved_entries(session, [])
        records = ListedRecords(people=[TARO])
        data = write_table(table_of(desk.vault, entries, HEAD, records).table)

    assert row(data)[4:8] == ["12", "ﾔﾏﾀﾞ ﾀﾛｳ", "山田　太郎", "7"]


def test_the_months_that_the_paper_prints_are_written() -> None:
    layout = layouts()["2225700"][0]

    items = row_of(layout, {})

    assert items[21:24] == ("04", "05", "06")


def test_a_name_sounds_as_the_record_of_the_same_person_says() -> None:
    people = [
        TARO,
        replace(TARO, office_symbol="02-アイウ", name_kana="ヤマタ　タロウ"),
    ]
    records = ListedRecords(people=people)

    assert kana_on_record(records, PAID) == "ヤマダ　タロウ"
    assert kana_on_record(records, {**PAID, "name_kanji": "山田　次郎"}) == ""
    assert kana_on_record(records, {**PAID, "birth_date": "1990-05-13"}) == ""
    assert kana_on_record(records, {**PAID, "name_kanji": ""}) == ""
    assert kana_on_record(records, {}) == ""


def test_of_two_records_that_sound_otherwise_none_is_taken() -> None:
    records = ListedRecords(people=[TARO, replace(TARO, name_kana="ヤマタ　タロウ")])

    assert kana_on_record(records, PAID) == ""
