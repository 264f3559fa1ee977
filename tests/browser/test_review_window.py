"""The review page in small and large windows, in both languages and schemes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.camera import Camera
from tests.reviewer import Reviewer
from tests.served import ServedOffice

KANA = "insured.1.name_kana"
KANJI = "insured.1.name_kanji"
BIRTH = "insured.1.birth_date"
RULE = "records.birth_date_differs"
# What a person must see and reach, and whether any of it is cut off.
_CUT_OFF = """() => {
  const parts = [...document.querySelectorAll(
    ".task-head .button, .bench .button, .bench [data-value], .bench .hand, .candidate",
  )].filter((one) => one.checkVisibility());
  const bad = parts.filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const out = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    return out || (one.tagName === "BUTTON" && one.scrollWidth > one.clientWidth + 1);
  });
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) bad.push(root);
  return bad.map((one) => one.dataset.testid ?? one.className);
}"""


@pytest.fixture(params=["ja", "en"])
def rei(
    chromium: Browser, served: ServedOffice, request: pytest.FixtureRequest
) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served, language=request.param)
    yield one
    one.context.close()


def test_nothing_is_cut_off_in_any_window(rei: Reviewer) -> None:
    filing = rei.office.waiting(
        entries=2,
        doubtful=[BIRTH, KANA, KANJI],
        other={BIRTH: "1990-05-17", KANJI: "髙崎　大郎", KANA: "ヤマグ　タロウ"},
        written={KANJI: "髙崎　太郎"},
    )
    rei.office.desk.find(filing, RULE, fields=[BIRTH], record="1990-05-21")
    take = Camera(rei.page)
    ending = "" if rei.language == "ja" else "-en"

    for width, height in ((1280, 720), (1920, 1080)):
        rei.page.set_viewport_size({"width": width, "height": height})
        rei.sit_down(filing)
        for name in (KANA, KANJI, BIRTH):
            rei.choose(name)
            assert rei.page.evaluate(_CUT_OFF) == []
    take.as_it_is(f"review-large{ending}")
    rei.page.set_viewport_size({"width": 1280, "height": 720})
    rei.choose(KANJI)
    rei.press("Alt+v")
    expect(rei.see("variants-dialog")).to_be_visible()
    take.as_it_is(f"review-variants{ending}")
    rei.press("Escape", "F1")
    expect(rei.see("keys-dialog")).to_be_visible()
    take.as_it_is(f"review-keys{ending}")
