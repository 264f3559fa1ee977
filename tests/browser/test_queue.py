"""The queue in a real browser, by keyboard: filtered, put aside, handed on."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import select

from kamizero.model import Role
from review import queue
from storage.tables import Question, Work
from tests.desk import LATER, Desk
from tests.reviewer import Reviewer
from tests.served import ServedOffice

KANA = "insured.1.name_kana"
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.fixture
def rei(chromium: Browser, served: ServedOffice) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served)
    yield one
    one.context.close()


def question(desk: Desk) -> Question:
    with desk.database.look() as session:
        return session.scalars(select(Question)).one()


def test_an_entry_is_put_aside_by_keyboard_and_the_next_one_follows(
    rei: Reviewer, desk: Desk
) -> None:
    first, second = rei.office.waiting(), rei.office.waiting()
    rei.sit_down(first)

    rei.press("Alt+p")
    rei.see("aside-whom").fill("けいと商店")
    rei.see("aside-note").fill("入社日はいつですか")
    rei.press("Control+Enter")

    expect(rei.see("aside-dialog")).to_be_hidden()
    expect(rei.page).to_have_url(f"{rei.office.address}/review/{desk.entry_id(second)}")
    asked = question(desk)
    assert (asked.entry_id, asked.wait) == (desk.entry_id(first), "answer")
    assert (asked.asked_of, asked.note) == ("けいと商店", "入社日はいつですか")
    rei.go("/queue/parked")
    expect(rei.see("parked")).to_contain_text("入社日はいつですか")


def test_the_next_one_follows_though_it_was_still_on_its_way(
    rei: Reviewer, desk: Desk
) -> None:
    first, second = rei.office.waiting(), rei.office.waiting()
    asked: list[Route] = []
    rei.page.route("**/review/next*", lambda route: asked.append(route))
    with rei.page.expect_request("**/review/next*"):
        rei.sit_down(first)

    rei.press("Alt+p")
    with rei.page.expect_response("**/park"):
        rei.press("Control+Enter")
    asked[0].continue_()

    expect(rei.page).to_have_url(f"{rei.office.address}/review/{desk.entry_id(second)}")


def test_what_was_typed_is_kept_when_the_entry_is_put_aside(
    rei: Reviewer, desk: Desk
) -> None:
    filing = rei.office.waiting()
    rei.sit_down(filing)
    rei.value.fill("サトウ　ハナコ")

    rei.press("Alt+p")
    rei.press("Control+Enter")

    expect(rei.page).to_have_url(f"{rei.office.address}/queue?notice=all_done")
    claim = desk.claim(filing, now=LATER)
    shown = desk.shown(claim, KANA).as_written
    assert shown is not None
    assert shown.value == "サトウ　ハナコ"


def test_a_colleague_answers_and_the_entry_comes_back(
    rei: Reviewer, chromium: Browser, desk: Desk
) -> None:
    filing = rei.office.waiting()
    mio = Reviewer(chromium, rei.office, name="mio")
    rei.sit_down(filing)
    rei.press("Alt+p")
    rei.see("aside-wait").select_option("colleague")
    rei.see("aside-to").select_option("mio")
    rei.see("aside-note").fill("﨑ですか、崎ですか")
    rei.press("Control+Enter")
    rei.page.wait_for_url("**/queue*")
    mio.go("/queue")
    expect(mio.page.get_by_text("﨑ですか、崎ですか")).to_be_visible()

    mio.see(f"answer-{question(desk).id}").fill("﨑です")
    mio.press("Enter")

    expect(mio.see("notice")).to_be_visible()
    mio.context.close()
    rei.go("/queue")
    rei.see("queue-next").press("Enter")
    expect(rei.see("asked")).to_contain_text("﨑です")


def test_an_entry_is_handed_on_to_somebody_else(rei: Reviewer, desk: Desk) -> None:
    filing = rei.office.waiting()
    rei.office.office.employ("mio", Role.REVIEWER)
    rei.sit_down(filing)

    rei.press("Alt+p")
    rei.see("aside-wait").select_option("hand_on")
    rei.press("Control+Enter")

    rei.page.wait_for_url("**/queue*")
    assert queue.claim_next(desk.database, "ken", now=LATER) is None
    claim = queue.claim_next(desk.database, "mio", now=LATER)
    assert claim is not None
    assert claim.subject == desk.entry_id(filing)


def test_a_day_that_is_past_is_refused_in_the_dialog(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting())
    rei.press("Alt+p")
    rei.see("aside-until").evaluate("one => { one.min = ''; one.value = '2020-12-09' }")

    rei.press("Control+Enter")

    expect(rei.see("aside-dialog").get_by_role("alert")).to_be_visible()


def test_the_queue_is_filtered_and_walked_through_by_keyboard(
    rei: Reviewer, desk: Desk
) -> None:
    late, other = rei.office.waiting(), rei.office.waiting()
    with desk.database.begin() as session:
        rows = {row.subject: row for row in session.scalars(select(Work))}
        rows[desk.entry_id(late)].deadline = (LATER - timedelta(days=3)).date()
    rei.go("/queue")
    expect(rei.see(f"due-{desk.entry_id(late)}")).to_contain_text(
        "3 business days late"
    )

    rei.see("filter-due").select_option("late")

    expect(rei.see(f"queue-row-{desk.entry_id(other)}")).to_have_count(0)
    expect(rei.see(f"queue-row-{desk.entry_id(late)}")).to_be_visible()
    rei.see("queue-next").press("ArrowDown")
    rei.press("Enter")
    expect(rei.page).to_have_url(
        f"{rei.office.address}/review/{desk.entry_id(late)}?due=late"
    )


@pytest.mark.skipif(
    os.environ.get("KAMIZERO_PICTURES") != "1", reason="pictures are not asked for"
)
def test_pictures_of_the_queue(rei: Reviewer, desk: Desk) -> None:
    filings = [rei.office.waiting() for _ in range(4)]
    rei.office.office.employ("mio", Role.REVIEWER)
    with desk.database.begin() as session:
        rows = {row.subject: row for row in session.scalars(select(Work))}
        rows[desk.entry_id(filings[1])].deadline = (LATER - timedelta(days=3)).date()
        rows[desk.entry_id(filings[2])].priority = 100
    rei.go("/queue")
    rei.page.screenshot(path=PICTURES / "queue-filters.png")
    rei.sit_down(filings[0])
    rei.press("Alt+p")
    rei.see("aside-whom").fill("けいと商店")
    rei.see("aside-note").fill("入社日はいつですか")
    rei.page.screenshot(path=PICTURES / "aside.png")
    rei.press("Control+Enter")
    rei.page.wait_for_timeout(300)
    rei.go("/queue/parked")
    rei.page.screenshot(path=PICTURES / "parked.png")
