"""What goes wrong at a desk: nothing typed is lost, nothing is done twice."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from sqlalchemy import delete, func, select

from storage.tables import Field, FieldVersion, LoginSession
from tests.office import PASSWORD
from tests.reviewer import Reviewer
from tests.served import ServedOffice

KANA = "insured.1.name_kana"
KANJI = "insured.1.name_kanji"
MY_NUMBER = "insured.1.my_number"
OFFICE = "office.name"


@pytest.fixture
def rei(chromium: Browser, served: ServedOffice) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served)
    yield one
    one.context.close()


def versions(rei: Reviewer, filing: int, name: str) -> int:
    with rei.office.desk.database.look() as session:
        found = select(func.count(FieldVersion.id)).join(
            Field, Field.id == FieldVersion.field_id
        )
        counted = found.where(Field.filing_id == filing, Field.name == name)
        return session.scalar(counted) or 0


def value(rei: Reviewer, filing: int, name: str) -> str:
    with rei.office.desk.database.look() as session:
        field = session.scalars(
            select(Field).where(Field.filing_id == filing, Field.name == name)
        ).one()
        assert field.as_written is not None
        assert field.as_written.value is not None
        body: dict[str, Any] = dict(field.as_written.value.body or {})
        return str(body["value"])


def kept(page: Page) -> list[str]:
    """What the tab remembers of typed text."""
    code = "Object.keys(sessionStorage).filter(one => one.includes('draft'))"
    return list(page.evaluate(code))


def end_sessions(rei: Reviewer) -> None:
    with rei.office.desk.database.begin() as session:
        session.execute(delete(LoginSession))


def test_the_second_tab_has_the_item_and_the_first_loses_nothing(
    rei: Reviewer,
) -> None:
    filing = rei.office.waiting(doubtful=[KANA, KANJI])
    rei.sit_down(filing)
    other = rei.context.new_page()
    other.goto(rei.page.url)
    expect(other.get_by_test_id("field-label")).not_to_be_empty()

    rei.type("suzuki")
    rei.press("Enter")
    expect(rei.see("trouble")).to_be_visible()
    rei.see("open-again").click()

    expect(rei.value).to_have_value("スズキ")
    expect(rei.see("meaning")).to_contain_text("What you had typed is back")
    assert versions(rei, filing, KANA) == 1
    rei.press("Enter")
    rei.saved()
    assert value(rei, filing, KANA) == "スズキ"


def test_what_somebody_else_changed_is_shown_beside_what_was_typed(
    rei: Reviewer, chromium: Browser
) -> None:
    # Each of the two pages takes the oldest item for the next one.
    for _ in range(2):
        rei.office.waiting()
    filing = rei.office.waiting(entries=2, doubtful=[OFFICE, KANA])
    jun = Reviewer(chromium, rei.office, "jun")
    rei.sit_down(filing, 1)
    jun.sit_down(filing, 2)
    rei.choose(OFFICE)
    jun.choose(OFFICE)

    jun.value.fill("株式会社けやき")
    jun.press("Enter")
    jun.saved()
    rei.value.fill("株式会社けいと商店")
    rei.press("Enter")

    expect(rei.see("meaning")).to_contain_text("株式会社けやき")
    expect(rei.value).to_have_value("株式会社けいと商店")
    assert value(rei, filing, OFFICE) == "株式会社けやき"
    rei.press("Enter")
    rei.saved()
    assert value(rei, filing, OFFICE) == "株式会社けいと商店"
    jun.context.close()


def test_the_back_button_opens_an_item_that_can_be_worked_on(rei: Reviewer) -> None:
    filing = rei.office.waiting(doubtful=[KANA])
    rei.sit_down(filing)
    rei.see("leave").click()
    expect(rei.page).to_have_url(re.compile("/queue"))

    rei.page.go_back()
    rei.at(KANA)
    rei.press("Enter")
    rei.saved()

    assert versions(rei, filing, KANA) == 2
    expect(rei.see("trouble")).to_be_hidden()


def test_the_back_button_does_not_bring_a_finished_item_back(rei: Reviewer) -> None:
    filing = rei.office.waiting(doubtful=[KANA])
    rei.go("/queue")
    rei.see("queue-next").press("Enter")
    rei.at(KANA)
    rei.press("Enter")
    rei.saved()
    rei.press("Control+Enter")
    expect(rei.page).to_have_url(re.compile("all_done"))

    rei.page.go_back()

    expect(rei.page).to_have_url(re.compile("/queue"))
    assert rei.office.desk.states(filing) == ["ready"]


def test_a_double_click_settles_one_field_and_finishes_one_item(
    rei: Reviewer,
) -> None:
    first, second = (rei.office.waiting(doubtful=[KANA, KANJI]) for _ in range(2))
    rei.sit_down(first)

    rei.see("accept").dblclick()
    rei.at(KANJI)
    rei.saved()
    assert versions(rei, first, KANJI) == 1
    rei.press("Enter")
    rei.saved()
    rei.see("finish").dblclick()

    expect(rei.page).to_have_url(
        re.compile(f"/review/{rei.office.desk.entry_id(second)}$")
    )
    expect(rei.see("trouble")).to_be_hidden()
    assert rei.office.desk.states(first) == ["ready"]
    assert rei.office.desk.states(second) == ["in_review"]


def test_an_answer_is_saved_once_when_the_connection_is_back(rei: Reviewer) -> None:
    filing = rei.office.waiting(doubtful=[KANA, KANJI])
    rei.sit_down(filing)

    rei.context.set_offline(True)
    rei.type("suzuki")
    rei.press("Enter")
    expect(rei.see("saved")).to_have_attribute("data-state", "failed")
    rei.at(KANJI)
    assert kept(rei.page) != []
    rei.context.set_offline(False)

    rei.saved()
    assert value(rei, filing, KANA) == "スズキ"
    assert versions(rei, filing, KANA) == 2
    assert kept(rei.page) == []


def test_what_was_saved_without_an_answer_is_not_saved_twice(rei: Reviewer) -> None:
    filing = rei.office.waiting(doubtful=[KANA, KANJI])
    rei.sit_down(filing)
    lost: list[str] = []

    def lose_the_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    rei.page.route("**/fields/*", lose_the_first)
    rei.type("suzuki")
    rei.press("Enter")
    rei.at(KANJI)
    rei.saved()

    assert len(lost) == 1
    assert value(rei, filing, KANA) == "スズキ"
    assert versions(rei, filing, KANA) == 2
    expect(rei.see("trouble")).to_be_hidden()


def test_typed_text_outlives_a_session_that_ended(rei: Reviewer) -> None:
    filing = rei.office.waiting(doubtful=[KANA, KANJI])
    rei.sit_down(filing)

    end_sessions(rei)
    rei.type("suzuki")
    rei.press("Enter")
    expect(rei.see("trouble")).to_be_visible()
    rei.see("log-in-again").click()
    rei.see("login-name").fill("rei")
    rei.see("login-password").fill(PASSWORD)
    rei.press("Enter")

    expect(rei.value).to_have_value("スズキ")
    rei.press("Enter")
    rei.at(KANJI)
    rei.saved()
    assert value(rei, filing, KANA) == "スズキ"
    assert kept(rei.page) == []


def test_logging_out_leaves_nothing_typed_behind(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA]))
    rei.type("suzuki")
    assert kept(rei.page) != []

    rei.page.on("dialog", lambda dialog: dialog.accept())
    rei.see("logout").click()
    expect(rei.see("login-name")).to_be_visible()

    assert kept(rei.page) == []


def test_the_next_person_at_a_browser_finds_nothing_typed(
    rei: Reviewer, served: ServedOffice
) -> None:
    filing = served.waiting(doubtful=[KANA])
    rei.sit_down(filing)
    rei.type("suzuki")
    token = served.session_of("jun", rei.role, language="en")
    rei.context.add_cookies(
        [{"name": "kamizero_session", "value": token, "url": served.address}]
    )

    rei.go("/queue")

    assert kept(rei.page) == []


def test_a_my_number_is_never_kept_in_the_browser(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[MY_NUMBER]))
    rei.at(MY_NUMBER)

    rei.type("234567890123")

    assert kept(rei.page) == []
    storage = rei.page.evaluate(
        "JSON.stringify({ ...sessionStorage, ...localStorage })"
    )
    assert "234567890123" not in storage


def test_another_persons_item_is_not_opened_by_its_address(
    rei: Reviewer, chromium: Browser
) -> None:
    filing = rei.office.waiting(doubtful=[KANA])
    rei.sit_down(filing)
    jun = Reviewer(chromium, rei.office, "jun")

    jun.go(f"/review/{rei.office.desk.entry_id(filing)}")

    expect(jun.page).to_have_url(re.compile("taken_by_other"))
    expect(jun.see("notice")).to_be_visible()
    rei.press("Enter")
    rei.saved()
    assert versions(rei, filing, KANA) == 2
    jun.context.close()


@pytest.mark.parametrize("name", ["𠮷田　花子", "\ufa19田　濵子", "髙橋　德子"])
def test_names_outside_jis_x_0208_are_kept_as_they_are_typed(
    rei: Reviewer, name: str
) -> None:
    filing = rei.office.waiting(doubtful=[KANJI])
    rei.sit_down(filing)

    rei.value.fill(name)
    rei.press("Enter")
    rei.saved()

    assert value(rei, filing, KANJI) == name
    expect(rei.says(KANJI)).to_have_text(name)


def test_a_script_in_a_field_is_text(rei: Reviewer) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    opened: list[Dialog] = []
    rei.page.on("dialog", lambda dialog: opened.append(dialog))
    filing = rei.office.waiting(doubtful=[KANJI], written={KANJI: "&lt;b&gt;"})
    rei.sit_down(filing)
    expect(rei.value).to_have_value("&lt;b&gt;")

    rei.value.fill(evil)
    rei.press("Enter")
    rei.saved()
    rei.page.reload()

    expect(rei.says(KANJI)).to_have_text(evil.replace(" ", "\u3000"))
    assert rei.page.locator("img[src=x]").count() == 0
    assert opened == []
