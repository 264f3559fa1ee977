"""Behind every door: what was answered is kept, what was cut off never taken in."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ingest.doors.reception import Reception, Sender
from ingest.doors.refusals import (
    NoRoomError,
    QuotaError,
    TakenAlreadyError,
    TooLargeError,
    WrongOffsetError,
)
from ingest.doors.spool import Spool
from kamizero.errors import MissingError, StoreError
from storage import devices
from storage.people import WrongLoginError
from storage.tables import AuditEvent, Upload
from tests.desk import Desk
from tests.doors import DEVICE, PARTIAL, PASSWORD, House
from tests.scanner import saved, sheet

SCAN = saved(sheet(1), "PNG")
OTHER = saved(sheet(2), "PNG")


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    return House(desk, tmp_path / "incoming", quiet_seconds=10.0)


@pytest.fixture
def sender(house: House) -> Sender:
    return house.add_device()


@pytest.fixture
def door(house: House) -> Reception:
    return house.reception("ftp")


def send(
    door: Reception,
    sender: Sender,
    name: str = "scan.png",
    data: bytes = SCAN,
    *,
    session: str | None = "one",
) -> None:
    transfer = door.begin(sender, name, session=session)
    transfer.append(data)
    transfer.complete()


def replace_spool(house: House, spool: Spool) -> Reception:
    """The FTP door of this house over another spool."""
    house.spool = spool
    return house.reception("ftp")


def cut(
    door: Reception, sender: Sender, name: str = "scan.png", data: bytes = SCAN[:100]
) -> None:
    transfer = door.begin(sender, name, session="cut")
    transfer.append(data)
    transfer.abort()


def test_a_whole_file_is_taken_once_it_is_quiet(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender)

    assert house.taker.look() == []
    house.monotonic += 9.9
    assert house.taker.look() == []
    house.monotonic += 0.1
    assert len(house.taker.look()) == 1
    assert house.jobs() == [[("scan.png", "taken", SCAN)]]
    assert house.waiting_files() == []
    assert house.take() == []


def test_the_files_of_one_session_are_one_job_in_their_order(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, "b.png", OTHER)
    send(door, sender, "a.png", SCAN)
    send(door, sender, "c.png", saved(sheet(3), "PNG"), session="two")

    house.take()

    names = [[name for name, _, _ in job] for job in house.jobs()]
    assert names == [["b.png", "a.png"], ["c.png"]]


def test_a_session_waits_while_its_sender_still_sends(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, "a.png")
    transfer = door.begin(sender, "b.png", session="one")
    assert house.take() == []

    transfer.append(OTHER)
    transfer.complete()
    house.take()

    assert [len(job) for job in house.jobs()] == [2]


def test_a_file_closed_after_every_page_is_taken_whole(
    house: House, door: Reception, sender: Sender
) -> None:
    pages = [SCAN[:200], SCAN[200:400], SCAN[400:]]
    send(door, sender, data=pages[0])
    for n, page in enumerate(pages[1:]):
        house.taker.look()
        house.monotonic += 9
        transfer = door.go_on(sender, "scan.png", session=f"again-{n}")
        transfer.append(page)
        transfer.complete()
        assert house.taker.look() == []

    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


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


def test_nothing_is_added_to_a_file_that_was_taken(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender)
    house.take()

    with pytest.raises(TakenAlreadyError, match="whole of it again"):
        door.go_on(sender, "scan.png", session="two")


def test_a_file_that_is_added_to_while_it_is_taken_is_taken_when_it_is_quiet(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, data=SCAN)
    (group,) = list(house.taker._sessions())
    transfer = door.go_on(sender, "scan.png", session="one")

    with pytest.raises(Exception, match="writes on"):
        house.taker._take(group)
    transfer.complete()

    assert house.jobs() == []
    house.take()
    assert [len(job) for job in house.jobs()] == [1]


def test_the_same_transfer_again_is_one_arrival(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, session="one")
    house.take()
    send(door, sender, session="retry")
    house.take()

    assert [len(job) for job in house.jobs()] == [1]
    assert house.uploads()[1] == ("scan.png", "discarded", "repeated")


def test_the_same_bytes_under_another_name_are_a_second_arrival(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, "a.png", session="one")
    send(door, sender, "b.png", session="two")

    house.take()

    states = [state for job in house.jobs() for _, state, _ in job]
    assert states == ["taken", "duplicate"]


def test_two_senders_may_use_one_name_at_once(
    house: House, door: Reception, sender: Sender
) -> None:
    other = house.add_device("mfp-2", site="OSAKA")
    mine = door.begin(sender, "scan.png", session="one")
    theirs = door.begin(other, "scan.png", session="one")
    mine.append(SCAN)
    theirs.append(OTHER)
    mine.complete()
    theirs.complete()

    house.take()

    assert sorted(house.jobs()) == sorted(
        [[("scan.png", "taken", SCAN)], [("scan.png", "taken", OTHER)]]
    )


def test_one_account_may_send_one_name_twice_at_once(
    house: House, door: Reception, sender: Sender
) -> None:
    first = door.begin(sender, "scan.png", session="one")
    second = door.begin(sender, "scan.png", session="two")
    for transfer, data in ((first, SCAN), (second, OTHER)):
        transfer.append(data)
        transfer.complete()

    house.take()

    assert [len(job) for job in house.jobs()] == [1, 1]


def test_a_name_used_again_in_another_session_replaces_nothing(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, data=SCAN, session="one")
    send(door, sender, data=OTHER, session="two")

    house.take()

    assert [len(job) for job in house.jobs()] == [1, 1]


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


def test_a_file_with_an_unfinished_name_waits_for_its_own(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, "scan.png.filepart")
    assert house.take() == []

    door.rename(sender, "scan.png.filepart", "scan.png")
    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_file_that_never_gets_its_name_is_taken_after_a_day(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, "scan.tmp")

    house.now += PARTIAL
    house.take()

    assert house.jobs() == [[("scan.tmp", "taken", SCAN)]]


def test_side_files_are_answered_and_not_taken(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, "job1/NETSCAN.XST", b"log")
    send(door, sender, "job1/00000001.PNG")

    house.take()

    assert house.jobs() == [[("job1/00000001.PNG", "taken", SCAN)]]
    assert house.waiting_files() == []


def test_an_empty_file_is_recorded_as_refused(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender, data=b"")

    house.take()

    assert house.jobs() == [[("scan.png", "refused", b"")]]


def test_a_sender_may_take_back_what_waits_and_nothing_else(
    house: House, door: Reception, sender: Sender
) -> None:
    other = house.add_device("mfp-2")
    send(door, sender)

    with pytest.raises(MissingError):
        door.withdraw(other, "scan.png")
    door.withdraw(sender, "scan.png")

    assert house.take() == []
    assert house.waiting_files() == []


def test_a_full_disk_is_told_before_and_while_a_file_comes(
    desk: Desk, tmp_path: Path
) -> None:
    house = House(desk, tmp_path / "incoming", free_bytes=10**18)
    sender = house.add_device()

    with pytest.raises(NoRoomError, match="send it again later"):
        house.reception("ftp").begin(sender, "scan.png", session="one")

    assert house.uploads() == []
    assert house.waiting_files() == []


def test_a_disk_that_fills_up_while_a_file_comes_is_told(house: House) -> None:
    full = os.open("/dev/full", os.O_WRONLY)

    with pytest.raises(NoRoomError, match="send it again later"):
        house.spool.write("0" * 32, full, b"scan", 0)

    os.close(full)


def test_nothing_is_answered_that_could_not_be_synced(
    house: House, sender: Sender
) -> None:
    class Unsyncable(Spool):
        def sync(self, token: str, handle: int) -> None:
            raise NoRoomError(f"No room for {token}, {handle}.")

    door = replace_spool(house, Unsyncable(house.folder, free_bytes=0))
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(SCAN)

    with pytest.raises(NoRoomError):
        transfer.complete()
    transfer.abort()

    assert house.uploads() == [("scan.png", "open", None)]
    assert house.take() == []


def test_a_file_that_is_too_long_is_refused_before_it_is_written(
    desk: Desk, tmp_path: Path
) -> None:
    house = House(desk, tmp_path / "incoming", file_bytes=1000)
    sender = house.add_device()
    door = house.reception("ftp")
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(bytes(1000))

    with pytest.raises(TooLargeError, match="1,000 bytes"):
        transfer.append(b"x")
    with pytest.raises(TooLargeError):
        door.begin(sender, "declared.png", session="one", size=1001)

    transfer.abort()


def test_a_quota_counts_what_was_answered_within_a_day(
    house: House, door: Reception
) -> None:
    sender = house.add_device("small", daily_bytes=len(SCAN) + 10)
    send(door, sender)

    transfer = door.begin(sender, "more.png", session="two")
    with pytest.raises(QuotaError, match="10 more bytes"):
        transfer.append(bytes(11))
    transfer.append(bytes(10))
    transfer.complete()
    with pytest.raises(QuotaError, match="small has brought"):
        door.begin(sender, "third.png", session="three")
    house.now += timedelta(days=1, seconds=1)
    send(door, sender, "tomorrow.png", session="four")


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


def test_a_store_that_fails_leaves_the_file_waiting(
    house: House, door: Reception, sender: Sender
) -> None:
    class Failing:
        def receive(self, *_: object, **__: object) -> int:
            raise StoreError("The disk is full.")

    send(door, sender)
    broken = replace(house.taker, intake=Failing(), quiet_seconds=0.0, _seen={})
    broken.look()
    assert broken.look() == []

    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]
    with house.database.look() as session:
        assert session.scalars(select(Upload.tries)).all() == [1]


def test_a_file_that_stops_the_program_is_kept_unopened_and_alone(
    house: House, door: Reception, sender: Sender
) -> None:
    class Stopped(BaseException):
        """As a crash in a decoder's own code is: nothing in Python sees it."""

    class Crashing:
        def __init__(self) -> None:
            self.intake = house.taker.intake

        def receive(self, files, delivery, *, within):  # type: ignore[no-untyped-def]
            if any(file.source == "bad.png" and not file.refusal for file in files):
                raise Stopped
            return self.intake.receive(files, delivery, within=within)

    send(door, sender, "good.png")
    send(door, sender, "bad.png", OTHER)
    for _ in range(10):
        # A program that starts anew after each crash.
        taker = replace(house.taker, intake=Crashing(), quiet_seconds=0.0, _seen={})
        for _ in range(2):
            try:
                taker.look()
            except Stopped:
                break

    assert sorted(house.jobs()) == [
        [("bad.png", "refused", OTHER)],
        [("good.png", "taken", SCAN)],
    ]


