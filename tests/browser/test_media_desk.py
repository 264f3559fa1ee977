"""A disc at the desk: its summary typed in by keyboard, until it balances."""

from pathlib import Path

from playwright.sync_api import Page, expect

from kamizero.model import Role
from tests.camera import Camera
from tests.media import a_table, take_in, work_off
from tests.served import ServedOffice
from tests.stack import as_tiff, attachment

RECORDS = {"2200700": 12, "2201700": 3}


def test_what_the_summary_declares_is_typed_in_by_keyboard(
    served: ServedOffice, page: Page, picture: Camera, tmp_path: Path
) -> None:
    served.show_kept(tmp_path)
    take_in(
        served.desk,
        {
            "媒体003/SHFD0006.CSV": a_table(RECORDS, offices=2),
            "媒体003/総括票.tif": as_tiff([attachment(1)]),
            "媒体003/委任状.tif": as_tiff([attachment(2)]),
            "媒体003/memo.docx": b"PK\x03\x04",
        },
    )
    work_off(served.desk)
    log_in(served, page)
    page.goto(f"{served.address}/sorting")
    page.get_by_test_id("open-bundles").get_by_role("link").press("Enter")
    wait_for_keys(page)
    issues = page.get_by_test_id("sort-issues")
    expect(issues).to_contain_text("総括票の事業所数・件数を入力してください")
    expect(page.get_by_test_id("medium-files")).to_contain_text("受取不可")
    expect(page.get_by_test_id("sort-page-5")).to_contain_text("総括票")

    page.keyboard.press("d")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    page.keyboard.press("Enter")

    expect(issues).to_contain_text("件数が総括票と合いません（2201700 3/4）")
    picture("desk-media")
    wait_for_keys(page)
    page.keyboard.press("d")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(issues.locator("li")).to_have_count(1)
    page.keyboard.press("e")
    page.keyboard.type("memo.docx is no paper of a filing")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("sort-balance")).to_contain_text("理由あり")


def test_a_disc_without_papers_can_be_sorted_as_well(
    served: ServedOffice, page: Page
) -> None:
    take_in(served.desk, {"SHFD0006.CSV": a_table(RECORDS)})
    work_off(served.desk)
    log_in(served, page)
    page.goto(f"{served.address}/sorting/1")

    wait_for_keys(page)
    expect(page.get_by_test_id("sort-page-1")).to_contain_text("資格取得届")
    page.keyboard.press("e")
    page.keyboard.type("the summary is in job 12")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("sort-balance")).to_contain_text("理由あり")


def wait_for_keys(page: Page) -> None:
    expect(page.get_by_test_id("sort")).to_have_attribute("data-ready", "yes")


def log_in(served: ServedOffice, page: Page) -> None:
    token = served.session_of("ken", Role.SCANNER)
    cookie = {"name": "kamizero_session", "value": token, "url": served.address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
