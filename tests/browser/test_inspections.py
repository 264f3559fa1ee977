"""Contractors' work checked in the browser, by keyboard alone."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from kamizero.model import Role
from storage import accounts
from tests.axe import violations
from tests.entering import enter
from tests.served import ServedOffice


def test_a_contractors_lot_is_drawn_and_judged(
    page: Page, served: ServedOffice
) -> None:
    office = served.office
    office.employ("ken", Role.REVIEWER)
    with served.desk.database.begin() as session:
        accounts.set_days(
            session,
            accounts.person_named(session, "ken"),
            valid_from=None,
            valid_until=office.now.date() + timedelta(days=90),
            actor="ada",
            now=office.now,
        )
    filing = office.ready(reviewer="ken")
    enter(page, served, served.session_of("rei", Role.REVIEWER))
    page.goto(f"{served.address}/queue")
    page.get_by_test_id("nav-inspections").press("Enter")
    expect(page.get_by_test_id("batches")).to_contain_text("ken")
    assert violations(page) == []

    page.get_by_test_id("draw-1").press("Enter")
    expect(page.get_by_test_id("looked")).to_contain_text("1件のうち0件")
    assert violations(page) == []
    page.get_by_test_id(f"right-{filing}").press("Enter")

    expect(page.get_by_test_id("lot-state")).to_contain_text("合格")
    assert violations(page) == []
