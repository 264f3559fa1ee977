"""The overview, the report and the register of errors in a real browser."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from storage.tables import Clock
from tests.desk import Desk
from tests.reviewer import Reviewer
from tests.served import ServedOffice

KANA = "insured.1.name_kana"
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.fixture
def rei(chromium: Browser, served: ServedOffice) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served)
    yield one
    one.context.close()


def busy(rei: Reviewer, desk: Desk) -> int:
    """Some entries that wait, one late, one approved; the late one's filing."""
    late, *_ = [rei.office.waiting() for _ in range(3)]
    done = desk.receive()
    desk.route(done)
    desk.approve(done)
    with desk.database.begin() as session:
        clock = session.get_one(Clock, desk.entry_id(late))
        clock.due_on, clock.received_on = date(2020, 12, 8), date(2020, 12, 1)
    return late


def test_the_charts_say_what_the_numbers_say(rei: Reviewer, desk: Desk) -> None:
    busy(rei, desk)

    rei.go("/overview?days=7")

    expect(rei.see("open")).to_have_text("3")
    expect(rei.see("late")).to_have_text("1")
    expect(rei.see("attainment")).to_have_text("100.0%")
    expect(rei.page.locator("rect.came[height='0.0']")).to_have_count(6)
    expect(rei.page.locator("rect.went[height='0.0']")).to_have_count(6)
    box = rei.page.locator("rect.late").first.bounding_box()
    assert box is not None


def test_the_days_and_numbers_of_the_overview_follow_its_filters(
    rei: Reviewer, desk: Desk
) -> None:
    busy(rei, desk)
    rei.go("/overview")

    rei.see("overview-days").select_option("90")
    rei.page.wait_for_url("**days=90*")
    with rei.page.expect_download() as saved:
        rei.see("flow-csv").press("Enter")

    assert len(saved.value.path().read_text("utf-8-sig").splitlines()) == 91


def test_the_daily_report_is_one_printed_page(rei: Reviewer, desk: Desk) -> None:
    busy(rei, desk)
    rei.go("/report/main")

    expect(rei.see("overdue").get_by_role("row")).to_have_count(2)
    pdf = rei.page.pdf(prefer_css_page_size=True)

    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page /") <= 1 or (
        b"/Count 1" in pdf
    )


def test_an_error_is_recorded_by_keyboard_and_counted(
    rei: Reviewer, desk: Desk
) -> None:
    late = busy(rei, desk)
    rei.go("/errors")

    rei.see("record-error").locator("summary").press("Enter")
    rei.see("error-kind").select_option("delay")
    rei.see("error-receipt").fill(f"R{late}")
    rei.see("error-what").fill("期限を過ぎても確認していなかった。")
    rei.see("error-save").press("Enter")

    expect(rei.see("notice")).to_be_visible()
    expect(rei.see("error-1")).to_contain_text(f"R{late}")
    row = rei.see("table-month").get_by_role("row").filter(has_text="Not done or late")
    expect(row.locator("td").last).to_have_text("1")
    rei.see("close-1").fill("処理した")
    rei.press("Enter")
    expect(rei.see("error-1")).to_contain_text("closed 2020-12-10")


@pytest.mark.skipif(
    os.environ.get("KAMIZERO_PICTURES") != "1", reason="pictures are not asked for"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_of_the_overview(
    chromium: Browser, served: ServedOffice, desk: Desk, scheme: str
) -> None:
    one = Reviewer(chromium, served, language="ja", color_scheme=scheme)
    busy(one, desk)
    for name, path in (
        ("overview", "/overview?days=7"),
        ("report", "/report/main"),
        ("errors", "/errors"),
    ):
        one.go(path)
        one.page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=True)
    one.context.close()
