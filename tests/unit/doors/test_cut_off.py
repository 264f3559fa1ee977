"""What was cut off is never taken in: it goes on, gives way, or ends after a while."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from ingest.doors.reception import Reception
from ingest.doors.refusals import WrongOffsetError
from ingest.doors.senders import Sender
from storage.tables import AuditEvent
from tests.doors import PARTIAL, House
from tests.transfers import OTHER, SCAN, cut, send


def test_what_was_cut_off_is_never_taken_and_ends_after_a_while(
    house: House, door: Reception, sender: Sender
) -> None:
    cut(door, sender)

    house.take()
    house.now += PARTIAL
    house.sweeper.sweep()
    assert house.uploads() == [("scan.png", "open", None)]
    house.now += timedelta(seconds=1)
    house.sweeper.sweep()

    assert house.uploads() == [("scan.png", "discarded", "expired")]
    assert house.waiting_files() == []
    assert house.take() == []
    assert house.jobs() == []
    with house.database.look() as session:
        acts = session.scalars(select(AuditEvent.act)).all()
    assert "upload.discarded" in acts


def test_what_was_cut_off_goes_on_where_it_broke(
    house: House, door: Reception, sender: Sender
) -> None:
    cut(door, sender, data=SCAN[:100])

    transfer = door.go_on(sender, "scan.png", session="again")
    assert transfer.length == 100
    transfer.append(SCAN[100:])
    transfer.complete()
    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_connection_that_hangs_loses_its_file_to_the_one_that_goes_on(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, data=SCAN[:100])
    hanging = door.go_on(sender, "scan.png", session="one")
    hanging.append(b"half")
    again = door.go_on(sender, "scan.png", session="two")
    again.cut(100)
    again.append(SCAN[100:])

    with pytest.raises(WrongOffsetError, match="Another connection"):
        hanging.append(b"late")
    hanging.abort()
    again.complete()
    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_killed_program_finds_what_it_had_begun(
    house: House, door: Reception, sender: Sender
) -> None:
    transfer = door.begin(sender, "half.png", session="one")
    transfer.append(SCAN[:100])
    send(door, sender, "whole.png")

    after = house.restarted()
    after.sweeper.sweep()
    after.take()

    assert after.jobs() == [[("whole.png", "taken", SCAN)]]
    found = after.reception("ftp").find(sender, "half.png")
    assert found is not None
    assert found.length == 100
    transfer.leave()


def test_pages_that_were_answered_outlive_a_page_that_was_cut_off(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender)
    transfer = door.go_on(sender, "scan.png", session="one")
    transfer.append(b"half a page")
    transfer.abort()

    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_pages_that_were_answered_outlive_a_kill_while_one_is_added(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender)
    transfer = door.go_on(sender, "scan.png", session="one")
    transfer.append(b"half a page")

    after = house.restarted()
    after.sweeper.sweep()
    after.take()

    assert after.jobs() == [[("scan.png", "taken", SCAN)]]
    transfer.leave()


def test_a_retry_replaces_what_was_cut_off(
    house: House, door: Reception, sender: Sender
) -> None:
    cut(door, sender)
    send(door, sender)
    assert len(house.waiting_files()) == 1

    house.take()

    assert house.uploads()[0] == ("scan.png", "discarded", "replaced")
    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


@pytest.mark.parametrize(
    ("second", "states"), [(SCAN, ["discarded", "whole"]), (OTHER, ["whole", "whole"])]
)
def test_an_end_in_doubt_gives_way_to_the_whole_of_its_own_file_alone(
    house: House, door: Reception, sender: Sender, second: bytes, states: list[str]
) -> None:
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(SCAN[:100])
    transfer.complete(doubtful=True)

    send(door, sender, data=second, session="two")

    assert [state for _, state, _ in house.uploads()] == states


def test_an_end_in_doubt_is_not_taken_before_its_sender_had_time_to_return(
    house: House, door: Reception, sender: Sender
) -> None:
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(SCAN)
    transfer.complete(doubtful=True)

    assert house.take() == []
    house.now += timedelta(minutes=11)
    house.sweeper.sweep()
    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_sender_that_returns_from_an_end_in_doubt_was_cut_off_there(
    house: House, door: Reception, sender: Sender
) -> None:
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(SCAN[:100])
    transfer.complete(doubtful=True)
    again = door.go_on(sender, "scan.png", session="two")
    again.append(SCAN[100:200])
    again.abort()

    assert house.take() == []
    found = door.find(sender, "scan.png")

    assert found is not None
    assert (found.length, found.is_whole) == (200, False)


def test_bytes_leave_no_hole(door: Reception, sender: Sender) -> None:
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(b"1234")

    with pytest.raises(WrongOffsetError):
        transfer.write(b"x", at=5)
    with pytest.raises(WrongOffsetError):
        transfer.cut(5)
    transfer.cut(2)
    transfer.append(b"z")

    assert transfer.length == 3
    transfer.abort()


def test_bytes_without_a_row_are_swept_when_they_are_old(house: House) -> None:
    path = house.spool.path("0" * 32)
    path.write_bytes(b"left by a kill between file and row")
    house.sweeper.sweep()
    assert path.exists()

    os.utime(path, (0, 0))
    house.sweeper.sweep()

    assert not path.exists()
