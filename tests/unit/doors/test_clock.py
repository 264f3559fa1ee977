"""A clock that is wrong, and is set right: nothing is lost, nothing waits for years."""

from datetime import timedelta

import pytest

from ingest.doors.reception import Reception
from ingest.doors.senders import Sender
from storage.lockout import WrongLoginError
from tests.doors import DEVICE, PASSWORD, House
from tests.transfers import OTHER, SCAN, cut, send

YEARS = timedelta(days=2_000)
JUMPS = pytest.mark.parametrize("jump", [YEARS, -YEARS], ids=["forward", "back"])


@JUMPS
def test_what_was_answered_before_the_clock_was_set_is_taken(
    house: House, door: Reception, sender: Sender, jump: timedelta
) -> None:
    send(door, sender, "a.png", SCAN, session="one")
    house.now += jump
    send(door, sender, "b.png", OTHER, session="two")
    house.sweeper.sweep()

    house.take()

    assert sorted(house.jobs()) == [
        [("a.png", "taken", SCAN)],
        [("b.png", "taken", OTHER)],
    ]


@JUMPS
def test_a_clock_set_in_the_middle_of_a_file_does_it_no_harm(
    house: House, door: Reception, sender: Sender, jump: timedelta
) -> None:
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(SCAN[:100])
    house.now += jump
    house.sweeper.sweep()
    transfer.append(SCAN[100:])
    transfer.complete()

    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


@JUMPS
def test_an_end_in_doubt_and_an_unfinished_name_wait_no_longer_than_they_would(
    house: House, door: Reception, sender: Sender, jump: timedelta
) -> None:
    transfer = door.begin(sender, "scan.png", session="one")
    transfer.append(SCAN)
    transfer.complete(doubtful=True)
    send(door, sender, "scan.tmp", OTHER, session="two")

    house.now += jump
    house.sweeper.sweep()
    house.take()

    assert sorted(name for job in house.jobs() for name, _, _ in job) == [
        "scan.png",
        "scan.tmp",
    ]


def test_a_beginning_goes_on_after_the_clock_was_set_back(
    house: House, door: Reception, sender: Sender
) -> None:
    cut(door, sender)
    house.now -= YEARS
    house.sweeper.sweep()

    transfer = door.go_on(sender, "scan.png", session="two")
    transfer.append(SCAN[100:])
    transfer.complete()
    house.take()

    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_beginning_that_a_wrong_clock_ended_is_sent_whole(
    house: House, door: Reception, sender: Sender
) -> None:
    cut(door, sender)
    house.now += YEARS
    house.sweeper.sweep()

    send(door, sender)
    house.take()

    assert house.uploads()[0] == ("scan.png", "discarded", "expired")
    assert house.jobs() == [[("scan.png", "taken", SCAN)]]


def test_a_lock_of_before_the_clock_was_set_back_is_no_lock(house: House) -> None:
    house.add_device()
    for _ in range(5):
        with pytest.raises(WrongLoginError):
            house.doorkeeper.admit(DEVICE, "wrong")

    house.now -= YEARS

    assert house.doorkeeper.admit(DEVICE, PASSWORD).name == DEVICE
