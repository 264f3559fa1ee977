"""The page of robots: what waits for a person there, and what they do about it."""

import pytest

from kamizero.model import Role
from tests.office import Browser, Office
from tests.robots import (
    Robot,
    approved,
    later,
    open_queue,
    registrations,
    robot_of,
    states,
)


@pytest.fixture
def rei(office: Office) -> Browser:
    return office.person("rei", Role.REVIEWER)


def doubted(office: Office) -> tuple[Robot, int]:
    """An entry whose robot was lost while it registered."""
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)
    later(office, minutes=6)
    robot.lease()
    return robot, item["id"]


def given_up(office: Office) -> tuple[Robot, int]:
    open_queue(office, max_attempts=1)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("fail", item, kind="application", code="HOST-CLOSED")
    return robot, item["id"]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("registered", "registered"), ("not_registered", "pending")],
)
def test_a_person_settles_a_doubt_once(
    office: Office, rei: Browser, outcome: str, state: str
) -> None:
    robot, item = doubted(office)
    page = rei.get("/robots").text
    path = f"/robots/host/items/{item}/settle"

    settled = rei.submit(path, outcome=outcome, host_number="R-5")
    again = rei.submit(path, outcome=outcome, host_number="R-5")

    assert "The robot was lost while it registered" in page
    assert f'data-testid="{outcome}-{item}"' in page
    assert (settled.status_code, again.status_code) == (303, 409)
    assert states(office) == [state]
    assert registrations(office) == [outcome]
    assert len(robot.lease()) == (state == "pending")


def test_a_dead_letter_is_tried_again_or_registered_by_hand(
    office: Office, rei: Browser
) -> None:
    robot, item = given_up(office)
    page = rei.get("/robots").text

    again = rei.submit(f"/robots/host/items/{item}/again")
    twice = rei.submit(f"/robots/host/items/{item}/again")
    (leased,) = robot.lease()
    early = rei.submit(f"/robots/host/items/{item}/settle", outcome="registered")
    robot.act("fail", leased, kind="application", code="HOST-CLOSED")
    by_hand = rei.submit(
        f"/robots/host/items/{item}/settle", outcome="registered", host_number="R-8"
    )

    assert "HOST-CLOSED" in page
    codes = [one.status_code for one in (again, twice, early, by_hand)]
    assert codes == [303, 409, 409, 303]
    assert states(office) == ["registered"]
    assert "HOST-CLOSED" not in rei.get("/robots").text
    assert robot.lease() == []


def test_who_only_looks_settles_nothing(office: Office) -> None:
    _, item = doubted(office)
    aya = office.person("aya", Role.AUDITOR)

    page = aya.get("/robots").text
    settled = aya.submit(f"/robots/host/items/{item}/settle", outcome="registered")

    assert 'data-testid="doubts"' in page
    assert f'data-testid="registered-{item}"' not in page
    assert settled.status_code == 403
    assert states(office) == ["in_doubt"]


def test_where_there_is_no_queue_the_page_says_how_to_make_one(
    rei: Browser,
) -> None:
    assert 'data-testid="no-queue"' in rei.get("/robots").text
