"""Approved records on their way over the API, and the programs that take them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from forms.standards import Standards
from kamizero.model import Role
from storage import audit, site_rights, sites
from storage.clocks import start_clock
from storage.tables import ApiToken, AuditEvent, Clock, Entry
from tests.desk import LATER, PAPER
from tests.office import Office
from tests.statements import statements

READ, WRITE = "deliveries:read", "deliveries:write"
# Three business days until whoever waits for the record has it.
UNTIL_DELIVERY = """
revisions:
  - from: 2000-01-01
    others:
      priority: 20
      terms:
        electronic: {business_days: 3, ends: delivery}
        media: {business_days: 3, ends: delivery}
        paper: {business_days: 3, ends: delivery}
"""


def approved(office: Office) -> int:
    """A filing whose term ends at delivery, approved."""
    filing = office.desk.receive()
    with office.desk.database.begin() as session:
        entry = session.get_one(Entry, office.desk.entry_id(filing))
        start_clock(session, entry, standards=Standards.read(UNTIL_DELIVERY))
    office.desk.route(filing)
    office.desk.approve(filing)
    return filing


def waiting(robot: TestClient) -> list[dict[str, Any]]:
    return list(robot.get("/api/v1/deliveries").json()["items"])


def take(
    robot: TestClient, found: dict[str, Any], *, key: str = "1", **other: Any
) -> Any:
    has = {name: found[name] for name in ("version", "manifest_sha256")}
    return robot.post(
        f"/api/v1/deliveries/{found['id']}/taken",
        json={**has, **other},
        headers={"Idempotency-Key": key},
    )


def clock_of(office: Office, filing: int) -> Clock:
    with office.desk.database.look() as session:
        return session.get_one(Clock, office.desk.entry_id(filing))


def taken_events(office: Office) -> list[AuditEvent]:
    with office.desk.database.look() as session:
        events = session.query(AuditEvent).filter_by(act="delivery.taken")
        return list(events)


def test_what_is_approved_waits_with_the_version_that_was_signed(
    office: Office,
) -> None:
    office.waiting()
    filing = approved(office)
    robot = office.robot(READ, "filings:read")

    (found,) = waiting(robot)

    record = robot.get(f"/api/v1/filings/{filing}").json()
    assert (found["filing"], found["n"], found["version"]) == (filing, 1, 1)
    assert found["state"] == "pending"
    assert found["manifest_sha256"] == record["approval"]["manifest_sha256"]
    assert robot.get(f"/api/v1/deliveries/{found['id']}").json() == found


def test_a_term_ends_when_a_program_takes_the_record(office: Office) -> None:
    filing = approved(office)
    robot = office.robot(READ, WRITE)
    before = clock_of(office, filing).ended_by

    answer = take(robot, waiting(robot)[0])

    clock = clock_of(office, filing)
    assert (answer.status_code, answer.json()["state"]) == (200, "taken")
    assert before is None
    assert (clock.ended_by, clock.on_time) == ("delivery", True)
    assert waiting(robot) == []


def test_taking_is_an_event_in_the_chain_that_names_no_person_of_the_filing(
    office: Office,
) -> None:
    approved(office)
    robot = office.robot(READ, WRITE, "events:read")

    take(robot, waiting(robot)[0])
    audit.seal(office.desk.database, office.desk.store, now=LATER)

    listed = robot.get("/api/v1/events?limit=200")
    types = [one["type"] for one in listed.json()["items"]]
    assert types.count("kamizero.delivery.taken") == 1
    assert [event.actor for event in taken_events(office)] == ["robot"]
    assert not any(value in listed.text for value in PAPER.values())


@pytest.mark.parametrize("keys", [("1", "1"), ("1", "2")], ids=["again", "anew"])
def test_a_record_is_taken_once_however_often_it_is_said(
    office: Office, keys: tuple[str, str]
) -> None:
    approved(office)
    robot = office.robot(READ, WRITE)
    (found,) = waiting(robot)

    first, second = (take(robot, found, key=key) for key in keys)

    assert first.json() == second.json()
    assert len(taken_events(office)) == 1


@pytest.mark.parametrize("stale", [{"version": 2}, {"manifest_sha256": "0" * 64}])
def test_a_program_with_another_version_takes_nothing(
    office: Office, stale: dict[str, Any]
) -> None:
    filing = approved(office)
    robot = office.robot(READ, WRITE)
    (found,) = waiting(robot)

    answer = take(robot, found, **stale)

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:kamizero:problem:other_record"
    assert waiting(robot) == [found]
    assert clock_of(office, filing).ended_by is None


def test_a_refused_answer_can_be_sent_rightly_with_the_same_key(
    office: Office,
) -> None:
    approved(office)
    robot = office.robot(READ, WRITE)
    (found,) = waiting(robot)

    refused = take(robot, found, version=2)
    answer = take(robot, found)

    assert (refused.status_code, answer.status_code) == (409, 200)


@pytest.mark.parametrize(
    ("has", "status"),
    [({"manifest_sha256": "no hash"}, 422), ({"version": "first"}, 422)],
)
def test_what_is_no_version_is_a_wrong_call(
    office: Office, has: dict[str, Any], status: int
) -> None:
    approved(office)
    robot = office.robot(READ, WRITE)

    assert take(robot, waiting(robot)[0], **has).status_code == status


def test_nobody_takes_what_there_is_not(office: Office) -> None:
    robot = office.robot(READ, WRITE)
    made_up = {"id": 7, "version": 1, "manifest_sha256": "0" * 64}

    assert take(robot, made_up).status_code == 404
    assert robot.get("/api/v1/deliveries/7").status_code == 404


def test_people_see_what_waits_and_take_nothing(office: Office) -> None:
    approved(office)
    ann = office.person("ann", Role.APPROVER)

    (found,) = waiting(ann.client)
    answer = ann.client.post(
        f"/api/v1/deliveries/{found['id']}/taken",
        json={"version": 1, "manifest_sha256": found["manifest_sha256"]},
        headers={"X-CSRF-Token": ann.csrf, "Idempotency-Key": "1"},
    )

    assert answer.status_code == 403
    assert len(waiting(ann.client)) == 1


def test_deliveries_are_listed_page_by_page_at_the_same_cost(office: Office) -> None:
    filings = [approved(office) for _ in range(3)]
    robot = office.robot(READ)

    with statements(office.desk.database) as of_two:
        first = robot.get("/api/v1/deliveries?limit=2").json()
    with statements(office.desk.database) as of_one:
        second = robot.get(f"/api/v1/deliveries?after={first['next']}").json()

    assert [one["filing"] for one in first["items"] + second["items"]] == filings
    assert second["next"] is None
    assert len(of_two) == len(of_one)


def test_a_key_sees_and_takes_the_deliveries_of_its_sites_alone(
    office: Office,
) -> None:
    approved(office)
    robot = office.robot(READ, WRITE)
    (found,) = waiting(robot)
    with office.desk.database.begin() as session:
        sites.know(session, "NARA")
        key = session.query(ApiToken).one()
        site_rights.keep_to_sites(session, key, ["NARA"], now=office.now)

    answer = take(robot, found)

    assert answer.status_code == 404
    assert waiting(robot) == []
    assert taken_events(office) == []
