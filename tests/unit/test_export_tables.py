"""Files that are tables of e-filings: by the one writer, encrypted, numbered."""

from pathlib import Path
from typing import Any

import pyrage
import pytest
from pyrage.x25519 import Identity
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from delivery.exports import blocks
from delivery.exports.tables import TableWriting
from delivery.table import TableHead, table_of
from forms.csv.writer import write_table
from kamizero.errors import (
    ConflictError,
    DefinitionError,
    MissingError,
    WrongCallError,
)
from kamizero.tokyo import business_date
from storage.tables import AuditEvent, BlockEnd, Entry, ExportBlock, ExportFile
from tests.desk import LATER, Desk
from tests.exporting import (
    House,
    approved,
    balances,
    files,
    open_destination,
    said,
    states,
)
from tests.tables import checked

THEIRS = Identity.generate()
# All that whoever takes tables in demands of a person and of an office.
PLAIN = {
    "office.number": "12345",
    "office.postal_code": "1000001",
    "office.address": "東京都千代田区丸の内一ー一",
    "office.owner_name": "経糸 一郎",
    "office.phone": "03-1234-5678",
    "insured.1.category": "1",
    "insured.1.acquisition_kind": "1",
    "insured.1.dependants": "0",
    "insured.1.remuneration_cash": "280000",
    "insured.1.remuneration_in_kind": "",
}
TABLE: dict[str, Any] = {
    "kind": "shfd0006",
    "encoding": "utf-8-sig",
    "columns": [],
    "table": {"prefecture": "21"},
    "recipients": [str(THEIRS.to_public())],
    "file_name": "{number:03}-SHFD0006.CSV.age",
}


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def opened(folder: Path, number: int) -> bytes:
    sealed = (folder / f"{number:03}-SHFD0006.CSV.age").read_bytes()
    return pyrage.decrypt(sealed, [THEIRS])


def row(data: bytes) -> list[str]:
    return data.decode("cp932").split("\r\n")[5].split(",")


def test_a_file_is_the_table_that_the_one_writer_writes(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder, **TABLE)
    approved(desk, written=PLAIN)
    house.plan_and_lay()

    data = opened(folder, 1)

    head = TableHead(prefecture="21", serial=1, made_on=business_date(house.clock.now))
    with desk.database.look() as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        assert data == write_table(table_of(desk.vault, entries, head).table)
    assert row(data)[6:10] == ["ﾔﾏﾀﾞ ﾀﾛｳ", "山田　太郎", "7", "020512"]
    assert not any(one.severity == "error" for one in checked(data).problems)
    assert row(data)[12] == "123456789018"
    with desk.database.look() as session:
        went_out = select(AuditEvent.body).where(AuditEvent.act == "delivery.export")
        assert [one["numbers"] for one in session.scalars(went_out)] == [True]
    assert states(desk) == ["taken"]
    assert balances(desk)


def test_tables_are_numbered_each_for_its_destination(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder, **TABLE)
    for number in (1, 2):
        approved(desk, written=PLAIN)
        house.plan_and_lay()
        head = opened(folder, number).decode("cp932").split("\r\n")[0]
        assert head.split(",")[-3] == f"{number:03}"

    assert files(desk) == [(1, 1, "placed"), (2, 1, "placed")]


def test_what_the_table_cannot_say_waits_for_a_person_and_holds_up_no_other(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder, **TABLE)
    approved(desk, written={**PLAIN, "insured.1.name_kanji": "山田\u3000𪚲子"})
    approved(desk, written=PLAIN)
    house.plan_and_lay()
    with desk.database.begin() as session:
        (found,) = blocks.open_blocks(session)
        asked = found.columns
        blocks.settle(session, found.id, BlockEnd.SUBSTITUTE, actor="rei", now=LATER)
    before = states(desk)

    house.plan_and_lay()

    assert asked == ["被保険者氏名(漢字)"]
    assert before == ["pending", "taken"]
    assert states(desk) == ["taken", "taken"]
    assert files(desk) == [(1, 1, "placed"), (2, 1, "placed")]


