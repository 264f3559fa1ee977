"""Files that nobody fetches: taken away in time, and no entry of them lost."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from delivery.exports import destinations, expiry
from delivery.exports.folder import FolderDrop
from kamizero.errors import ConflictError, ForbiddenError
from storage import sites
from storage.tables import AuditEvent, ExpiryEnd, ExportEnd, ExportFile, Filing
from tests.answering import Host, keys, lines
from tests.desk import LATER, Desk
from tests.exporting import (
    House,
    Killed,
    alert_kinds,
    approved,
    balances,
    destination_in,
    files,
    killed,
    open_destination,
    states,
)
from workers import exporting
from workers.exporting import expire_once, plan_exports

FIRST = "shikaku-0001.csv"


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def given(desk: Desk, house: House, folder: Path, **other: Any) -> None:
    """A file of two entries lies there, and its five days are over."""
    open_destination(desk, folder, expires_days=5, **other)
    approved(desk, entries=2)
    house.plan_and_lay()
    house.clock.now += timedelta(days=5)
    plan_exports(house.rooms)


def ends(desk: Desk) -> list[tuple[str, bool]]:
    """How each file ended, and whether that is done."""
    with desk.database.look() as session:
        rows = session.scalars(select(ExportEnd).order_by(ExportEnd.file_id))
        return [(row.how, row.done_at is not None) for row in rows]


def settle(desk: Desk, house: House, how: ExpiryEnd, number: int = 1) -> int:
    with desk.database.begin() as session:
        file = session.scalars(
            select(ExportFile).where(ExportFile.number == number)
        ).one()
        return expiry.settle_expired(
            session, file, how, actor="rei", now=house.clock.now
        )


def test_a_file_that_nobody_fetched_is_removed_and_its_entries_are_in_doubt(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    house.clock.now -= timedelta(minutes=5)
    expire_once(house.rooms)
    too_early = (states(desk), len(list(folder.iterdir())))
    house.clock.now += timedelta(minutes=5)

    expire_once(house.rooms)

    assert too_early == (["taken"] * 2, 2)
    assert list(folder.iterdir()) == []
    assert states(desk) == ["in_doubt"] * 2
    assert ends(desk) == [("expired", True)]
    assert alert_kinds(desk, house) == {"exports_expired"}
    assert balances(desk)
    with desk.database.look() as session:
        acts = session.scalars(select(AuditEvent.act)).all()
        assert acts.count("export_file.expired") == 1
        assert [one.number for one in expiry.expired_files(session)] == [1]


def test_a_file_that_was_fetched_is_left_in_peace(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    (folder / FIRST).write_bytes(b"another's by now")

    expire_once(house.rooms)

    assert (folder / FIRST).exists()
    assert states(desk) == ["taken"] * 2
    assert ends(desk) == [("fetched", True)]
    assert alert_kinds(desk, house) == set()


def test_a_folder_that_is_away_says_nothing_of_its_files(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    away = folder.rename(folder.parent / "away")
    expire_once(house.rooms)
    meanwhile = ends(desk)
    away.rename(folder)

    expire_once(house.rooms)

    assert meanwhile == []
    assert ends(desk) == [("expired", True)]


@pytest.mark.parametrize("lost_at", ["before", "between", "after"])
def test_a_worker_lost_at_any_step_never_takes_an_expired_file_for_fetched(
    desk: Desk,
    house: House,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    lost_at: str,
) -> None:
    given(desk, house, folder)
    remove = FolderDrop.remove

    def once(drop: FolderDrop, name: str) -> None:
        if name == FIRST:
            raise Killed
        remove(drop, name)

    seams = {
        "before": (FolderDrop, "remove", killed),
        "between": (FolderDrop, "remove", once),
        "after": (exporting, "finish_expiry", killed),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*seams[lost_at])
        with pytest.raises(Killed):
            expire_once(house.rooms)
    half_way, unnoticed = ends(desk), alert_kinds(desk, house)

    expire_once(house.rooms)

    assert half_way == [("expired", False)]
    assert unnoticed == {"exports_left"}
    assert list(folder.iterdir()) == []
    assert states(desk) == ["in_doubt"] * 2
    assert ends(desk) == [("expired", True)]


def test_an_encrypted_file_expires_too(desk: Desk, house: House, folder: Path) -> None:
    key = str(Identity.generate().to_public())
    given(desk, house, folder, file_name="{number}.age", recipients=[key])

    expire_once(house.rooms)

    assert list(folder.iterdir()) == []
    assert ends(desk) == [("expired", True)]


def test_one_act_lets_the_entries_go_out_under_a_new_number(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    expire_once(house.rooms)

    count = settle(desk, house, ExpiryEnd.REISSUE)
    with pytest.raises(ConflictError, match="settled it before"):
        settle(desk, house, ExpiryEnd.REISSUE)
    house.plan_and_lay()

    assert count == 2
    assert files(desk) == [(1, 2, "placed"), (2, 2, "placed")]
    assert states(desk) == ["taken"] * 2
    assert (folder / "shikaku-0002.csv.done").exists()
    assert alert_kinds(desk, house) == set()
    assert balances(desk)


def test_a_file_that_expires_again_is_issued_again(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    for number in (1, 2):
        house.clock.now += timedelta(days=9)
        expire_once(house.rooms)
        settle(desk, house, ExpiryEnd.REISSUE, number)
        house.plan_and_lay()

    assert files(desk) == [(1, 2, "placed"), (2, 2, "placed"), (3, 2, "placed")]
    assert balances(desk)


def test_entries_that_the_host_has_all_the_same_go_nowhere_again(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    expire_once(house.rooms)

    settle(desk, house, ExpiryEnd.REGISTERED)
    house.plan()

    assert states(desk) == ["registered"] * 2
    assert files(desk) == [(1, 2, "placed")]
    assert balances(desk)


def test_who_sees_some_of_a_file_settles_nothing_of_it(
    desk: Desk, house: House, folder: Path
) -> None:
    open_destination(desk, folder, expires_days=5)
    approved(desk)
    there = approved(desk)
    with desk.database.begin() as session:
        sites.add_site(session, code="west", name="西", actor="ken", now=LATER)
        session.get_one(Filing, there).site = "west"
    house.plan_and_lay()
    house.clock.now += timedelta(days=5)
    expire_once(house.rooms)

    west = desk.database.within(frozenset({"west"}))
    with west.begin() as session:
        (file,) = expiry.expired_files(session)
        with pytest.raises(ForbiddenError, match="other sites"):
            expiry.settle_expired(
                session, file, ExpiryEnd.REISSUE, actor="rei", now=house.clock.now
            )

    assert states(desk) == ["in_doubt"] * 2
    assert settle(desk, house, ExpiryEnd.REISSUE) == 2


def test_a_closed_destination_issues_nothing_again(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    expire_once(house.rooms)
    with desk.database.begin() as session:
        destinations.close_destination(
            session, destination_in(session), actor="ken", now=LATER
        )

    with pytest.raises(ConflictError, match="closed"):
        settle(desk, house, ExpiryEnd.REISSUE)

    assert settle(desk, house, ExpiryEnd.REGISTERED) == 2


def test_a_host_that_answers_to_an_expired_file_is_believed(
    desk: Desk, tmp_path: Path
) -> None:
    host = Host(desk, tmp_path)
    approved(desk, entries=2)
    host.take()
    one, other = keys(desk)
    with desk.database.begin() as session:
        file = session.scalars(select(ExportFile)).one()
        expiry.begin_expiry(session, file, now=host.clock.now)
        expiry.finish_expiry(session, file, now=host.clock.now)
    host.write(f"{one},OK,,,H-1", f"{other},NG,E1,,")

    host.hear()

    assert states(desk) == ["registered", "rejected"]
    assert [state for _, state, _ in lines(desk)] == ["registered", "rejected"]
    with desk.database.look() as session:
        assert expiry.expired_files(session) == []


CHANGES = {
    "UPDATE export_end SET how = 'fetched'": "stays",
    "UPDATE export_end SET done_at = NULL": "stays",
    "DELETE FROM export_end": "rows stay",
}


def test_what_became_of_a_file_is_changed_by_nobody(
    desk: Desk, house: House, folder: Path
) -> None:
    given(desk, house, folder)
    expire_once(house.rooms)

    with desk.database.begin() as session:
        for change, words in CHANGES.items():
            with pytest.raises(IntegrityError, match=words), session.begin_nested():
                session.execute(text(change))
