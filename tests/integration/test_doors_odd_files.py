"""Whatever is sent, each door keeps it as it came and says what is wrong with it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.tables import Arrival
from tests.desk import Desk
from tests.doors import House
from tests.odd_files import ODD
from tests.open_doors import DOORS, opened


@pytest.mark.parametrize("door", DOORS)
def test_what_cannot_be_taken_is_kept_refused_by_name_and_holds_up_nothing(
    door: str, desk: Desk, tmp_path: Path
) -> None:
    house = House(desk, tmp_path / "incoming")
    with opened(door, house, tmp_path) as client:
        for name, (data, _) in ODD.items():
            client.send(name, data)
        house.take()

    kept = {name: data for job in house.jobs() for name, _, data in job}
    with desk.database.look() as session:
        refused = {
            arrival.source: (arrival.error_code, bool(arrival.error_message))
            for arrival in session.scalars(select(Arrival))
        }
    assert kept == {name: data for name, (data, _) in ODD.items()}
    assert refused == {name: (code, bool(code)) for name, (_, code) in ODD.items()}
    assert house.waiting_files() == []


@pytest.mark.parametrize("door", DOORS)
def test_a_clock_that_is_wrong_loses_and_doubles_nothing(
    door: str, desk: Desk, tmp_path: Path
) -> None:
    house = House(desk, tmp_path / "incoming")
    sent = {f"{n}.txt": b"paper %d" % n for n in range(3)}
    with opened(door, house, tmp_path) as client:
        for year, (name, data) in zip((2026, 2019, 2040), sent.items(), strict=True):
            house.now = house.now.replace(year=year)
            client.send(name, data)
            house.sweeper.sweep()
        house.take()

    kept = [(name, data) for job in house.jobs() for name, _, data in job]
    assert sorted(kept) == sorted(sent.items())


@pytest.mark.parametrize("door", DOORS)
def test_a_hundred_files_at_once_are_all_taken(
    door: str, desk: Desk, tmp_path: Path
) -> None:
    house = House(desk, tmp_path / "incoming")
    sent = {f"{n:03}.txt": b"paper %d" % n for n in range(100)}
    with opened(door, house, tmp_path) as client:
        with ThreadPoolExecutor(10) as senders:
            list(senders.map(client.send, sent, sent.values()))
        house.take()

    kept = [(name, data) for job in house.jobs() for name, _, data in job]
    assert sorted(kept) == sorted(sent.items())