@pytest.mark.parametrize(
    ("written", "columns"),
    [
        ({"insured.1.birth_date": ""}, ["生年月日(元号)", "生年月日"]),
        ({"insured.1.pension_number": "1234,56"}, ["基礎年金番号(一連番号)"]),
    ],
    ids=["error", "comma"],
)
def test_what_nobody_would_take_is_let_out_by_no_person(
    desk: Desk,
    house: House,
    folder: Path,
    written: dict[str, str],
    columns: list[str],
) -> None:
    open_destination(desk, folder, **TABLE)
    approved(desk, written={**PLAIN, **written})
    approved(desk, written=PLAIN)
    house.plan_and_lay()
    let_out = update(ExportBlock).values(
        how=BlockEnd.SUBSTITUTE, settled_at=LATER, settled_by="rei"
    )

    with desk.database.begin() as session:
        (found,) = blocks.open_blocks(session)
        asked = found.columns
        with pytest.raises(ConflictError, match="by hand"):
            blocks.settle(
                session, found.id, BlockEnd.SUBSTITUTE, actor="rei", now=LATER
            )
        with pytest.raises(IntegrityError, match="stays"), session.begin_nested():
            session.execute(let_out)
    with desk.database.begin() as session:
        blocks.settle(session, found.id, BlockEnd.BY_HAND, actor="rei", now=LATER)

    assert asked == columns
    assert states(desk) == ["registered", "taken"]


@pytest.mark.parametrize("is_known", [True, False])
def test_what_was_let_out_and_makes_no_file_waits_again_and_holds_up_no_other(
    desk: Desk,
    house: House,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_known: bool,
) -> None:
    open_destination(desk, folder, **TABLE)
    approved(desk, written={**PLAIN, "insured.1.pension_number": "1234,56"})
    house.plan()
    with desk.database.begin() as session:
        (found,) = blocks.open_blocks(session)
        # As it was where a table was older, or its checks were.
        session.execute(update(ExportBlock).values(may_substitute=True))
        session.refresh(found)
        blocks.settle(session, found.id, BlockEnd.SUBSTITUTE, actor="rei", now=LATER)
    approved(desk, written=PLAIN)
    if not is_known:
        # Found out by the writer of tables alone.
        monkeypatch.setattr(TableWriting, "refused", lambda *_: ())

    house.plan()
    house.plan_and_lay()

    assert states(desk) == ["pending", "taken"]
    with desk.database.look() as session:
        assert [one.may_go_out for one in blocks.open_blocks(session)] == [False]


def test_a_table_without_room_for_more_is_followed_by_the_next(
    desk: Desk, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_destination(desk, folder, **TABLE)
    for symbol in ("ケイト", "ケイナ"):
        approved(desk, written={**PLAIN, "office.symbol": f"01-{symbol}"})
    monkeypatch.setattr("forms.csv.reader.MOST_OFFICES", 1)

    for _ in range(2):
        house.plan_and_lay()

    with desk.database.look() as session:
        rows = session.scalars(select(ExportFile).order_by(ExportFile.number))
        assert [one.rows for one in rows] == [1, 1]
    assert states(desk) == ["taken", "taken"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"recipients": []},
        {"columns": [{"heading": "x", "field": "$key"}]},
        {"table": None},
        {"encoding": "cp932"},
        {"kind": "csv"},
        {"table": {"prefecture": "21", "attorney": {"code": "1", "name": "林"}}},
    ],
    ids=str,
)
def test_terms_of_a_table_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        said(Path("/srv/out"), **{**TABLE, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [{"form": "2225"}, {"form": "T001"}, {"table": {"prefecture": "99"}}],
    ids=["kana", "form", "prefecture"],
)
def test_entries_that_no_table_can_say_get_no_destination(
    desk: Desk, folder: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises((WrongCallError, MissingError)):
        open_destination(desk, folder, **{**TABLE, **wrong})
