"""Doors show how they are, and a process that is gone or hangs shows as that."""

import fcntl
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.doors.reception import Reception
from ingest.doors.senders import Sender
from ingest.doors.signs import Sign, Signs, Way, seen
from kamizero.cli import slots
from kamizero.cli.clock import now
from kamizero.cli.door_signs import doors_now
from kamizero.errors import StoreError
from kamizero.settings import Settings
from tests.doors import House
from tests.transfers import send

STOPPED = threading.Event()
STOPPED.set()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, ftp_port=2121, watch_dir=tmp_path / "scans")


@pytest.fixture
def kept(settings: Settings) -> Iterator[None]:
    """A process lives that keeps the doors."""
    held = slots.wait_for_doors(settings.data_dir, wanted=lambda: True)
    assert held is not None
    with held:
        yield


def show(settings: Settings, **doors: Sign) -> None:
    signs = Signs(slots.door_signs(settings.data_dir), now)
    for name, sign in doors.items():
        signs.show(name.replace("_", " "), sign)
    signs.beat(STOPPED)


@pytest.mark.usefixtures("kept")
def test_each_door_of_the_settings_is_as_it_was_shown(settings: Settings) -> None:
    show(settings, taking=Sign(Way.OPEN), ftp=Sign(Way.OPEN, 2121))
    before = doors_now(settings)
    show(settings, taking=Sign(Way.OPEN), watched_folder=Sign(Way.AWAY, why="store"))
    after = doors_now(settings)

    # What was not shown yet is not open yet.
    assert before == {
        "taking": Sign(Way.OPEN),
        "ftp": Sign(Way.OPEN, 2121),
        "watched folder": Sign(Way.CLOSED),
    }
    assert after["ftp"] == Sign(Way.CLOSED)
    assert after["watched folder"] == Sign(Way.AWAY, why="store")


def test_the_doors_of_a_dead_process_are_closed(settings: Settings) -> None:
    show(settings, taking=Sign(Way.OPEN), ftp=Sign(Way.OPEN, 2121))

    assert {sign.way for sign in doors_now(settings).values()} == {Way.CLOSED}


@pytest.mark.usefixtures("kept")
def test_the_doors_of_a_process_that_hangs_are_closed(settings: Settings) -> None:
    signs = Signs(
        slots.door_signs(settings.data_dir), lambda: now() - timedelta(seconds=21)
    )
    signs.show("ftp", Sign(Way.OPEN, 2121))
    signs.beat(STOPPED)

    assert doors_now(settings)["ftp"] == Sign(Way.CLOSED)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("written", ["", "{", json.dumps({"at": "now", "doors": {}})])
def test_signs_that_cannot_be_read_are_none(settings: Settings, written: str) -> None:
    slots.door_signs(settings.data_dir).write_text(written)

    assert doors_now(settings)["ftp"] == Sign(Way.CLOSED)


def test_looking_at_the_doors_takes_no_right_to_keep_them(settings: Settings) -> None:
    assert not slots.are_doors_kept(settings.data_dir)

    held = slots.wait_for_doors(settings.data_dir, wanted=lambda: True)

    assert held is not None
    assert slots.are_doors_kept(settings.data_dir)
    fcntl.flock(held, fcntl.LOCK_UN)
    assert not slots.are_doors_kept(settings.data_dir)
    held.close()


def test_a_place_that_cannot_be_written_closes_no_door(tmp_path: Path) -> None:
    signs = Signs(tmp_path / "none" / "doors.json", now)

    signs.beat(STOPPED)

    assert seen(signs.path) is None


def test_a_taking_that_fails_says_so_until_it_works_again(
    house: House, door: Reception, sender: Sender
) -> None:
    class Failing:
        def receive(self, *_: object, **__: object) -> int:
            raise StoreError("The disk is full.")

    send(door, sender)
    broken = replace(house.taker, intake=Failing(), quiet_seconds=0.0, _seen={})
    broken.look()
    broken.look()
    assert broken.trouble == "store"

    broken.intake = house.taker.intake
    house.monotonic += 10
    while not house.jobs():
        broken.look()

    assert broken.trouble is None
