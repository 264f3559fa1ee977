"""Routes in the browser: whose turn it is, hand-made requests, absences."""

import re
from typing import Any

import pytest

from kamizero.model import Role
from storage.tables import Absence, RouteStep
from tests.office import Browser, Office
from tests.routes import THREE_STAGES, TODAY, away, load_routes, stamp

WITH_TWO = THREE_STAGES.replace("[kato, mori]", "[ann, mori]")


def approver(office: Office, name: str) -> Browser:
    return office.person(name, Role.APPROVER)


def offered(browser: Browser, filing: int) -> dict[str, str]:
    """What the page would send."""
    html = browser.get(f"/approvals/{filing}").text
    found = re.search(r'name="manifest" value="(\w+)"', html)
    steps = re.search(r'name="steps" value="(\d+)"', html)
    assert found is not None
    assert steps is not None
    return {"manifest": found.group(1), "steps": steps.group(1)}


def press(browser: Browser, filing: int, act: str) -> Any:
    return browser.submit(f"/approvals/{filing}/{act}", **offered(browser, filing))


@pytest.fixture
def on_route(office: Office) -> int:
    """A filing rei reviewed, on a long route; ann and sato can log in."""
    others = ("kato", "mori", "ueda", "bob")
    for name in ("sato", "ann"):
        office.employ(name, Role.APPROVER)
    load_routes(office.desk, THREE_STAGES, people=others)
    return office.ready()


def test_each_stage_is_offered_to_those_whose_turn_it_is(
    office: Office, on_route: int
) -> None:
    sato, ann = office.log_in("sato"), office.log_in("ann")

    before = ann.get(f"/approvals/{on_route}").text
    answer = press(sato, on_route, "endorse")
    after = sato.get(f"/approvals/{on_route}").text

    assert "It waits at: Review 適用課" in before
    assert answer.headers["location"] == f"/approvals/{on_route}?notice=endorsed"
    assert "It waits at: Consultation 徴収課・Consultation 記録課" in after
    assert "Review 適用課" in after


def test_a_deciding_request_before_its_turn_is_refused(
    office: Office, on_route: int
) -> None:
    ann = office.log_in("ann")

    answer = press(ann, on_route, "approve")

    assert answer.status_code == 409
    assert "Other stages come first" in answer.text
    assert office.desk.states(on_route) == ["ready"]


def test_a_request_for_somebody_elses_stage_is_refused(
    office: Office, on_route: int
) -> None:
    ann = office.log_in("ann")

    answer = press(ann, on_route, "endorse")

    assert answer.status_code == 403
    with office.desk.database.look() as session:
        assert session.query(RouteStep).count() == 0


def test_a_page_from_before_the_last_step_takes_none(
    office: Office, on_route: int
) -> None:
    sato = office.log_in("sato")
    seen = offered(sato, on_route)
    sato.submit(f"/approvals/{on_route}/endorse", **seen)

    answer = sato.submit(f"/approvals/{on_route}/endorse", **seen)

    assert answer.status_code == 409
    assert "Somebody took a step" in answer.text


def test_it_is_sent_back_to_an_earlier_stage(office: Office, on_route: int) -> None:
    for person in ("sato", "mori", "ueda"):
        stamp(office.desk, on_route, person)
    ann = office.log_in("ann")

    html = ann.get(f"/approvals/{on_route}").text
    ann.submit(f"/approvals/{on_route}/send-back", reason="once more", stage="1")

    assert '<option value="1">Review 適用課 sato</option>' in html
    assert office.desk.states(on_route) == ["ready"]
    assert "It waits at: Review 適用課" in ann.get(f"/approvals/{on_route}").text


def test_nobody_is_offered_a_second_stage(office: Office) -> None:
    office.employ("ann", Role.APPROVER)
    load_routes(office.desk, WITH_TWO, people=("sato", "mori", "ueda"))
    filing = office.ready()
    stamp(office.desk, filing, "sato")
    stamp(office.desk, filing, "ann")
    stamp(office.desk, filing, "ueda")
    ann = office.log_in("ann")

    html = ann.get(f"/approvals/{filing}").text
    answer = press(ann, filing, "approve")

    assert "You took another stage" in html
    assert answer.status_code == 403
    assert office.desk.states(filing) == ["ready"]


def test_a_deputy_is_shown_and_reading_afterwards_is_noted(
    office: Office, on_route: int
) -> None:
    away(office.desk, "sato", "ann")
    ann, sato = office.log_in("ann"), office.log_in("sato")

    offer = ann.get(f"/approvals/{on_route}").text
    press(ann, on_route, "endorse")
    shown = sato.get(f"/approvals/{on_route}").text
    listed = sato.get("/absences").text
    found = re.search(r"/absences/read/(\d+)", listed)
    assert found is not None
    answers = [one.submit(f"/absences/read/{found.group(1)}") for one in (ann, sato)]

    assert "Looked through (for sato)" in offer
    assert "For sato" in shown
    assert "not read yet" in shown
    assert [answer.status_code for answer in answers] == [403, 303]
    assert "Nothing is left to read" in sato.get("/absences").text


def test_who_has_no_deputy_is_told_who_can_add_one(office: Office) -> None:
    sato = office.person("sato", Role.APPROVER)
    alone = sato.get("/absences").text
    office.employ("ann", Role.APPROVER)

    with_ann = sato.get("/absences").text

    assert 'data-testid="no-deputy"' in alone
    assert 'data-testid="no-deputy"' not in with_ann


@pytest.mark.usefixtures("on_route")
def test_an_absence_is_recorded_and_ended_by_its_person(office: Office) -> None:
    sato, ann = office.log_in("sato"), office.log_in("ann")
    day = TODAY.isoformat()

    form = {"deputy": "bob", "first_day": day, "last_day": day}
    recorded = sato.submit("/absences", **form)
    with office.desk.database.look() as session:
        absence = session.query(Absence).one()
    others = ann.submit(f"/absences/{absence.id}/cancel")
    own = sato.submit(f"/absences/{absence.id}/cancel")

    assert (absence.person, absence.deputy) == ("sato", "bob")
    assert (recorded.status_code, others.status_code, own.status_code) == (
        303,
        403,
        303,
    )
    assert "No absence is on record" in sato.get("/absences").text


def test_absences_are_for_approvers(office: Office) -> None:
    jun = office.person("jun")

    assert jun.get("/absences").status_code == 403


def test_the_list_says_at_which_stage_a_filing_waits(
    office: Office, on_route: int
) -> None:
    stamp(office.desk, on_route, "sato")

    html = office.log_in("ann").get("/approvals").text

    assert "Consultation 徴収課・Consultation 記録課" in html


def test_the_filing_keeps_who_stamped_it_and_for_whom(
    office: Office, on_route: int
) -> None:
    away(office.desk, "sato", "bob")
    for person in ("bob", "mori", "ueda"):
        stamp(office.desk, on_route, person)
    office.desk.approve(on_route, actor="ann")

    html = office.log_in("ann").get(f"/filings/{on_route}").text
    stamps = html[html.index('data-testid="stamps"') :]

    assert "Review 適用課 <b>bob</b>" in stamps
    assert "For sato" in stamps
    assert "Decision 所長 <b>ann</b>" in stamps
