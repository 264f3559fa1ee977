"""Accounts in the browser, by keyboard alone."""

from playwright.sync_api import Page, expect

from kamizero.model import Role
from tests.axe import violations
from tests.camera import Camera
from tests.entering import enter
from tests.office import PASSWORD
from tests.served import ServedOffice

NEW = "battery staple"


def test_an_administrator_adds_disables_and_confirms_by_keyboard(
    page: Page, served: ServedOffice
) -> None:
    enter(page, served, served.session_of("ada", Role.ADMINISTRATOR))
    page.goto(f"{served.address}/people")
    page.get_by_test_id("new-name").focus()
    page.keyboard.type("ken")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("追加しました")

    ken = page.get_by_role("row").filter(has_text="ken")
    ken.locator("summary").press("Enter")
    ken.get_by_role("button", name="停止する").press("Enter")
    expect(ken).to_contain_text("停止中")
    ken.locator("summary").press("Enter")
    assert violations(page) == []

    page.get_by_test_id("confirm-rights").press("Enter")
    expect(page.get_by_test_id("confirmed")).to_contain_text("ada")


def test_an_administrator_changes_role_and_sites_by_keyboard(
    page: Page, served: ServedOffice, picture: Camera
) -> None:
    served.session_of("rei", Role.REVIEWER)
    enter(page, served, served.session_of("ada", Role.ADMINISTRATOR))
    page.goto(f"{served.address}/people")
    rei = page.get_by_role("row").filter(has_text="rei")
    rei.locator("summary").press("Enter")
    assert violations(page) == []
    picture.as_it_is("people")

    rei.get_by_label("次の拠点だけ").press("Space")
    rei.get_by_label("main").press("Space")
    rei.get_by_role("button", name="拠点を変更").press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("拠点を変更しました")
    expect(rei).to_contain_text("main")

    rei.locator("summary").press("Enter")
    rei.get_by_label("役割").select_option(label="承認者")
    rei.get_by_role("button", name="役割を変更").press("Enter")
    expect(rei).to_contain_text("承認者")


def test_a_person_changes_their_password_by_keyboard(
    page: Page, served: ServedOffice
) -> None:
    enter(page, served, served.session_of("rei", Role.REVIEWER))
    page.goto(f"{served.address}/queue")
    page.get_by_test_id("own-account").press("Enter")
    expect(page.get_by_test_id("password-old")).to_be_focused()
    for written in (PASSWORD, NEW, NEW):
        page.keyboard.type(written)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("notice")).to_contain_text("変更しました")
    assert violations(page) == []
