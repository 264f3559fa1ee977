"""The page of exports in a real browser, with something in each of its tables."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from delivery.exports.making import plan
from kamizero.model import Role
from tests.axe import violations
from tests.entering import enter
from tests.exporting import House, approved, destination_in, open_destination
from tests.served import ServedOffice
from workers.exporting import expire_once

RARE = {"insured.1.name_kanji": "𠮷田 花"}


@pytest.fixture
def office(served: ServedOffice, tmp_path: Path) -> ServedOffice:
    """A file that nobody fetched, one on its way, and an entry that stays out of it."""
    desk = served.desk
    open_destination(desk, tmp_path / "out", expires_days=5)
    approved(desk)
    house = House(desk)
    house.plan_and_lay()
    house.clock.now += timedelta(days=6)
    expire_once(house.rooms)
    approved(desk, written=RARE)
    approved(desk)
    with desk.database.begin() as session:
        plan(session, desk.vault, destination_in(session), now=house.clock.now)
    served.office.now = house.clock.now
    return served


def test_each_table_is_settled_by_keyboard_and_keeps_nobody_out(
    page: Page, office: ServedOffice
) -> None:
    enter(page, office, office.session_of("rei", Role.REVIEWER))
    page.goto(f"{office.address}/exports")
    for table in ("destinations", "blocked", "expired", "files-host"):
        expect(page.get_by_test_id(table)).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []

    page.get_by_test_id("reissue-1").press("Enter")
    expect(page.get_by_test_id("expired")).to_be_hidden()
    page.get_by_test_id("substitute-1").press("Enter")

    expect(page.get_by_test_id("blocked")).to_be_hidden()
    assert violations(page) == []
