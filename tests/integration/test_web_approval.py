"""Approval in the browser: what the approver sees, signs, or sends back."""

import re
from typing import Any

from kamizero.model import FieldState, Role
from review.grounds import Register
from storage.tables import Approval, ReturnSlip
from tests.office import Browser, Office

NAME = "insured.1.name_kana"


def manifest_on(browser: Browser, filing: int) -> str:
    """What the page offers to sign."""
    html = browser.get(f"/approvals/{filing}").text
    found = re.search(r'name="manifest" value="(\w*)"', html)
    assert found is not None
    return found.group(1)


def approve(browser: Browser, filing: int) -> Any:
    seen = manifest_on(browser, filing)
    return browser.submit(f"/approvals/{filing}/approve", manifest=seen)


def corrected(office: Office, *, reviewer: str = "rei") -> int:
    """A filing in which a reviewer changed one value and waived one finding."""
    filing = office.desk.receive(doubtful=[NAME])
    finding = office.desk.find(filing, "sum", fields=["insured.1.remuneration_total"])
    office.desk.route(filing)
    claim = office.desk.claim(filing, person=reviewer)
    office.desk.settle(claim, NAME, "スズキ　ジロウ")
    office.desk.waive(claim, finding, why="asked by phone")
    office.desk.finish(claim)
    return filing


def test_the_page_opens_with_changes_waivers_and_what_nobody_saw(
    office: Office,
) -> None:
    filing = corrected(office)
    ann = office.person("ann", Role.APPROVER)

    html = ann.get(f"/approvals/{filing}").text
    changed, waived, unseen = (
        html.index(f'<section data-testid="{part}">')
        for part in ("changed", "waived", "unseen")
    )

    assert changed < waived < unseen
    assert "<del>ヤマダ　タロウ</del>" in html[changed:waived]
    assert "<b>スズキ　ジロウ</b>" in html[changed:waived]
    assert "asked by phone" in html[waived:unseen]
    assert "株式会社けいと" in html[unseen:]


def test_a_confirmed_value_is_no_change(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)

    html = ann.get(f"/approvals/{filing}").text

    assert '<dd data-testid="count-changed">0</dd>' in html
    assert "Nobody changed a value" in html


def test_another_person_approves_and_signs_what_they_saw(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)
    seen = manifest_on(ann, filing)

    answer = ann.submit(f"/approvals/{filing}/approve", manifest=seen)

    assert answer.headers["location"] == f"/filings/{filing}?notice=approved"
    assert office.desk.states(filing) == ["approved"]
    with office.desk.database.look() as session:
        signed = session.query(Approval).one()
    assert (signed.by, signed.manifest_sha256) == ("ann", seen)


def test_nobody_approves_their_own_work(office: Office) -> None:
    filing = office.ready(reviewer="ann")
    ann = office.person("ann", Role.APPROVER)

    page = ann.get(f"/approvals/{filing}").text
    answer = approve(ann, filing)

    assert "You worked on this filing" in page
    assert answer.status_code == 403
    assert "Ask another approver" in answer.text
    assert office.desk.states(filing) == ["ready"]


def test_what_changed_after_it_was_seen_is_not_approved(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)

    answer = ann.submit(f"/approvals/{filing}/approve", manifest="0" * 64)

    assert answer.status_code == 409
    assert "Look again" in answer.text
    assert office.desk.states(filing) == ["ready"]


def test_a_reviewer_is_told_that_others_approve(office: Office) -> None:
    filing = office.ready()
    jun = office.person("jun")

    html = jun.get(f"/approvals/{filing}").text

    assert "Approving is done by approvers" in html
    assert 'data-testid="send-back"' not in html


def test_sending_back_returns_it_to_the_queue_with_the_reason(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)

    ann.submit(f"/approvals/{filing}/send-back", reason="look at the date again")

    assert office.desk.states(filing) == ["in_review"]
    assert "Sent back: look at the date again" in ann.get("/queue").text


def test_returning_to_the_submitter_keeps_the_reason(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)

    ann.submit(f"/approvals/{filing}/return", reason="the seal is missing")

    assert office.desk.states(filing) == ["returned"]
    with office.desk.database.look() as session:
        assert session.query(ReturnSlip).one().reason == "the seal is missing"


def test_nothing_goes_back_without_a_reason(office: Office) -> None:
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)

    answers = [
        ann.submit(f"/approvals/{filing}/{act}", reason=" ")
        for act in ("send-back", "return")
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert office.desk.states(filing) == ["ready"]


def test_the_list_shows_what_waits_and_whose_own_work_it_is(office: Office) -> None:
    own = office.ready(reviewer="ann")
    other = office.ready(reviewer="rei")
    ann = office.person("ann", Role.APPROVER)

    html = ann.get("/approvals").text
    own_row, other_row = (html.index(f'"approval-{one}"') for one in (own, other))

    assert "You worked on it" in html[own_row:other_row]
    assert "You worked on it" not in html[other_row:]


def test_a_decided_value_shows_its_ground(office: Office) -> None:
    filing = office.waiting()
    claim = office.desk.claim(filing)
    office.desk.settle(claim, NAME, state=FieldState.UNREADABLE)
    office.desk.decide(claim, NAME, "スズキ　ジロウ", Register(record="insured"))
    office.desk.finish(claim)
    ann = office.person("ann", Role.APPROVER)

    html = ann.get(f"/approvals/{filing}").text

    assert "Register" in html[html.index('data-testid="changed"') :]


def test_a_reviewer_takes_an_entry_back_before_it_is_approved(office: Office) -> None:
    filing = office.ready()
    jun = office.person("jun")
    entry = office.desk.entry_id(filing)

    jun.submit(f"/filings/{filing}/entries/{entry}/pull-back")

    assert office.desk.states(filing) == ["in_review"]


def test_a_received_paper_takes_an_entry_back(office: Office) -> None:
    filing, paper = office.ready(), office.ready()
    jun = office.person("jun")
    path = f"/filings/{filing}/entries/{office.desk.entry_id(filing)}/withdraw"

    unknown = jun.submit(path, paper="NONE")
    itself = jun.submit(path, paper=f"R{filing}")
    answer = jun.submit(path, paper=f"R{paper}")

    assert [one.status_code for one in (unknown, itself, answer)] == [404, 404, 303]
    assert office.desk.states(filing) == ["withdrawn"]


def test_who_only_looks_withdraws_nothing(office: Office) -> None:
    filing, paper = office.ready(), office.ready()
    kim = office.person("kim", Role.AUDITOR)
    path = f"/filings/{filing}/entries/{office.desk.entry_id(filing)}/withdraw"

    answer = kim.submit(path, paper=f"R{paper}")

    assert answer.status_code == 403
    assert 'data-testid="withdraw-1"' not in kim.get(f"/filings/{filing}").text
