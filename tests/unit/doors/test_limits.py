"""A sender is told where there is no room, no quota, or a file is too long."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.doors.reception import Reception
from ingest.doors.refusals import NoRoomError, QuotaError, TooLargeError
from ingest.doors.senders import Sender
from ingest.doors.spool import Spool
from tests.desk import Desk
from tests.doors import House
from tests.transfers import SCAN, send


def replace_spool(house: House, spool: Spool) -> Reception:
    """The FTP door of this house over another spool."""
    house.spool = spool
    return house.reception("ftp")


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
