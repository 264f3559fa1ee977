"""A filing goes back to its submitter: written, checked by another, sent, answered."""

from playwright.sync_api import Page, expect

from kamizero.model import OfficeRecord, Role
from storage.register import RecordKind, load
from tests.camera import Camera
from tests.entering import enter
from tests.served import ServedOffice

NAME = "insured.1.name_kana"


def know_the_office(served: ServedOffice) -> None:
    record = OfficeRecord(
        symbol="01-ケイト",
        number="12345",
        name="株式会社けいと",
        owner_name="健保　良一",
        postal_code="1000013",
        address="東京都千代田区霞が関１－２－３",
        phone="03-1234-5678",
    )
    row = {name: getattr(record, name) for name in record.__slots__}
    load(served.desk.database, served.desk.vault, RecordKind.OFFICES, [(1, row)])


def test_a_filing_is_returned_and_comes_again(
    page: Page, served: ServedOffice, picture: Camera
) -> None:
    tokens = {
        "ann": served.session_of("ann", Role.APPROVER),
        "jun": served.session_of("jun", Role.REVIEWER),
        "mio": served.session_of("mio", Role.REVIEWER),
    }
    know_the_office(served)
    filing = served.office.ready()
    enter(page, served, tokens["ann"])
    page.goto(f"{served.address}/approvals/{filing}")
    page.get_by_test_id("return").press("Enter")
    page.get_by_test_id("return-reason").fill("⑦欄が空欄")
    page.get_by_test_id("return-confirm").press("Enter")
    expect(page.get_by_test_id("return-state")).to_contain_text("通知を作成")
    letter = page.url.partition("?")[0]

    enter(page, served, tokens["jun"])
    page.goto(letter)
    page.get_by_test_id("reason-missing_item").press("Space")
    page.get_by_test_id("note").fill("⑦欄をご記入ください。")
    page.locator('[name="enclosures"]').first.press("Space")
    page.get_by_test_id("prepare").press("Enter")
    expect(page.get_by_test_id("addressee")).to_contain_text("株式会社けいと")
    expect(page.get_by_test_id("check")).to_be_disabled()
    enter(page, served, tokens["mio"])
    page.goto(letter)
    picture("return")
    page.get_by_test_id("check").press("Enter")
    page.get_by_test_id("way").select_option("post")
    page.get_by_test_id("send").press("Enter")
    expect(page.get_by_test_id("sent")).to_contain_text("mio")
    again = served.desk.receive()
    page.get_by_test_id("again").fill(f"R{again}")
    page.get_by_test_id("link").press("Enter")

    expect(page.get_by_test_id("return-state")).to_contain_text("再提出済")
    page.get_by_test_id("came-again").get_by_role("link").press("Enter")
    expect(page.get_by_test_id("again-of")).to_be_visible()
    page.get_by_test_id("nav-returns").press("Enter")
    expect(page.get_by_test_id("returns-answered")).to_be_visible()
    assert served.desk.states(filing) == ["returned"]
