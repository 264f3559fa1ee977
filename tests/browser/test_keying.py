"""Keying, settling, and setting modes in a real browser, by keyboard."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from kamizero.model import Role
from storage.tables import Mode, ModeRow
from tests.axe import violations
from tests.keying import KeyingDesk
from tests.reviewer import Reviewer
from tests.served import ServedOffice

KANA, KIND = "insured.1.name_kana", "insured.*.name_kana"
BIRTH = "insured.*.birth_date"


@pytest.fixture
def keying(served: ServedOffice) -> KeyingDesk:
    return KeyingDesk(served.desk)


@pytest.fixture
def person(
    chromium: Browser, served: ServedOffice
) -> Iterator[Callable[..., Reviewer]]:
    """Gives people by name, each in a window of their own."""
    made: list[Reviewer] = []

    def come(name: str, role: Role = Role.KEYER, language: str = "ja") -> Reviewer:
        made.append(Reviewer(chromium, served, name, role=role, language=language))
        return made[-1]

    yield come
    for one in made:
        one.context.close()


def sit_down(one: Reviewer) -> None:
    """Open the page; its script is there once a field waits for the hands."""
    one.go("/keying")
    expect(one.value).to_be_focused()


def key(one: Reviewer, *keys: str) -> None:
    """Key the field on the screen, and wait for what comes after it."""
    before = one.value.get_attribute("data-field")
    for text in keys:
        if text in ("Enter", "NumpadSubtract", "NumpadEnter") or "+" in text:
            one.press(text)
        else:
            one.type(text)
    one.page.wait_for_function(
        "before => document.querySelector('[data-bench]').hidden || "
        "document.querySelector('[data-value]').dataset.field !== before",
        arg=before,
    )


def test_two_key_blind_and_a_third_settles_the_difference(
    person: Callable[..., Reviewer], served: ServedOffice, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = served.waiting(doubtful=[])
    kei, sen, rei = person("kei"), person("sen"), person("rei", Role.REVIEWER)

    for one, typed in ((kei, "yamada tarou"), (sen, "yamada jirou")):
        sit_down(one)
        expect(one.see("turn")).to_have_text("見ずに入力")
        expect(one.see("snippet")).to_have_js_property("complete", True)
        assert "ヤマダ" not in one.page.content()
        assert violations(one.page) == []
        key(one, typed, "Enter")
        expect(one.see("keying-none")).to_be_visible()
    sit_down(rei)
    expect(rei.see("options").get_by_role("button")).to_have_count(2)
    first = rei.see("option-1").locator(".said").inner_text()
    key(rei, "Alt+1" if first == "ヤマダ　タロウ" else "Alt+2", "Enter")

    expect(rei.see("keying-none")).to_be_visible()
    assert served.desk.states(filing) == ["ready"]


def test_a_day_is_keyed_wholly_on_the_ten_key(
    person: Callable[..., Reviewer], served: ServedOffice, keying: KeyingDesk
) -> None:
    keying.mode(BIRTH, Mode.KEY)
    filings = [served.waiting(doubtful=[]) for _ in range(2)]
    kei = person("kei")
    sit_down(kei)

    kei.type("7020512")
    expect(kei.see("meaning")).to_contain_text("1990-05-12")
    key(kei, "NumpadEnter")
    key(kei, "NumpadSubtract", "NumpadEnter")

    expect(kei.see("keying-none")).to_be_visible()
    assert served.desk.states(filings[0]) == ["ready"]
    # What nobody could read a reviewer decides.
    assert served.desk.states(filings[1]) == ["in_review"]


def test_what_cannot_be_written_there_is_told_and_stays_on_the_page(
    person: Callable[..., Reviewer], served: ServedOffice, keying: KeyingDesk
) -> None:
    keying.mode(BIRTH, Mode.KEY)
    served.waiting(doubtful=[])
    kei = person("kei")
    sit_down(kei)

    kei.type("next week")
    kei.press("Enter")

    expect(kei.see("meaning")).to_have_class(re.compile("wrong"))
    expect(kei.value).to_have_value("next week")


def test_a_lost_connection_loses_nothing_that_was_keyed(
    person: Callable[..., Reviewer], served: ServedOffice, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.KEY)
    filing = served.waiting(doubtful=[])
    kei = person("kei")
    sit_down(kei)
    kei.context.set_offline(True)
    kei.type("yamada tarou")
    kei.press("Enter")
    expect(kei.see("trouble")).to_be_visible()
    kept = kei.value.input_value()

    kei.context.set_offline(False)
    key(kei, "Enter")

    assert kept == "ヤマダ　タロウ"
    expect(kei.see("keying-none")).to_be_visible()
    assert served.desk.states(filing) == ["ready"]


def test_a_mode_is_set_by_keyboard_and_holds_from_its_day(
    person: Callable[..., Reviewer], served: ServedOffice
) -> None:
    mio = person("mio", Role.RECORDS_MANAGER, "en")
    mio.go("/modes?form=2200@2020-12")
    expect(mio.see("form-proof")).to_contain_text("made-up scans only")

    assert violations(mio.page) == []
    mio.see("mode-field").focus()
    mio.page.get_by_test_id("mode-field").select_option(KIND)
    mio.page.get_by_test_id("mode-mode").select_option("shadow")
    mio.see("mode-save").press("Enter")

    expect(mio.see(f"kind-{KIND}")).to_have_attribute("data-mode", "shadow")
    with served.desk.database.look() as session:
        row = session.query(ModeRow).one()
    assert (row.set_by, row.from_on) == ("mio", date(2020, 12, 10))
    filing = served.waiting(doubtful=[])
    assert served.desk.states(filing) == ["in_review"]


def test_many_alike_are_confirmed_by_keyboard_and_the_wrong_one_is_marked(
    person: Callable[..., Reviewer], served: ServedOffice
) -> None:
    filings = [served.waiting(doubtful=[KANA]) for _ in range(5)]
    rei = person("rei", Role.REVIEWER)
    rei.go("/groups")
    rei.see(f"open-{KIND}").press("Enter")
    expect(rei.see("piece")).to_have_count(5)
    expect(rei.see("piece").first).to_be_focused()

    rei.press("ArrowRight", "ArrowRight", "x")
    expect(rei.see("wrong")).to_have_text("1")
    found = violations(rei.page)
    rei.press("Control+Enter")

    expect(rei.see("groups-empty")).to_be_visible()
    assert found == []
    states = sorted(served.desk.states(filing)[0] for filing in filings)
    assert states == ["in_review", "ready", "ready", "ready", "ready"]


def test_digits_of_numbers_are_checked_without_any_number_on_the_page(
    person: Callable[..., Reviewer], served: ServedOffice
) -> None:
    for _ in range(3):
        served.waiting(doubtful=["insured.1.my_number"])
    rei = person("rei", Role.REVIEWER)
    rei.go("/groups")
    rei.see("open-insured.*.my_number").press("Enter")
    expect(rei.see("piece")).to_have_count(3)
    # The script is there once a piece waits for the hands.
    expect(rei.see("piece").first).to_be_focused()

    with rei.page.expect_navigation():
        rei.press("Control+Enter")

    expect(rei.see("piece")).to_have_count(3)
    assert "123456789018" not in rei.page.content()
