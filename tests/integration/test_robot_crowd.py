"""Robots killed before, during and after they register, on a smaller scale."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bench.robots.__main__ import outcome_of
from bench.robots.one import MOMENTS, looker, robot
from delivery.robots.lost import gather_all_lost
from examples.robots.legacy_screen import LegacyHost
from examples.robots.queue_client import (
    HostRefusesError,
    Item,
    QueueClient,
    Registered,
    work,
)
from tests.desk import Desk
from tests.robots import approved, open_queue, robot_of, states
from tests.served import ServedOffice


class KilledError(Exception):
    """Stands for SIGKILL: nothing after it happens."""


@pytest.fixture
def host() -> Iterator[LegacyHost]:
    made = LegacyHost()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def served(desk: Desk) -> Iterator[ServedOffice]:
    office = ServedOffice(desk)
    yield office
    office.stop()


def client_of(served: ServedOffice) -> QueueClient:
    token = robot_of(served.office).client.headers["Authorization"]
    return QueueClient(served.address, token.removeprefix("Bearer "), "host")


def test_nothing_is_registered_twice_or_missing_whenever_robots_are_killed(
    served: ServedOffice, host: LegacyHost
) -> None:
    office = served.office
    open_queue(office, max_attempts=100)
    for _ in range(2):
        approved(office, entries=4)
    client = client_of(served)
    killed: list[str] = []

    def die_at(moment: str) -> None:
        def die(now: str) -> None:
            if now == moment:
                killed.append(moment)
                raise KilledError

        with pytest.raises(KilledError):
            robot(client, host.address, die)

    def live(_: int) -> None:
        while robot(client, host.address, lambda _: None):
            pass

    def next_shift() -> None:
        office.now += timedelta(minutes=6)
        gather_all_lost(office.desk.database, now=office.now)
        looker(client, host.address)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(2):
            list(pool.map(die_at, MOMENTS))
            next_shift()
        list(pool.map(live, range(4)))

    found = outcome_of(office.desk.database, host)
    assert (found.entries, found.twice, found.missing) == (8, 0, 0)
    assert (found.unsettled, found.ledger) == (0, True)
    assert sorted(killed) == sorted(MOMENTS * 2)
    # Those that died between `committing` and `complete`.
    assert found.doubted == 4


def test_the_loop_of_the_client_answers_for_whatever_happens_on_the_screen(
    served: ServedOffice,
) -> None:
    office = served.office
    open_queue(office, max_attempts=1)
    approved(office, entries=4)
    client = client_of(served)

    def register(item: Item, commit: object) -> Registered:
        assert callable(commit)
        if item.n == 2:
            raise HostRefusesError("E104")
        if item.n == 3:
            raise OSError("before the button")
        commit()
        if item.n == 4:
            raise OSError("after the button")
        return Registered("H-1")

    for _ in range(2):
        with pytest.raises(OSError, match="the button"):
            work(client, register, goes_on=lambda: True)
    done = work(client, register, goes_on=lambda: True)

    assert done == 0
    assert states(office) == ["registered", "rejected", "pending", "in_doubt"]
