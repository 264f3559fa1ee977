"""Every act of the review page by key, as hands at a ten-key and an IME do them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from forms.grammar import carried
from tests.axe import violations
from tests.reviewer import Reviewer
from tests.served import ServedOffice

KANA = "insured.1.name_kana"
KANJI = "insured.1.name_kanji"
BIRTH = "insured.1.birth_date"
ACQUIRED = "insured.1.acquired_on"
TOTAL = "insured.1.remuneration_total"
SPELT = {
    "yamada tarou": "ヤマダ　タロウ",
    "shinji": "シンジ",
    "sinzi": "シンジ",
    "chiyo": "チヨ",
    "tiyo": "チヨ",
    "tsuda": "ツダ",
    "tuda": "ツダ",
    "fujita": "フジタ",
    "huzita": "フジタ",
    "hattori": "ハットリ",
    "matchi": "マッチ",
    "macchi": "マッチ",
    "konno": "コンノ",
    "honnda": "ホンダ",
    "kenichi": "ケニチ",
    "ken'ichi": "ケンイチ",
    "kennichi": "ケンニチ",
    "jun": "ジュン",
    "shimbo": "シンボ",
    "namba": "ナンバ",
    "kyouko": "キョウコ",
    "ryouta": "リョウタ",
    "jo-ji": "ジョージ",
    "syuu": "シュウ",
    "tyou": "チョウ",
    "zyunko": "ジュンコ",
    "vi": "ヴィ",
    "thi-na": "ティーナ",
    "xtu": "ッ",
    "wo": "ヲ",
    "YUKI": "ユキ",
    "サトウ hanako": "サトウ　ハナコ",
    "kita 1-2-3": "キタ　1-2-3",
}


@pytest.fixture
def rei(chromium: Browser, served: ServedOffice) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served)
    yield one
    one.context.close()


def compose(rei: Reviewer, text: str) -> None:
    """What the browser tells a page while an input method shows `text`."""
    session = rei.context.new_cdp_session(rei.page)
    size = {"selectionStart": len(text), "selectionEnd": len(text)}
    session.send("Input.imeSetComposition", {"text": text, **size})


def press_while_composing(rei: Reviewer, key: str) -> None:
    """A key the input method takes for itself: 229 is all a page learns of it."""
    session = rei.context.new_cdp_session(rei.page)
    told: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **told})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **told})


def test_romaji_become_kana_as_hepburn_and_kunrei_spell_them(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA]))

    spelt = rei.module(
        "romaji",
        "return given.map((one) => it.toKana(one, { whole: true }))",
        list(SPELT),
    )

    assert dict(zip(SPELT, spelt, strict=True)) == SPELT


def test_furigana_are_typed_without_an_input_method(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA]))
    rei.at(KANA)

    rei.type("kondou jun")
    expect(rei.value).to_have_value("コンドウ　ジュn")
    rei.press("Enter")

    rei.saved()
    expect(rei.says(KANA)).to_have_text("コンドウ　ジュン")


def test_what_is_corrected_within_a_name_is_kana_too(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA]))
    rei.at(KANA)

    rei.press("Home", "Delete", "Delete", "Delete")
    rei.type("shimo")

    expect(rei.value).to_have_value("シモ　タロウ")


def test_keys_of_the_input_method_do_nothing_on_the_page(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA, KANJI]))
    rei.at(KANA)

    compose(rei, "やまだ")
    for key in ("Enter", "Tab", "ArrowDown", "Escape", "F6"):
        press_while_composing(rei, key)

    rei.at(KANA)
    expect(rei.value).to_be_focused()
    assert "やまだ" in rei.value.input_value()
    expect(rei.see("saved")).to_have_attribute("data-state", "saved")


def test_digits_are_settled_wholly_on_the_ten_key(rei: Reviewer) -> None:
    fields = [BIRTH, ACQUIRED, TOTAL]
    rei.sit_down(rei.office.waiting(doubtful=fields, other={TOTAL: "230000"}))
    rei.at(BIRTH)

    rei.type("7020513")
    rei.press("NumpadEnter")
    rei.at(ACQUIRED)
    rei.press("NumpadSubtract")
    rei.at(TOTAL)
    rei.press("NumpadDivide")
    rei.at(ACQUIRED)
    rei.press("NumpadMultiply")
    rei.at(TOTAL)
    rei.press("NumpadAdd", "NumpadEnter")

    rei.saved()
    expect(rei.says(BIRTH)).to_have_text("1990-05-13")
    expect(rei.says(ACQUIRED)).to_have_text("–")
    expect(rei.says(TOTAL)).to_have_text("230,000 yen")
    expect(rei.see("remaining")).to_contain_text("0")


def test_one_key_repeats_what_stands_above(rei: Reviewer) -> None:
    second = "insured.2.acquired_on"
    rei.sit_down(rei.office.waiting(entries=2, doubtful=[second]), 2)
    rei.at(second)
    expect(rei.see("ditto")).to_contain_text("2020-12-01")

    rei.press("NumpadDecimal")

    rei.saved()
    expect(rei.says(second)).to_have_text("2020-12-01")
    rei.choose(second)
    expect(rei.value).to_have_value("9 021201")


def test_nobody_repeats_the_number_of_another_person(rei: Reviewer) -> None:
    second = "insured.2.my_number"
    rei.sit_down(rei.office.waiting(entries=2, doubtful=[second]), 2)
    rei.at(second)

    expect(rei.see("ditto")).to_be_hidden()
    rei.press("Alt+d")

    rei.at(second)


def test_a_date_is_typed_as_the_form_has_it_and_said_as_it_is_kept(
    rei: Reviewer,
) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[BIRTH]))
    rei.at(BIRTH)
    expect(rei.value).to_have_value("7 020512")
    expect(rei.see("meaning")).to_contain_text("1990-05-12")

    rei.type("5640107")

    expect(rei.see("meaning")).to_contain_text("1989-01-07")
    expect(rei.see("meaning")).to_contain_text("Showa")


def test_candidates_are_taken_by_arrow_and_by_number(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANJI]))
    rei.at(KANJI)

    rei.press("ArrowDown")
    expect(rei.value).to_have_value("山田　太郎?")
    rei.press("Alt+1")

    expect(rei.value).to_have_value("山田　太郎")


def test_a_variant_is_chosen_and_what_the_csv_will_carry_is_said(
    rei: Reviewer,
) -> None:
    filing = rei.office.waiting(doubtful=[KANJI], written={KANJI: "高崎　吉子"})
    rei.sit_down(filing)
    rei.at(KANJI)

    rei.press("Alt+v", "2", "ArrowRight", "ArrowDown")
    assert violations(rei.page) == []
    rei.press("Enter")

    expect(rei.value).to_have_value("髙﨑　吉子")
    expect(rei.see("meaning")).to_contain_text("高崎　吉子")
    expect(rei.see("meaning")).to_contain_text("髙﨑 not in JIS X 0208")
    rei.press("Enter")
    rei.saved()
    expect(rei.says(KANJI)).to_have_text("髙﨑　吉子")


def test_page_and_server_agree_on_what_a_csv_carries(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANJI]))
    everything = [
        chr(code)
        for code in (*range(0x20, 0xD800), *range(0xF900, 0x10000), 0x20BB7, 0x2A6B2)
    ]

    told = rei.module(
        "variants",
        "return given.map((one) => it.carriedBy(one).text)",
        everything,
    )

    differing = {
        f"{ord(one):04x}": (said, carried(one).text)
        for one, said in zip(everything, told, strict=True)
        if said != carried(one).text
    }
    assert differing == {}


def test_digits_of_the_same_hand_stand_beside_a_doubtful_one(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[BIRTH], other={BIRTH: "1990-05-17"}))
    rei.at(BIRTH)
    strip = rei.see("same-hand")

    expect(strip).to_be_visible()
    expect(strip.locator("[data-digit]")).to_have_count(2)
    twos = strip.locator("[data-digit='2'] canvas")
    assert twos.count() >= 2
    rei.page.wait_for_function(
        "document.querySelector('[data-image]').naturalWidth > 0"
    )
    dark = twos.first.evaluate(
        """canvas => [...canvas.getContext('2d')
          .getImageData(0, 0, canvas.width, canvas.height).data]
          .filter((one, at) => at % 4 === 0 && one < 110).length"""
    )
    assert dark > 10


def test_the_picture_is_zoomed_panned_and_turned_by_key(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA]))
    layer = rei.page.locator("[data-layer]")
    seen = [layer.get_attribute("style")]

    for key in ("Alt+;", "Alt+ArrowLeft", "Alt+ArrowDown", "Alt+-", "Alt+r"):
        rei.press(key)
        seen.append(layer.get_attribute("style"))

    assert len(set(seen)) == len(seen)
    rei.at(KANA)


@pytest.mark.parametrize("key", ["?", "F1"])
def test_the_keys_are_shown_by_key(rei: Reviewer, key: str) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA]))

    rei.press(key)

    expect(rei.see("keys-dialog")).to_be_visible()
    assert violations(rei.page) == []
    rei.press("Escape")
    expect(rei.value).to_be_focused()


def test_a_record_is_taken_over_as_a_decision_with_its_ground(rei: Reviewer) -> None:
    filing = rei.office.waiting(doubtful=[BIRTH])
    rule = "records.birth_date_differs"
    rei.office.desk.find(filing, rule, fields=[BIRTH], record="1990-05-21")
    rei.sit_down(filing)
    rei.at(BIRTH)
    expect(rei.see(f"finding-{rule}")).to_contain_text("1990-05-21")

    rei.press("Alt+t")
    expect(rei.see("decision-value")).to_have_value("7 020521")
    expect(rei.see("decision-ground")).to_have_value("register")
    assert violations(rei.page) == []
    rei.press("Enter")

    rei.saved()
    expect(rei.says(BIRTH)).to_have_text("1990-05-21")


def test_an_inquiry_is_noted_with_the_clock(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[BIRTH]))
    rei.at(BIRTH)

    rei.press("Alt+c")
    expect(rei.see("decision-at")).to_have_value(re.compile(r"\d\d:\d\d"))
    rei.see("decision-value").fill("7 020521")
    rei.see("decision-whom").fill("Sato")
    rei.see("decision-answer").fill("the 21st")
    rei.press("Enter")

    rei.saved()
    expect(rei.says(BIRTH)).to_have_text("1990-05-21")


def test_a_finished_item_is_taken_back_by_key(rei: Reviewer) -> None:
    first, second = (rei.office.waiting(doubtful=[KANA]) for _ in range(2))
    rei.sit_down(first)
    rei.at(KANA)
    rei.press("Enter")
    rei.saved()
    rei.press("Control+Enter")
    expect(rei.page).to_have_url(
        re.compile(f"/review/{rei.office.desk.entry_id(second)}$")
    )

    expect(rei.see("reopen")).to_be_visible()
    rei.press("Alt+l")

    expect(rei.page).to_have_url(
        re.compile(f"/review/{rei.office.desk.entry_id(first)}$")
    )
    assert rei.office.desk.states(first) == ["in_review"]


def test_a_key_held_down_settles_one_field(rei: Reviewer) -> None:
    rei.sit_down(rei.office.waiting(doubtful=[KANA, KANJI, BIRTH]))
    rei.at(KANA)

    rei.page.keyboard.down("Enter")
    rei.page.keyboard.down("Enter")
    rei.page.keyboard.down("Enter")
    rei.page.keyboard.up("Enter")

    rei.at(KANJI)
