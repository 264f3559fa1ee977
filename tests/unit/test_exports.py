"""Files of approved entries: each entry once, numbers without a gap."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from pyrage.x25519 import Identity
from sqlalchemy import select

from delivery import backlog
from delivery.exports import blocks, destinations, making
from delivery.exports.drop import DONE
from delivery.exports.folder import FolderDrop
from delivery.exports.making import contents
from delivery.exports.standing import standing_of
from delivery.exports.terms import load
from forms.library import Library
from kamizero.errors import ConflictError, DefinitionError, WrongCallError
from storage import values, work
from storage.tables import (
    AuditEvent,
    BlockEnd,
    Delivery,
    ExportBlock,
    ExportDestination,
    ExportFile,
    Filing,
)
from tests.desk import LATER, Desk
from tests.exporting import (
    NAME,
    SUBSCRIBER,
    House,
    Killed,
    alert_kinds,
    approved,
    balances,
    destination_in,
    files,
    killed,
    open_destination,
    said,
    states,
)
from workers import exporting, steps

RARE = {"insured.1.name_kanji": "𠮷田 花"}


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def half_written(drop: FolderDrop, name: str, data: bytes) -> None:
    (drop.folder / f"{name}.part").write_bytes(data[:5])
    raise Killed


def unmarked(drop: FolderDrop, name: str, data: bytes) -> None:
    if name.endswith(DONE):
        raise Killed
    (drop.folder / name).write_bytes(data)


# Where a worker is lost: the seam of the product, and what it does before.
LOST_AT = {
    "making": (exporting, "contents", killed),
    "writing": (FolderDrop, "put", half_written),
    "marking": (FolderDrop, "put", unmarked),
    "noting": (steps, "confirm", killed),
    "finishing": (work, "finish", killed),
}


def keys_in(folder: Path) -> list[str]:
    """What stands in the first column of every file."""
    return [
        line.split(",")[0]
        for path in sorted(folder.glob("*.csv"))
        for line in path.read_text("cp932").splitlines()[1:]
    ]


def delivery_ids(desk: Desk) -> list[str]:
    with desk.database.look() as session:
        query = select(Delivery.id).where(Delivery.subscriber == SUBSCRIBER)
        return [str(one) for one in session.scalars(query.order_by(Delivery.id))]


@pytest.mark.parametrize("lost_at", LOST_AT)
def test_a_worker_lost_at_any_step_loses_no_entry_and_doubles_none(
    desk: Desk,
    house: House,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    lost_at: str,
) -> None:
    open_destination(desk, folder)
    approved(desk, entries=2)
    house.plan()
    with monkeypatch.context() as patch:
        patch.setattr(*LOST_AT[lost_at])
        with pytest.raises(Killed):
            house.lay()
    half_way = states(desk)

    assert house.lay()
    approved(desk)
    house.plan_and_lay()
    house.plan()

    assert not house.lay()
    assert half_way == ["pending"] * 2
    assert states(desk) == ["taken"] * 3
    assert files(desk) == [(1, 2, "placed"), (2, 1, "placed")]
    assert keys_in(folder) == delivery_ids(desk)
    assert len(list(folder.iterdir())) == 4
    assert balances(desk)


def test_a_worker_lost_while_it_plans_leaves_no_number_behind(
    desk: Desk, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_destination(desk, folder)
    approved(desk)
    with monkeypatch.context() as patch:
        patch.setattr(making, "ask_placing", killed)
        with pytest.raises(Killed):
            house.plan()
    before = files(desk)

    house.plan_and_lay()

    assert before == []
    assert files(desk) == [(1, 1, "placed")]


def test_a_folder_that_is_gone_costs_time_and_nothing_else(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    approved(desk)
    folder.rmdir()
    house.plan_and_lay()
    before = files(desk)
    folder.mkdir()
    house.clock.now += timedelta(hours=1)

    assert house.lay()

    assert before == [(1, 1, "planned")]
    assert files(desk) == [(1, 1, "placed")]
    assert len(keys_in(folder)) == 1


def test_a_destination_that_cannot_be_planned_is_told_and_holds_up_no_other(
    desk: Desk, house: House, folder: Path
) -> None:
    with desk.database.begin() as session:
        broken = ExportDestination(
            name=NAME,
            form="2200",
            terms={},
            since=LATER,
            next_at=LATER,
            made_at=LATER,
            made_by="ken",
        )
        session.add(broken)
    open_destination(desk, folder, name="other", file_name="o{number}")
    approved(desk)

    house.plan_and_lay()

    assert states(desk) == ["pending"]
    assert (folder / "o1.done").exists()
    assert alert_kinds(desk, house) == {"exports_stopped"}


def test_an_entry_whose_values_are_destroyed_waits_for_a_person_alone(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    lost = approved(desk)
    approved(desk)
    with desk.database.begin() as session:
        for field in session.get_one(Filing, lost).fields:
            values.erase(session, field)

    house.plan_and_lay()

    assert states(desk) == ["pending", "taken"]
    assert alert_kinds(desk, house) == {"exports_blocked"}
    with desk.database.begin() as session:
        (found,) = blocks.open_blocks(session)
        assert found.columns == ["氏名", "生年月日"]
        blocks.settle(session, found.id, BlockEnd.SUBSTITUTE, actor="rei", now=LATER)
    house.plan_and_lay()
    assert states(desk) == ["taken", "taken"]
    assert (folder / "shikaku-0002.csv").read_text("cp932").endswith(",,\n")


def test_a_total_without_room_makes_smaller_files_and_stops_nothing(
    desk: Desk, house: House, folder: Path
) -> None:
    digit = {"width": 1, "side": "right", "pad": "0"}
    open_destination(
        desk,
        folder,
        kind="fixed",
        columns=[{"heading": "番号", "field": "$key", "place": {"width": 8}}],
        frame={"trailer": [{"say": "$rows", **digit}]},
    )
    approved(desk, entries=4)
    approved(desk, entries=4)
    approved(desk, entries=4)

    for _ in range(2):
        house.plan_and_lay()

    assert files(desk) == [(1, 6, "placed"), (2, 6, "placed")]
    assert states(desk) == ["taken"] * 12
    assert balances(desk)


def test_what_was_approved_before_comes_in_parts_whoever_is_lost_between(
    desk: Desk, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "AT_ONCE", 2)
    approved(desk, entries=5)
    folder.mkdir()
    with desk.database.begin() as session:
        made = destinations.add_destination(
            session,
            Library.shipped(),
            NAME,
            said(folder),
            actor="ken",
            now=LATER + timedelta(hours=1),
            backlog=True,
        )
        backlog.put_part(session, made, now=LATER)
    approved(desk)
    half_way = states(desk)
    balanced_half_way = balances(desk)

    house.plan()
    after_a_round = (states(desk), files(desk))
    house.plan_and_lay()

    assert half_way == ["pending"] * 3
    assert balanced_half_way
    assert after_a_round == (["pending"] * 5, [])
    assert files(desk) == [(1, 6, "placed")]
    assert states(desk) == ["taken"] * 6
    assert balances(desk)


def test_a_file_is_made_again_byte_for_byte(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    approved(desk)
    house.plan_and_lay()

    with desk.database.look() as session:
        file = session.scalars(select(ExportFile)).one()
        made = contents(session, desk.vault, file)

    assert made.data == (folder / "shikaku-0001.csv").read_bytes()
    assert sha256(made.data).hexdigest() == file.sha256


def test_nothing_new_makes_no_file_and_uses_no_number(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)

    house.plan()

    assert files(desk) == []


def test_no_file_overtakes_one_that_is_on_its_way(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    approved(desk)
    house.plan()
    approved(desk)

    house.plan()

    assert files(desk) == [(1, 1, "planned")]


def test_more_than_one_file_holds_goes_into_the_next(
    desk: Desk, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_ROWS", 2)
    open_destination(desk, folder)
    approved(desk, entries=3)
    for _ in range(2):
        house.plan_and_lay()

    assert files(desk) == [(1, 2, "placed"), (2, 1, "placed")]


def test_an_entry_that_cannot_be_written_waits_for_a_person_and_holds_up_no_other(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    approved(desk, written=RARE)
    approved(desk)
    house.plan_and_lay()
    with desk.database.begin() as session:
        (found,) = blocks.open_blocks(session)
        columns = found.columns
        blocks.settle(session, found.id, BlockEnd.SUBSTITUTE, actor="rei", now=LATER)
    with pytest.raises(ConflictError), desk.database.begin() as session:
        blocks.settle(session, found.id, BlockEnd.BY_HAND, actor="ken", now=LATER)
    before = states(desk)

    house.plan_and_lay()

    assert columns == ["氏名"]
    assert before == ["pending", "taken"]
    assert states(desk) == ["taken", "taken"]
    assert "〓田 花" in (folder / "shikaku-0002.csv").read_text("cp932")
    assert balances(desk)


def test_an_entry_registered_by_hand_goes_into_no_file(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    approved(desk, written=RARE)
    house.plan()

    with desk.database.begin() as session:
        (found,) = blocks.open_blocks(session)
        blocks.settle(
            session,
            found.id,
            BlockEnd.BY_HAND,
            actor="rei",
            now=LATER,
            host_number="H-7",
        )
    house.plan()

    assert states(desk) == ["registered"]
    assert files(desk) == []
    assert balances(desk)


def test_a_closed_destination_gets_nothing_more(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    with desk.database.begin() as session:
        destinations.close_destination(
            session, destination_in(session), actor="ken", now=LATER
        )
    approved(desk)
    house.plan()

    assert states(desk) == []
    assert balances(desk)


def test_files_are_made_at_the_hours_of_days_on_which_the_office_works(
    desk: Desk,
) -> None:
    # 24 November 2026 is a Tuesday, 15:00 in Tokyo is 06:00 UTC.
    with desk.database.look() as session:
        wanted = said(Path("/srv/out"))
        first = destinations.next_time(session, wanted, after=LATER)
        assert first is not None
        second = destinations.next_time(session, wanted, after=first)

    assert second is not None
    assert first > LATER
    assert (first.hour, second.hour) in ((0, 6), (6, 0))


def test_no_column_holds_a_my_number_or_what_the_form_has_not(
    desk: Desk, folder: Path
) -> None:
    for field in ("insured.my_number", "insured.shoe_size"):
        with pytest.raises(WrongCallError, match=r"insured\."):
            open_destination(desk, folder, columns=[{"heading": "x", "field": field}])


def test_events_of_exports_hold_ids_and_hashes_alone(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder)
    approved(desk, written=RARE)
    approved(desk)
    house.plan_and_lay()

    with desk.database.look() as session:
        acts = {
            event.act: event.body
            for event in session.scalars(
                select(AuditEvent).where(
                    AuditEvent.act.like("export%")
                    | AuditEvent.act.in_(("delivery.export", "delivery.blocked"))
                )
            )
        }
        block = session.scalars(select(ExportBlock)).one()

    assert set(acts) == {
        "delivery.blocked",
        "delivery.export",
        "export_destination.added",
        "export_file.placed",
        "export_file.planned",
    }
    assert "〓" not in str(acts)
    assert "𠮷" not in f"{acts}{block.columns}"


def test_records_of_fixed_columns_are_made_again_byte_for_byte_on_a_later_day(
    desk: Desk, house: House, folder: Path
) -> None:
    number = {"width": 6, "side": "right", "pad": "0"}
    columns = [{"heading": "番号", "field": "$key", "place": number}]
    trailer = [{"say": "$made_on", "width": 8}, {"say": "$sum", "of": "番号", **number}]
    open_destination(
        desk, folder, kind="fixed", columns=columns, frame={"trailer": trailer}
    )
    approved(desk, entries=2)
    house.plan_and_lay()
    house.clock.now += timedelta(days=30)

    with desk.database.look() as session:
        file = session.scalars(select(ExportFile)).one()
        made = contents(session, desk.vault, file)
        day = f"{file.made_on:%Y%m%d}"

    one, other = (int(key) for key in delivery_ids(desk))
    lines = made.data.decode("cp932").split()
    assert lines == [f"{one:06}", f"{other:06}", f"{day}{one + other:06}"]
    assert made.data == (folder / "shikaku-0001.csv").read_bytes()


def opened(path: Path, identity: Identity) -> str:
    return pyrage.decrypt(path.read_bytes(), [identity]).decode("cp932")


@pytest.mark.parametrize("lost_at", ["writing", "marking", "noting"])
def test_an_encrypted_file_is_read_by_its_receiver_alone_whoever_is_lost(
    desk: Desk,
    house: House,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    lost_at: str,
) -> None:
    theirs = Identity.generate()
    open_destination(
        desk,
        folder,
        file_name="shikaku-{number:04}.csv.age",
        recipients=[str(theirs.to_public())],
    )
    approved(desk)
    house.plan()
    with monkeypatch.context() as patch:
        patch.setattr(*LOST_AT[lost_at])
        with pytest.raises(Killed):
            house.lay()

    assert house.lay()

    path = folder / "shikaku-0001.csv.age"
    assert opened(path, theirs).startswith("番号,氏名,生年月日\r\n")
    with pytest.raises(pyrage.DecryptError):
        opened(path, Identity.generate())
    told = json.loads((folder / f"{path.name}.done").read_text("utf-8"))
    assert told["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert told["size"] == path.stat().st_size
    assert files(desk) == [(1, 1, "placed")]
    assert len(list(folder.iterdir())) == 2
    with desk.database.look() as session:
        acts = AuditEvent.act.like("export_file.%")
        bodies = session.scalars(
            select(AuditEvent.body).where(acts).order_by(AuditEvent.id)
        ).all()
        held = session.scalars(select(ExportFile.sha256)).one()
        shown = standing_of(session, destination_in(session)).hashes
    # Of what it holds not even a hash is told.
    assert [one["sha256"] for one in bodies] == ["", told["sha256"]]
    assert list(shown.values()) == [told["sha256"]]
    assert held not in str(bodies)


def test_an_encrypted_file_that_was_taken_is_not_given_twice(
    desk: Desk, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = str(Identity.generate().to_public())
    open_destination(desk, folder, file_name="{number}.age", recipients=[key])
    approved(desk)
    house.plan()
    with monkeypatch.context() as patch:
        patch.setattr(*LOST_AT["noting"])
        with pytest.raises(Killed):
            house.lay()
    (folder / "1.age").unlink()

    assert house.lay()

    assert [path.name for path in folder.iterdir()] == ["1.age.done"]
    assert states(desk) == ["taken"]


def test_what_is_another_s_is_not_taken_for_an_encrypted_file_of_ours(
    desk: Desk, house: House, folder: Path
) -> None:
    key = str(Identity.generate().to_public())
    open_destination(desk, folder, file_name="{number}.age", recipients=[key])
    approved(desk)
    (folder / "1.age").write_bytes(b"theirs")

    house.plan_and_lay()

    assert states(desk) == ["pending"]
    assert [path.name for path in folder.iterdir()] == ["1.age"]


@pytest.mark.parametrize(
    "wrong",
    ["", "age1nonsense", "ssh-ed25519 AAAA", str(Identity.generate()), "AGE-PLUGIN-X"],
    ids=["empty", "age", "ssh", "secret", "plugin"],
)
def test_a_recipient_that_is_no_public_key_is_refused_and_not_repeated(
    wrong: str,
) -> None:
    with pytest.raises(DefinitionError, match="no public key") as refused:
        said(Path("/srv/out"), file_name="{number}.age", recipients=[wrong])

    assert not wrong or wrong not in str(refused.value)


def test_an_encrypted_file_is_called_so() -> None:
    key = str(Identity.generate().to_public())

    with pytest.raises(DefinitionError, match=r"something\.age"):
        said(Path("/srv/out"), file_name="{number}.csv", recipients=[key])


def test_what_is_plain_is_not_called_as_if_encrypted(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "host.yaml"
    terms = said(folder, file_name="{number}.csv.age").model_dump(mode="json")
    source.write_text(json.dumps(terms), "utf-8")

    with pytest.raises(DefinitionError, match="taken for encrypted"):
        load(source)
    with pytest.raises(DefinitionError, match="taken for encrypted"):
        open_destination(desk, folder, file_name="{number}.csv.age")
