"""A lot in the browser: drawn, looked at, then signed or sent back as a whole."""

import pytest
from playwright.sync_api import Page, expect

from kamizero.model import Role
from tests.entering import enter
from tests.served import ServedOffice


@pytest.fixture
def filings(served: ServedOffice) -> list[int]:
    """Six filings that went straight through."""
    return [served.waiting(doubtful=[]) for _ in range(6)]


def open_lot(page: Page, served: ServedOffice) -> None:
    enter(page, served, served.session_of("ann", Role.APPROVER))
    page.goto(f"{served.address}/approvals")
    page.get_by_test_id("to-lots").press("Enter")
    page.get_by_test_id("draw-2200").press("Enter")
    expect(page.get_by_test_id("looked")).to_contain_text("5件のうち0件")


def drawn(page: Page) -> list[str]:
    rows = page.get_by_test_id("members").get_by_role("row")
    links = rows.filter(has_text="未確認").get_by_role("link").all()
    return [link.get_attribute("href") or "" for link in links]


def test_a_lot_is_looked_at_by_sample_and_signed(
    page: Page,
    served: ServedOffice,
    filings: list[int],
) -> None:
    open_lot(page, served)
    for n, path in enumerate(drawn(page), start=1):
        expect(page.get_by_test_id("sign")).to_be_disabled()
        page.goto(served.address + path)
        page.get_by_test_id("lot-right").press("Enter")
        expect(page.get_by_test_id("looked")).to_contain_text(f"うち{n}件")
    page.get_by_test_id("sign").press("Enter")

    expect(page.get_by_test_id("lot-state")).to_contain_text("承認済")
    assert {*map(tuple, map(served.desk.states, filings))} == {("approved",)}


def test_one_error_sends_the_whole_lot_back(
    page: Page, served: ServedOffice, filings: list[int]
) -> None:
    open_lot(page, served)
    page.goto(served.address + drawn(page)[2])
    page.get_by_test_id("lot-wrong").press("Enter")
    page.get_by_test_id("lot-wrong-reason").fill("氏名が違います")
    page.get_by_test_id("lot-wrong-confirm").press("Enter")

    expect(page.get_by_test_id("lot-state")).to_contain_text("差戻し")
    assert {*map(tuple, map(served.desk.states, filings))} == {("in_review",)}
