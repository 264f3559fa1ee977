"""Paper registered, found again, boxed, lent and taken back: by keyboard alone."""

from datetime import date

from playwright.sync_api import Page, expect

from kamizero.model import Role
from review.sorting import custody, received
from review.sorting.received import Envelope
from review.sorting.record import Clerk
from storage.tables import Arrival, Bundle, Way
from tests.axe import violations
from tests.camera import Camera
from tests.desk import LATER, Desk
from tests.media import a_table, take_in
from tests.served import ServedOffice
from tests.workshop import a_form, a_separator, new_arrival
from workers.bundles import open_run

KEN = Clerk("ken", Role.SCANNER, LATER)


def a_bundle(desk: Desk, number: int, *, sheets: int) -> int:
    arrival = new_arrival(desk, a_separator(number, sheets=sheets), a_form())
    with desk.database.begin() as session:
        (bundle,) = open_run(session, session.get_one(Arrival, arrival))
        return bundle.id


def came(desk: Desk, day: date, *, sheets: int, mark: str) -> int:
    with desk.database.begin() as session:
        envelope = Envelope(Way.POST, day, sheets=sheets, mark=mark)
        return received.register(session, KEN, site="main", envelope=envelope).id


def log_in(served: ServedOffice, page: Page) -> None:
    token = served.session_of("ken", Role.SCANNER)
    cookie = {"name": "kamizero_session", "value": token, "url": served.address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def test_paper_is_registered_and_said_to_be_scanned(
    served: ServedOffice, page: Page, picture: Camera
) -> None:
    bundle = a_bundle(served.desk, 123, sheets=48)
    came(served.desk, date(2020, 12, 8), sheets=3, mark="1234-5678-9012")
    came(served.desk, date(2020, 12, 9), sheets=20, mark="")
    log_in(served, page)
    page.goto(f"{served.address}/papers")

    # The first field is ready: window, sheets, number of the counter.
    expect(page.get_by_test_id("paper-way")).to_be_focused()
    page.keyboard.type("窓")
    page.keyboard.press("Tab")
    page.keyboard.type("48")
    page.keyboard.press("Tab")
    page.keyboard.type("A-17")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("notice")).to_contain_text("封筒に 3 と書いて")
    expect(page.get_by_test_id("papers-lost")).to_contain_text("紛失のおそれ 1件")
    expect(page.get_by_test_id("paper-1")).to_have_class("overdue")
    expect(page.get_by_test_id("papers").locator("tbody tr").first).to_have_attribute(
        "data-testid", "paper-1"
    )
    picture("register")
    page.get_by_test_id("paper-3-bundle").focus()
    page.keyboard.type("0999")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("見つかりません")
    expect(page.get_by_test_id("paper-3-bundle")).to_be_focused()
    page.keyboard.type("0123")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("paper-3")).to_have_count(0)
    page.get_by_test_id("paper-1-close").press("Enter")
    page.keyboard.type("handed back at the window")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("paper-1")).to_have_count(0)
    page.get_by_test_id("papers-settled").press("Enter")
    expect(page.get_by_test_id("paper-3").get_by_role("link")).to_have_attribute(
        "href", f"/sorting/{bundle}"
    )
    page.get_by_test_id("paper-1-again").press("Enter")
    expect(page.get_by_test_id("paper-1")).to_have_class("overdue")


def test_the_paper_of_a_bundle_is_boxed_lent_and_taken_back(
    served: ServedOffice, page: Page
) -> None:
    bundle = a_bundle(served.desk, 123, sheets=48)
    log_in(served, page)
    page.goto(f"{served.address}/sorting/{bundle}/custody")
    where = page.get_by_test_id("whereabouts")
    expect(where).to_contain_text("まだどこにも")

    expect(page.get_by_test_id("custody-box")).to_be_focused()
    page.keyboard.type("A-12")
    page.keyboard.press("Tab")
    page.keyboard.type("書庫2 棚5")
    page.keyboard.press("Enter")
    expect(where).to_contain_text("箱 A-12（書庫2 棚5）")
    expect(page.get_by_test_id("custody-to")).to_be_focused()
    page.keyboard.type("hanako")
    page.keyboard.press("Enter")
    expect(where).to_contain_text("hanako に貸し出しています")
    page.goto(f"{served.address}/papers/lent")
    expect(page.get_by_test_id("lent")).to_contain_text("hanako")
    page.get_by_test_id("lent").get_by_role("link").press("Enter")
    expect(page.get_by_test_id("custody-back")).to_be_focused()
    page.keyboard.press("Enter")

    expect(where).to_contain_text("箱 A-12")
    rows = page.get_by_test_id("custody-history").locator("tbody tr")
    expect(rows).to_have_count(3)


def test_a_receipt_leads_back_to_its_bundle(served: ServedOffice, page: Page) -> None:
    bundle = a_bundle(served.desk, 123, sheets=1)
    log_in(served, page)
    page.goto(f"{served.address}/sorting/{bundle}/slip")
    expect(page.get_by_test_id("slip-line")).to_contain_text("束 0123 申告 1 枚")
    code = page.locator("figcaption").inner_text()

    # What a hand scanner types.
    page.goto(f"{served.address}/sorting")
    page.get_by_test_id("find-bundle").focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{served.address}/sorting/{bundle}")
    with served.desk.database.look() as session:
        assert session.get_one(Bundle, bundle).number == "123"


def test_axe_finds_nothing_on_the_pages_of_paper_and_media(
    served: ServedOffice, page: Page
) -> None:
    bundle = a_bundle(served.desk, 123, sheets=48)
    came(served.desk, date(2020, 12, 1), sheets=3, mark="1234")
    table = a_table({"2200700": 3})
    take_in(served.desk, {"SHFD0006.CSV": table, "memo.docx": b"PK\x03\x04"})
    with served.desk.database.begin() as session:
        row = session.get_one(Bundle, bundle)
        custody.put(session, KEN, row, box="A-1", place="archive")
    log_in(served, page)
    at = f"/sorting/{bundle}"
    paths = ["/papers", "/papers/settled", f"{at}/custody", f"{at}/slip", at]
    paths += ["/boxes", "/boxes/1"]
    found = {}

    for path in [*paths, f"/sorting/{bundle + 1}", "/sorting"]:
        page.goto(served.address + path)
        page.emulate_media(color_scheme="light")
        broken = violations(page)
        page.emulate_media(color_scheme="dark")
        broken += violations(page, "color-contrast")
        if broken:
            found[path] = broken

    assert found == {}
