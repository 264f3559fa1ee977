"""Saying why something is looked up, by keyboard alone."""

from playwright.sync_api import Page, expect

from kamizero.model import Role
from tests.axe import violations
from tests.camera import Camera
from tests.entering import enter
from tests.served import ServedOffice


def test_a_reason_opens_the_filing_and_stands_in_the_list(
    page: Page, served: ServedOffice, picture: Camera
) -> None:
    filing = served.waiting()
    enter(page, served, served.session_of("bob", Role.AUDITOR))
    page.goto(f"{served.address}/filings/{filing}")
    expect(page.get_by_test_id("reason-inquiry")).to_be_focused()
    assert violations(page) == []
    picture("look-up")

    page.goto(f"{served.address}/filings/{filing}")
    page.get_by_test_id("reason-other").press("Space")
    page.get_by_test_id("look-up-open").press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("補足を書いてください")
    expect(page.get_by_test_id("look-up-note")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("年次点検")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.address}/filings/{filing}")

    page.get_by_test_id("nav-more").press("Enter")
    page.get_by_test_id("nav-look-ups").press("Enter")
    expect(page.get_by_test_id("look-ups")).to_contain_text("年次点検")
    assert violations(page) == []
    picture("look-ups")

    page.get_by_test_id("nav-more").press("Enter")
    expect(page.get_by_test_id("nav-overview")).to_be_visible()
    assert violations(page) == []
    picture.as_it_is("bar-more")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("nav-overview")).to_be_hidden()
