"""A filing goes back to its submitter: written, checked by another, sent, answered."""

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kamizero.model import Role
from kamizero.records import OfficeRecord, RecordKind
from storage.records.loading import load
from storage.tables import Clock
from tests.axe import violations
from tests.camera import Camera
from tests.entering import enter
from tests.reviewer import Reviewer
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
    served.say_why(tokens["mio"], again)
    page.get_by_test_id("again").fill(f"R{again}")
    page.get_by_test_id("link").press("Enter")

    expect(page.get_by_test_id("return-state")).to_contain_text("再提出済")
    page.get_by_test_id("came-again").get_by_role("link").press("Enter")
    expect(page.get_by_test_id("again-of")).to_be_visible()
    page.get_by_test_id("nav-returns").press("Enter")
    expect(page.get_by_test_id("returns-answered")).to_be_visible()
    assert served.desk.states(filing) == ["returned"]


def test_the_item_on_the_desk_is_returned_by_keyboard(
    chromium: Browser, served: ServedOffice
) -> None:
    first = served.office.waiting(entries=2, doubtful=[NAME, "insured.2.name_kana"])
    ann = Reviewer(chromium, served, "ann", role=Role.APPROVER, language="ja")
    letters = []
    for n in (1, 2):
        ann.sit_down(first, n)
        ann.press("Alt+h")
        expect(ann.see("return-reason")).to_be_focused()
        assert violations(ann.page) == []
        ann.type("押印がありません")
        ann.press("Control+Enter")
        expect(ann.see("return-state")).to_contain_text("通知を作成")
        letters.append(ann.page.url.partition("?")[0])
    ann.context.close()

    assert served.desk.states(first) == ["returned", "returned"]
    assert letters[0] == letters[1], "one letter tells of both"
    assert not any(clock.ended_on for clock in clocks(served))
    assert [stop.reason for clock in clocks(served) for stop in clock.stops] == [
        "return",
        "return",
    ]


def test_what_was_typed_is_kept_when_the_entry_is_returned(
    chromium: Browser, served: ServedOffice
) -> None:
    filing = served.office.waiting()
    ann = Reviewer(chromium, served, "ann", role=Role.APPROVER)
    ann.sit_down(filing)
    ann.value.fill("サトウ　ハナコ")

    ann.see("return-entry").click()
    ann.see("return-confirm").click()
    expect(ann.see("return-dialog")).to_be_visible()
    ann.see("return-reason").fill("⑦欄が空欄")
    ann.see("return-confirm").click()
    expect(ann.see("return-state")).to_be_visible()
    ann.go(f"/filings/{filing}")

    expect(ann.page.get_by_text("サトウ　ハナコ").first).to_be_visible()
    ann.context.close()


def test_who_may_not_return_has_no_key_for_it(
    chromium: Browser, served: ServedOffice
) -> None:
    filing = served.office.waiting()
    rei = Reviewer(chromium, served)
    rei.sit_down(filing)

    rei.press("Alt+h")
    rei.press("?")

    expect(rei.see("keys-dialog")).to_be_visible()
    expect(rei.see("return-dialog")).to_have_count(0)
    expect(rei.see("return-entry")).to_have_count(0)
    expect(rei.see("keys-dialog")).not_to_contain_text("Alt+H")
    rei.context.close()


def clocks(served: ServedOffice) -> list[Clock]:
    with served.desk.database.look() as session:
        return list(session.scalars(select(Clock).options(selectinload(Clock.stops))))
