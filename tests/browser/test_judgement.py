"""The points of an application are ticked at the desk, by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from forms.library import Library
from kamizero.model import Role
from tests.application import an_application
from tests.desk import Desk
from tests.entering import enter
from tests.served import ServedOffice


@pytest.fixture
def office(desk: Desk) -> Iterator[ServedOffice]:
    """An office that judges applications."""
    desk.definition = an_application()
    made = ServedOffice(desk, library=Library([desk.definition]))
    yield made
    made.stop()


def test_an_application_is_judged_and_approved(
    page: Page, office: ServedOffice
) -> None:
    jun = office.session_of("jun", Role.REVIEWER)
    ann = office.session_of("ann", Role.APPROVER)
    filing = office.waiting(doubtful=["insured.1.name_kana"])
    enter(page, office, jun)
    page.goto(f"{office.address}/queue")
    page.get_by_test_id("queue-next").press("Enter")
    expect(page.get_by_test_id("field-label")).not_to_be_empty()
    page.get_by_test_id("value").press("Enter")
    expect(page.get_by_test_id("remaining")).to_contain_text("0")
    expect(page.get_by_test_id("saved")).to_have_attribute("data-state", "saved")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("trouble")).to_be_visible()

    for point in ("identity", "term"):
        choice = page.get_by_test_id(f"judge-{point}")
        choice.focus()
        choice.press("ArrowDown")
        expect(choice.locator("..")).to_have_attribute("data-judged", "yes")
        expect(choice).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("queue-empty")).to_be_visible()
    enter(page, office, ann)
    page.goto(f"{office.address}/approvals/{filing}")
    expect(page.get_by_test_id("judgements")).to_contain_text("jun・1枚目")
    page.get_by_test_id("approve").press("Enter")

    expect(page.get_by_test_id("filing-state")).to_contain_text("承認済")
