"""Subscribing over the API: secrets shown once, and none of other sites."""

from typing import Any

import pytest
from sqlalchemy import select

from delivery.events import subscriptions
from kamizero.model import Role
from storage import site_rights, sites
from storage.tables import ApiToken, IdempotentAnswer
from tests.office import Office

SCOPES = ("subscriptions:read", "subscriptions:write")
PATH = "/api/v1/subscriptions"
URL = "https://robots.example/in"


def post(robot: Any, path: str = "", *, key: str = "1", **body: Any) -> Any:
    return robot.post(PATH + path, json=body, headers={"Idempotency-Key": key})


def test_a_secret_is_shown_once_and_kept_in_no_answer(office: Office) -> None:
    robot = office.robot(*SCOPES)

    first = post(robot, url=URL, name="host")
    again = post(robot, url=URL, name="host")
    rotated = post(robot, "/host/rotate", key="2", overlap_hours=1)

    assert first.status_code == 201
    assert first.headers["location"] == f"{PATH}/host"
    assert first.json()["secret"].startswith("whsec_")
    assert again.json() == {**first.json(), "secret": None}
    assert rotated.json()["secret"] not in (None, first.json()["secret"])
    with office.desk.database.look() as session:
        kept = str(session.scalars(select(IdempotentAnswer.body)).all())
    assert "whsec_" not in kept
    assert "secret" not in robot.get(f"{PATH}/host").json()


def test_who_leaves_is_told_nothing_and_stays_in_the_list(office: Office) -> None:
    robot = office.robot(*SCOPES)
    name = post(robot, url=URL).json()["name"]

    gone = [robot.delete(f"{PATH}/{name}").status_code for _ in range(2)]

    (left,) = robot.get(PATH).json()["items"]
    assert (gone, left["state"]) == ([204, 204], "ended")
    assert post(robot, f"/{name}/enable", key="2").status_code == 409
    assert post(robot, f"/{name}/replay", key="3", after=0).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"url": "ftp://x.example"}, 400),
        ({"url": URL, "types": ["other.*"]}, 400),
        ({"url": URL, "types": []}, 422),
        ({"url": URL, "secret": "whsec_c2hvcnQ="}, 400),
        ({"url": URL, "name": "Host"}, 400),
        ({"url": URL, "site": "NOWHERE"}, 400),
        ({}, 422),
    ],
)
def test_what_cannot_be_a_subscription_is_refused(
    office: Office, wrong: dict[str, Any], status: int
) -> None:
    robot = office.robot(*SCOPES)

    assert post(robot, **wrong).status_code == status
    assert robot.get(PATH).json()["items"] == []


def test_who_reaches_one_site_subscribes_to_its_events_alone(office: Office) -> None:
    robot = office.robot(*SCOPES)
    with office.desk.database.begin() as session:
        sites.know(session, "NARA")
        key = session.scalars(select(ApiToken)).one()
        site_rights.keep_to_sites(session, key, ["NARA"], now=office.now)
        subscriptions.subscribe(
            session,
            office.desk.vault,
            office.app.state.rooms.gate,
            name="other",
            url=URL,
            actor="ken",
            now=office.now,
        )

    everything = post(robot, url=URL, name="all")
    own = post(robot, url=URL, name="nara", site="NARA", key="2")

    assert (everything.status_code, own.status_code) == (403, 201)
    assert [one["name"] for one in robot.get(PATH).json()["items"]] == ["nara"]
    assert robot.get(f"{PATH}/other").status_code == 404
    assert robot.delete(f"{PATH}/other").status_code == 404


def test_an_administrator_subscribes_from_the_browser(office: Office) -> None:
    ada = office.person("ada", Role.ADMINISTRATOR)
    head = {"X-CSRF-Token": ada.csrf, "Idempotency-Key": "1"}

    answer = ada.client.post(PATH, json={"url": URL, "name": "host"}, headers=head)

    assert answer.status_code == 201
    assert answer.json()["made_by"] == "ada"
