"""What was answered is taken into the intake: once, whole and in its order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ingest.doors.reception import Reception
from ingest.doors.refusals import TakenAlreadyError
from ingest.doors.senders import Sender
from kamizero.errors import MissingError, StoreError
from storage.tables import Upload
from tests.doors import PARTIAL, House
from tests.scanner import saved, sheet
from tests.transfers import OTHER, SCAN, send


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
