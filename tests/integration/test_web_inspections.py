"""Contractors' work on the page of the office: drawn, judged, passed or sent back."""

import re
from datetime import timedelta

import pytest

from kamizero.model import Role
from storage import accounts
from tests.office import Browser, Office


@pytest.fixture
def filings(office: Office) -> list[int]:
    """Two filings that a contractor has reviewed."""
    office.employ("ken", Role.REVIEWER)
    with office.desk.database.begin() as session:
        accounts.set_days(
            session,
            accounts.person_named(session, "ken"),
            valid_from=None,
            valid_until=office.now.date() + timedelta(days=90),
            actor="ada",
            now=office.now,
        )
    return [office.ready(reviewer="ken") for _ in range(2)]


def drawn(rei: Browser) -> str:
    """The address of the lot that waited to be drawn."""
    page = rei.get("/inspections").text
    form = dict(re.findall(r'name="(contractor|day|form)" value="([^"]+)"', page))
    return str(rei.submit("/inspections", **form).headers["location"]).split("?")[0]


def test_a_lot_that_is_right_may_be_approved(
    office: Office, filings: list[int]
) -> None:
    rei, ann = office.person("rei"), office.person("ann", Role.APPROVER)
    seen = office.desk.seen_manifest(filings[0])
    approve = f"/approvals/{filings[0]}/approve"

    before = ann.submit(approve, manifest=seen, steps="0").status_code
    lot = drawn(rei)
    for filing in filings:
        rei.submit(f"{lot}/filings/{filing}", verdict="right")
    page = rei.get(lot).text
    ann.submit(approve, manifest=seen, steps="0")

    assert before == 409
    assert "Passed" in page
    assert office.desk.states(filings[0]) == ["approved"]


def test_an_error_sends_the_lot_back_and_says_so(
    office: Office, filings: list[int]
) -> None:
    rei = office.person("rei")
    lot = drawn(rei)

    silent = rei.submit(f"{lot}/filings/{filings[0]}", verdict="wrong")
    rei.submit(f"{lot}/filings/{filings[0]}", verdict="wrong", reason="the name")

    assert silent.status_code == 400
    assert "Sent back" in rei.get(lot).text
    assert [office.desk.states(one) for one in filings] == [["in_review"]] * 2


def test_a_contractor_draws_nothing(office: Office, filings: list[int]) -> None:
    ken = office.log_in("ken")
    page = ken.get("/inspections").text

    form = dict(re.findall(r'name="(contractor|day|form)" value="([^"]+)"', page))
    answer = ken.submit("/inspections", **form)

    assert answer.status_code == 403
    assert len(filings) == 2
