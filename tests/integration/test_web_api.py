"""The API: records without numbers, problems with stable names, POSTs done once."""

from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from kamizero.model import Role
from storage import audit
from storage.originals import keep
from storage.tables import Approval, AuditEvent, Original
from storage.words import MASK
from tests.desk import LATER, PAPER
from tests.office import Office

READ = "filings:read"
FILE = {"files": ("scan.png", b"bytes of a scan")}


def send_job(client: TestClient, *, key: str, **more: Any) -> Any:
    return client.post(
        "/api/v1/jobs", files=more.pop("files", FILE), data=more,
        headers={"Idempotency-Key": key},
    )  # fmt: skip


def test_a_filing_is_read_with_numbers_masked(office: Office) -> None:
    filing = office.waiting()
    robot = office.robot(READ)

    answer = robot.get(f"/api/v1/filings/{filing}")
    record = answer.json()
    fields = record["entries"][0]["fields"]

    assert record["state"] == "in_review"
    assert record["fields"]["office.name"]["as_decided"] == PAPER["office.name"]
    assert fields["insured.1.birth_date"]["as_written"] == PAPER["birth_date"]
    assert fields["insured.1.my_number"]["as_written"] == MASK
    assert PAPER["my_number"] not in answer.text


def test_the_version_of_a_filing_is_its_etag(office: Office) -> None:
    filing = office.waiting()
    robot = office.robot(READ)

    answer = robot.get(f"/api/v1/filings/{filing}")

    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'


def test_filings_are_listed_page_by_page_without_gap_or_repeat(office: Office) -> None:
    filings = [office.waiting() for _ in range(3)]
    robot = office.robot(READ)

    first = robot.get("/api/v1/filings?limit=2").json()
    second = robot.get(f"/api/v1/filings?limit=2&after={first['next']}").json()

    assert [one["id"] for one in first["items"] + second["items"]] == filings
    assert second["next"] is None


def test_filings_are_found_by_the_state_of_an_entry(office: Office) -> None:
    office.waiting()
    ready = office.ready()
    robot = office.robot(READ)

    found = robot.get("/api/v1/filings?state=ready").json()["items"]

    assert [one["id"] for one in found] == [ready]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/filings/999", 404, "missing"),
        ("/api/v1/nothing", 404, "missing"),
        ("/api/v1/filings/first", 422, "wrong_call"),
        ("/api/v1/events", 403, "scope"),
    ],
)
def test_a_refusal_is_a_problem_with_a_stable_type(
    office: Office, path: str, status: int, code: str
) -> None:
    robot = office.robot(READ)

    answer = robot.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:kamizero:problem:{code}"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_who_is_not_known_is_told_to_send_a_token(office: Office) -> None:
    nobody = office.browser().get("/api/v1/filings")
    robot = office.robot(READ)
    office.now += timedelta(days=2)
    too_late = robot.get("/api/v1/filings")

    assert (nobody.status_code, too_late.status_code) == (401, 401)
    assert nobody.json()["type"] == "urn:kamizero:problem:not_logged_in"


def test_a_person_may_use_the_api_with_their_session(office: Office) -> None:
    filing = office.waiting()
    rei = office.person()

    assert rei.get(f"/api/v1/filings/{filing}").status_code == 200
    assert rei.get("/api/v1/events").status_code == 403


def test_no_token_approves_whatever_its_scopes(office: Office) -> None:
    filing = office.ready()
    robot = office.robot(READ, "filings:approve", "*")
    seen = robot.get(f"/api/v1/filings/{filing}/proposal").json()

    answer = robot.post(
        f"/api/v1/filings/{filing}/approval",
        json={"manifest_sha256": seen["manifest_sha256"]},
        headers={"Idempotency-Key": "1"},
    )

    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:kamizero:problem:person_needed"
    assert office.desk.states(filing) == ["ready"]


def test_four_eyes_hold_over_the_api_too(office: Office) -> None:
    filing = office.ready(reviewer="ann")
    ann = office.person("ann", Role.APPROVER)

    answer = _approve(ann, filing)

    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:kamizero:problem:own_work"


def test_an_approval_sent_twice_is_given_once_and_answered_twice(
    office: Office,
) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)
    seen = _seen(ann, filing)

    first = _approve(ann, filing, seen=seen)
    second = _approve(ann, filing, seen=seen)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    with office.desk.database.look() as session:
        assert session.query(Approval).count() == 1


def test_an_approval_of_an_older_version_fails(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)

    unsaid = _approve(ann, filing, if_match="")
    answer = _approve(ann, filing, if_match='"0"')

    assert (unsaid.status_code, answer.status_code) == (428, 412)
    assert office.desk.states(filing) == ["ready"]


def test_a_session_needs_the_proof_of_our_page_for_a_post(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)
    ann.csrf = "made up"

    answer = _approve(ann, filing)

    assert answer.json()["type"] == "urn:kamizero:problem:csrf"