def test_a_day_of_receiving_is_the_day_of_the_transfer(
    house: House, door: Reception, sender: Sender
) -> None:
    send(door, sender)
    day = house.now.date()
    house.now += timedelta(days=2)

    house.take()

    assert house.received_on() == [day]


def test_bytes_without_a_row_are_swept_when_they_are_old(house: House) -> None:
    path = house.spool.path("0" * 32)
    path.write_bytes(b"left by a kill between file and row")
    house.sweeper.sweep()
    assert path.exists()

    os.utime(path, (0, 0))
    house.sweeper.sweep()

    assert not path.exists()


def test_a_device_enters_with_its_password_until_it_is_removed(house: House) -> None:
    house.add_device("mfp-9", site="OSAKA")

    assert house.doorkeeper.admit("mfp-9", PASSWORD).site == "OSAKA"
    with pytest.raises(WrongLoginError):
        house.doorkeeper.admit("mfp-9", "wrong")
    with house.database.begin() as session:
        devices.remove_device(session, name="mfp-9", now=house.now)
    fresh = house.restarted()
    with pytest.raises(WrongLoginError):
        fresh.doorkeeper.admit("mfp-9", PASSWORD)


def test_many_wrong_passwords_lock_a_device_for_a_while(house: House) -> None:
    house.add_device(DEVICE)
    for _ in range(5):
        with pytest.raises(WrongLoginError):
            house.doorkeeper.admit(DEVICE, "wrong")

    with pytest.raises(WrongLoginError, match="locked until"):
        house.restarted().doorkeeper.admit(DEVICE, PASSWORD)
    house.now += timedelta(minutes=11)

    assert house.doorkeeper.admit(DEVICE, PASSWORD).name == DEVICE
