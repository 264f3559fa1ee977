"""What holds for every page and every act: headers, proof of origin, roles."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from ingest.doors.signs import Sign, Way
from kamizero.model import Role
from tests.office import Browser, Office
from web.app import PAGES
from web.visitors import SAFE_METHODS

ONLY_FOR_STRANGERS = {"/login"}


def acts() -> Iterator[str]:
    """Every path of the pages that changes something."""
    for router in PAGES:
        for route in router.routes:
            if isinstance(route, APIRoute) and set(route.methods or ()) - SAFE_METHODS:
                yield route.path


def pages_of(office: Office) -> list[str]:
    filing = office.waiting()
    entry = office.desk.entry_id(filing)
    return [
        "/jobs",
        "/jobs/1",
        "/upload",
        "/queue",
        f"/review/{entry}",
        "/filings",
        f"/filings/{filing}",
        "/approvals",
        f"/approvals/{filing}",
        "/nothing-here",
    ]


@pytest.mark.parametrize("path", sorted(set(acts()) - ONLY_FOR_STRANGERS))
def test_no_act_is_done_without_proof_that_our_page_was_shown(
    office: Office, path: str
) -> None:
    filing = office.waiting()
    rei = office.person(role=Role.APPROVER)
    address = re.sub(r"\{\w+\}", str(filing), path)

    answer = rei.client.post(address, data={"csrf": "made up"})

    assert answer.status_code in (403, 422)
    assert office.desk.states(filing) == ["in_review"]


def test_a_script_of_another_site_cannot_act_either(office: Office) -> None:
    filing = office.waiting()
    rei = office.person()
    entry = office.desk.entry_id(filing)

    answer = rei.client.post(
        f"/review/{entry}/finish",
        json={"fence": 1},
        headers={"X-CSRF-Token": "made up", "Accept": "application/json"},
    )

    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:kamizero:problem:csrf"


def test_every_page_forbids_foreign_and_inline_code(office: Office) -> None:
    paths = pages_of(office)
    rei = office.person()

    for path in paths:
        answer = rei.get(path)
        policy = answer.headers["content-security-policy"]
        assert answer.status_code in (200, 404), path
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"


def test_no_page_carries_what_the_policy_forbids(office: Office) -> None:
    paths = pages_of(office)
    rei = office.person()

    for path in ["/login", *paths]:
        html = rei.get(path).text
        scripts = re.findall(r"<script([^>]*)>", html)
        assert all("src=" in one or "application/json" in one for one in scripts), path
        assert not re.search(r"\s(style|on\w+)=\"", html), path
        assert "<style" not in html, path


def test_what_is_written_on_paper_cannot_become_code(office: Office) -> None:
    evil = "</script><script>alert(1)</script>"
    name = "office.name"
    filing = office.waiting(written={name: evil}, doubtful=[name])
    rei = office.person()

    review = rei.get(f"/review/{office.desk.entry_id(filing)}").text
    whole = rei.get(f"/filings/{filing}").text

    assert "<script>alert" not in review
    assert "<script>alert" not in whole


def test_people_are_told_what_went_wrong_on_a_page(office: Office) -> None:
    rei = office.person(language="ja")

    answer = rei.get("/filings/999")

    assert answer.status_code == 404
    assert 'data-testid="problem"' in answer.text
    assert "見つかりません" in answer.text


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.AUDITOR, "/upload"),
        (Role.SCANNER, "/queue/next"),
        (Role.REVIEWER, "/approvals/1/approve"),
        (Role.REVIEWER, "/approvals/1/return"),
        (Role.AUDITOR, "/review/next"),
    ],
)
def test_a_role_does_only_what_it_is_there_for(
    office: Office, role: Role, path: str
) -> None:
    office.waiting()
    person = office.person("somebody", role)

    values = {"manifest": "x", "reason": "y", "site": "m", "received_on": "2020-12-01"}
    answer = _send(person, path, values)

    assert answer.status_code == 403


def _send(person: Browser, path: str, values: dict[str, str]) -> Any:
    files = {"files": ("a.png", b"a")} if path == "/upload" else None
    return person.client.post(path, data={**values, "csrf": person.csrf}, files=files)


def test_health_needs_no_login_and_tells_nothing_personal(office: Office) -> None:
    office.waiting()

    answer = office.browser().get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["database"]["open_work"] == {"review": 1}
    assert answer.json()["database"]["unsealed_events"] > 0


def test_health_says_which_part_fails(office: Office) -> None:
    path = Path(str(office.desk.database.engine.url.database))
    path.rename(path.with_suffix(".gone"))

    answer = office.browser().get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["database"]["state"] == "failing"


@pytest.mark.parametrize("way", [Way.CLOSED, Way.AWAY])
def test_health_names_the_door_that_is_not_open(office: Office, way: Way) -> None:
    office.doors["ftp"] = Sign(Way.OPEN, 2121)
    office.doors["sftp"] = Sign(way, why="store")

    answer = office.browser().get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert answer.json()["doors"]["each"] == {
        "ftp": {"state": "open", "port": 2121, "why": None},
        "sftp": {"state": way.value, "port": None, "why": "store"},
    }


def test_readiness_asks_for_this_server_alone(office: Office) -> None:
    office.doors["ftp"] = Sign(Way.CLOSED)
    ready = office.browser().get("/readyz")
    path = Path(str(office.desk.database.engine.url.database))
    path.rename(path.with_suffix(".gone"))
    gone = office.browser().get("/readyz")

    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert (gone.status_code, gone.json()["status"]) == (503, "not ready")


def test_a_crash_is_told_in_peace_and_its_page_is_guarded_too(office: Office) -> None:
    office.door.fault = RuntimeError("the value of a field")
    ken = office.person("ken", Role.SCANNER)
    values = {"site": "main", "received_on": "2020-12-09"}

    answer = _send(ken, "/upload", values)

    assert answer.status_code == 500
    assert 'data-testid="problem"' in answer.text
    assert '<a class="button main" href="/' in answer.text
    assert "the value of a field" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_disk_that_takes_no_upload_is_no_fault_of_who_sends_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    robot = office.robot("jobs:write")

    answer = robot.post(
        "/api/v1/jobs",
        files={"files": ("a.png", bytes(2_000_000))},
        headers={"Idempotency-Key": "1"},
    )

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:kamizero:problem:store"


def test_a_crash_under_the_api_is_a_problem(office: Office) -> None:
    office.door.fault = RuntimeError("the value of a field")
    robot = office.robot("jobs:write")

    answer = robot.post(
        "/api/v1/jobs",
        files={"files": ("a.png", b"a")},
        headers={"Idempotency-Key": "1"},
    )

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:kamizero:problem:error"
    assert "the value of a field" not in answer.text


def test_scripts_are_sent_once_and_asked_for_again(office: Office) -> None:
    browser = office.browser()
    first = browser.get("/static/js/review.js")

    again = browser.get(
        "/static/js/review.js", headers={"If-None-Match": first.headers["etag"]}
    )

    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304
