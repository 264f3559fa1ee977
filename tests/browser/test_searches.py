"""Looking filings up, by keyboard alone, and what the page looks like."""

from playwright.sync_api import Page, expect

from kamizero.model import Role
from tests.axe import violations
from tests.camera import Camera
from tests.entering import enter
from tests.served import ServedOffice


def faults(page: Page) -> list[str]:
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += violations(page)
    return found


def test_a_filing_is_found_by_name_and_amount_and_opens_for_the_reason_said(
    page: Page, served: ServedOffice, picture: Camera
) -> None:
    filing = served.waiting(entries=2, written={"insured.2.name_kanji": "髙橋　はな"})
    served.waiting()
    enter(page, served, served.session_of("rei", Role.REVIEWER))
    page.goto(f"{served.address}/filings")
    page.get_by_test_id("to-search").press("Enter")
    expect(page.get_by_test_id("search-name")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("1つ以上")
    assert faults(page) == []
    page.get_by_test_id("search-name").fill("高橋")
    page.get_by_test_id("search-amount-from").fill("100000")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("hits")).to_contain_text("髙橋")

    assert "高橋" not in page.url
    expect(page.get_by_test_id("search-name")).to_have_value("高橋")
    assert faults(page) == []
    picture("search")
    page.get_by_test_id(f"hit-{filing}").press("Enter")
    page.wait_for_url(f"{served.address}/filings/{filing}")

    page.go_back()
    page.get_by_test_id("search-name").fill("鈴木")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("empty")).to_be_visible()
    assert faults(page) == []
