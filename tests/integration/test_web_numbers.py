"""Numbers in addresses that belong to nothing are refused, however strange they are."""

import pytest

from kamizero.model import Role
from tests.office import Office
from web.problems import MEDIA_TYPE

STRANGE = ["0", "-1", str(2**63), "9" * 400, "1.5", "x", "%00", "１"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/filings/{}",
        "/api/v1/filings/{}/proposal",
        "/api/v1/jobs/{}",
        "/api/v1/pages/{}",
        "/api/v1/originals/{}",
    ],
)
def test_a_program_is_told_that_a_strange_number_is_nothing(
    office: Office, path: str
) -> None:
    robot = office.robot("filings:read", "jobs:read", "originals:read")

    for number in STRANGE:
        answer = robot.get(path.format(number))

        assert 400 <= answer.status_code < 500, number
        assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize("path", ["/api/v1/filings?after={}", "/api/v1/jobs?before={}"])
def test_a_list_begins_at_no_strange_place(office: Office, path: str) -> None:
    robot = office.robot("filings:read", "jobs:read")

    answers = {robot.get(path.format(number)).status_code for number in STRANGE}

    assert answers <= {200, 400, 422}


@pytest.mark.parametrize(
    "path",
    ["/filings/{}", "/jobs/{}", "/review/{}", "/approvals/{}", "/pages/{}.jpg"],
)
def test_a_person_is_told_that_a_strange_number_is_nothing(
    office: Office, path: str
) -> None:
    browser = office.person(role=Role.APPROVER)

    answers = {browser.get(path.format(number)).status_code for number in STRANGE}

    assert answers <= {303, 400, 404, 422}


@pytest.mark.parametrize("fence", [-1, 2**63, 10**40])
def test_an_act_under_a_strange_fence_is_refused(office: Office, fence: int) -> None:
    entry = office.desk.entry_id(office.waiting())

    answer = office.person().send(f"/review/{entry}/finish", fence=fence)

    assert 400 <= answer.status_code < 500
