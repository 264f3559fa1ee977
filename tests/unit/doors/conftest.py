"""A house with one device and its FTP door, without any network."""

from pathlib import Path

import pytest

from ingest.doors.reception import Reception
from ingest.doors.senders import Sender
from tests.desk import Desk
from tests.doors import House


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    return House(desk, tmp_path / "incoming", quiet_seconds=10.0)


@pytest.fixture
def sender(house: House) -> Sender:
    return house.add_device()


@pytest.fixture
def door(house: House) -> Reception:
    return house.reception("ftp")
