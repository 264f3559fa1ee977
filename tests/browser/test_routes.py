"""A long route by keyboard, from the first stage to the decision by a deputy."""

from playwright.sync_api import Page, expect

from kamizero.model import Role
from tests.camera import Camera
from tests.entering import enter
from tests.routes import THREE_STAGES, load_routes
from tests.served import ServedOffice

NAME = "insured.1.name_kana"
DELEGATED = THREE_STAGES.replace(
    "    in_force_from", "    delegated_by: 決裁規程 第5条\n    in_force_from"
)


def test_a_filing_takes_a_long_route_and_a_deputy_decides(
    page: Page, served: ServedOffice, picture: Camera
) -> None:
    tokens = {
        name: served.session_of(name, Role.APPROVER)
        for name in ("sato", "mori", "ueda", "ann", "bob")
    }
    load_routes(served.desk, DELEGATED, people=("kato",))
    filing = served.waiting(doubtful=[NAME])
    claim = served.desk.claim(filing)
    served.desk.settle(claim, NAME, "ヤマダ　ジロウ")
    served.desk.finish(claim)
    address = f"{served.address}/approvals/{filing}"

    enter(page, served, tokens["ann"])
    page.goto(f"{served.address}/absences")
    page.get_by_test_id("deputy").select_option("bob")
    page.get_by_test_id("record-absence").press("Enter")
    expect(page.get_by_test_id("absences")).to_contain_text("bob")
    for name in ("sato", "mori", "ueda"):
        enter(page, served, tokens[name])
        page.goto(address)
        page.get_by_test_id("endorse").press("Enter")
        expect(page.get_by_test_id("notice").first).to_contain_text("次の段階")
    enter(page, served, tokens["bob"])
    page.goto(address)
    expect(page.get_by_test_id("route")).to_contain_text("専決")
    expect(page.get_by_test_id("approve")).to_contain_text("annの代決")
    picture("route")
    page.get_by_test_id("approve").press("Enter")
    expect(page.get_by_test_id("filing-state")).to_contain_text("承認済")
    enter(page, served, tokens["ann"])
    page.goto(f"{served.address}/absences")
    expect(page.get_by_test_id("to-read")).to_contain_text("決裁 所長")
    page.get_by_test_id("to-read").get_by_role("button").press("Enter")

    expect(page.get_by_test_id("to-read")).to_have_count(0)
    assert served.desk.states(filing) == ["approved"]


def test_an_approver_sends_it_back_to_an_earlier_stage(
    page: Page, served: ServedOffice
) -> None:
    token = served.session_of("ann", Role.APPROVER)
    sato = served.session_of("sato", Role.APPROVER)
    load_routes(served.desk, THREE_STAGES, people=("kato", "mori", "ueda"))
    filing = served.office.ready()
    enter(page, served, sato)
    page.goto(f"{served.address}/approvals/{filing}")
    page.get_by_test_id("endorse").press("Enter")
    expect(page.get_by_test_id("stage-1")).to_contain_text("sato")

    enter(page, served, token)
    page.goto(f"{served.address}/approvals/{filing}")
    page.get_by_test_id("send-back").press("Enter")
    page.get_by_test_id("send-back-to").select_option("1")
    page.get_by_test_id("send-back-reason").fill("もう一度確認してください")
    page.get_by_test_id("send-back-confirm").press("Enter")
    expect(page.get_by_test_id("notice")).to_be_visible()
    page.goto(f"{served.address}/approvals/{filing}")

    expect(page.get_by_test_id("stage-1")).to_have_attribute("data-state", "next")