def test_files_come_in_by_the_same_door(office: Office) -> None:
    robot = office.robot("jobs:write")

    answer = send_job(robot, key="1", sheets="3", sides="2", received_on="2020-12-09")

    assert answer.status_code == 201
    assert answer.json()["job"] == "1"
    assert office.door.brought == [("scan.png", b"bytes of a scan")]
    assert office.door.told["operator"] == "robot"
    assert office.door.told["sheets"] == 3


def test_a_post_without_key_is_refused(office: Office) -> None:
    robot = office.robot("jobs:write")

    answer = robot.post("/api/v1/jobs", files=FILE)

    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:kamizero:problem:idempotency_key_missing"
    assert office.door.brought == []


def test_the_same_job_sent_again_is_taken_once(office: Office) -> None:
    robot = office.robot("jobs:write")

    first, second = (send_job(robot, key="1").json() for _ in range(2))

    assert first == second
    assert len(office.door.brought) == 1


def test_a_key_is_good_for_one_request_only(office: Office) -> None:
    robot = office.robot("jobs:write")
    send_job(robot, key="1")

    answer = send_job(robot, key="1", files={"files": ("scan.png", b"others")})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:kamizero:problem:idempotency_key_reused"


def test_a_token_without_the_scope_brings_nothing_in(office: Office) -> None:
    answer = send_job(office.robot(READ), key="1")

    assert answer.status_code == 403
    assert office.door.brought == []


def test_original_bytes_go_only_to_keepers_and_every_look_is_recorded(
    office: Office,
) -> None:
    data = b"the bytes as received"
    original = _keep(office, data)
    reader = office.person("rei")
    auditor = office.person("aki", Role.AUDITOR)

    refused = reader.get(f"/api/v1/originals/{original}")
    given = auditor.get(f"/api/v1/originals/{original}")

    assert refused.status_code == 403
    assert given.content == data
    with office.desk.database.look() as session:
        looks = [e.actor for e in session.query(AuditEvent) if e.act == "original.view"]
    assert looks == ["aki"]


def test_events_come_sealed_in_order_and_say_nothing_personal(office: Office) -> None:
    office.waiting()
    audit.seal(office.desk.database, office.desk.store, now=LATER)
    robot = office.robot("events:read")

    answer = robot.get("/api/v1/events?limit=1")
    rest = robot.get(f"/api/v1/events?after={answer.json()['next']}").json()

    event = answer.json()["items"][0]
    assert (event["specversion"], event["type"]) == ("1.0", "kamizero.entry.queue")
    assert rest["items"] == []
    assert not any(value in answer.text for value in PAPER.values())


def test_the_api_describes_itself_as_openapi_31(office: Office) -> None:
    described = office.browser().get("/api/v1/openapi.json").json()

    assert described["openapi"].startswith("3.1")
    assert "/filings/{filing_id}" in described["paths"]
    without_a_key = {
        path
        for path, one in described["paths"].items()
        if "post" in one
        and all(
            parameter["name"] != "idempotency-key"
            for parameter in one["post"]["parameters"]
        )
    }
    # They change nothing that matters twice, and what they answer is kept nowhere.
    assert without_a_key == {"/queues/{name}/items/{item}/numbers", "/token"}


def _seen(browser: Any, filing: int) -> str:
    proposed = browser.get(f"/api/v1/filings/{filing}/proposal").json()
    return str(proposed["manifest_sha256"])


def _approve(
    browser: Any, filing: int, *, seen: str = "", if_match: str | None = None
) -> Any:
    if if_match is None:
        if_match = browser.get(f"/api/v1/filings/{filing}").headers["etag"]
    return browser.client.post(
        f"/api/v1/filings/{filing}/approval",
        json={"manifest_sha256": seen or _seen(browser, filing)},
        headers={
            "X-CSRF-Token": browser.csrf,
            "Idempotency-Key": "1",
            "If-Match": if_match,
        },
    )


def _keep(office: Office, data: bytes) -> int:
    kept = keep(office.desk.store, data, retain_until=LATER)
    with office.desk.database.begin() as session:
        row = Original(
            sha256=kept.sha256,
            size=kept.size,
            media_type="image/png",
            store_key=kept.key,
            store_version=kept.version,
            stored_at=LATER,
            retain_until=LATER,
        )
        session.add(row)
        session.flush()
        return row.id


def test_a_form_says_what_its_record_looks_like_and_that_it_did_not_change(
    office: Office,
) -> None:
    filing = office.waiting()
    robot = office.robot(READ)

    listed = robot.get("/api/v1/forms").json()["items"]
    answer = robot.get("/api/v1/forms/2200@2020-12/schema")
    tag = {"If-None-Match": answer.headers["etag"]}
    again = robot.get("/api/v1/forms/2200@2020-12/schema", headers=tag)
    latest = robot.get("/api/v1/forms/2200/schema").json()
    said = robot.get(f"/api/v1/filings/{filing}").json()

    assert ("2200", "2020-12") in {(one["form"], one["revision"]) for one in listed}
    assert answer.headers["content-type"] == "application/schema+json"
    assert (again.status_code, again.content) == (304, b"")
    assert latest["$id"] != answer.json()["$id"]
    assert robot.get("/api/v1/forms/9999/schema").status_code == 404
    Draft202012Validator(answer.json()).validate(said)
