"""A bundle sorted and balanced at the scanning desk, by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.camera import Camera
from tests.installation import Installation
from tests.stack import as_tiff, attachment, forms, separator

PASSWORD = "correct horse battery"
SHEETS = 48
# What the faults of the stack cost: three pages in the wrong place, way or number,
# and the kind of one attachment.
KEYS = 14
# A bundle of this size is read within it, whatever else the machine does.
LONG_MS = 180_000


class Keyboard:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        self._page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)
            self.count += 1


@pytest.mark.model
def test_a_bundle_of_48_sheets_is_sorted_by_keyboard(
    installation: Installation,
    page: Page,
    picture: Camera,
    tmp_path: Path,
) -> None:
    bundle = tmp_path / "bundle.tif"
    bundle.write_bytes(a_stack_with_faults())
    installation.run(
        "user", "add", "ken", "--role", "scanner", "--password-stdin", stdin=PASSWORD
    )
    installation.answer("ingest", str(bundle), "--wait", "--json")
    log_in(page, installation.up(), "ken")
    page.get_by_test_id("nav-sorting").click()
    open_first_bundle(page)
    balance = page.get_by_test_id("sort-balance")
    expect(balance).to_contain_text(f"{SHEETS + 1} / {SHEETS}")
    picture("desk")
    keys = Keyboard(page)

    # The paper before the first form belongs behind the last.
    keys.press("ArrowRight", "m", "End", "v")
    expect(page.get_by_test_id("sort-page-2")).to_have_attribute("data-kind", "form")
    # A sheet that was fed twice does not count.
    keys.press("x")
    # One lies upside down.
    keys.press("Home", *["ArrowRight"] * 4, "r", "r")
    # All that follows the first form is a residence record.
    keys.press("k", "1")
    expect(page.get_by_test_id("sort-page-5")).to_contain_text("住民票")
    page.keyboard.press("?")
    expect(page.get_by_test_id("sort-keys")).to_be_visible()
    picture.as_it_is("desk-keys")
    page.keyboard.press("Escape")

    expect(balance).to_have_text(re.compile(r"\s一致"), timeout=LONG_MS)
    expect(page.get_by_test_id("sort-pages").get_by_role("option")).to_have_count(
        SHEETS + 1
    )
    upside_down = page.get_by_test_id("sort-page-5").locator("img")
    expect(upside_down).to_have_attribute("data-turn", "180")
    assert keys.count == KEYS


@pytest.mark.model
def test_pages_are_dragged_and_taken_back(
    installation: Installation, page: Page, tmp_path: Path
) -> None:
    stack = tmp_path / "stack.tif"
    papers = [attachment(number) for number in range(4)]
    stack.write_bytes(as_tiff([separator(sheets=4, entries=0, number=9), *papers]))
    installation.run(
        "user", "add", "ken", "--role", "scanner", "--password-stdin", stdin=PASSWORD
    )
    installation.answer("ingest", str(stack), "--wait", "--json")
    log_in(page, installation.up(), "ken")
    page.get_by_test_id("nav-sorting").click()
    open_first_bundle(page)
    order = [one.get_attribute("data-page") for one in pages_of(page)]

    page.get_by_test_id("sort-page-5").drag_to(page.get_by_test_id("sort-page-2"))

    first_paper = page.get_by_test_id("sort-page-2")
    expect(first_paper).to_have_attribute("data-page", order[4] or "")
    page.keyboard.press("z")
    expect(first_paper).to_have_attribute("data-page", order[1] or "")
    balance = page.get_by_test_id("sort-balance")
    expect(balance).to_contain_text("不一致", timeout=LONG_MS)
    page.keyboard.press("e")
    page.keyboard.type("four letters without a form")
    page.keyboard.press("Enter")
    expect(balance).to_contain_text("理由あり", timeout=LONG_MS)


def open_first_bundle(page: Page) -> None:
    """Open what waits; the desk's script is there once one page is current."""
    page.get_by_test_id("open-bundles").get_by_role("link").click()
    first = page.get_by_test_id("sort-page-1")
    expect(first).to_have_attribute("aria-current", "true")


def pages_of(page: Page) -> list[Locator]:
    return page.get_by_test_id("sort-pages").get_by_role("option").all()


def a_stack_with_faults() -> bytes:
    """48 sheets; one lies too early, one upside down, one was scanned twice."""
    written = list(forms())
    papers = [attachment(number) for number in range(SHEETS - len(written))]
    papers[2] = papers[2].rotate(180)
    lost, *rest = papers
    stack = [lost]
    share = len(rest) // len(written) + 1
    for place, (form, _) in enumerate(written):
        stack += [form, *rest[place * share : (place + 1) * share]]
    stack.append(stack[-1])
    entries = sum(people for _, people in written)
    return as_tiff([separator(sheets=SHEETS, entries=entries, number=123), *stack])


def log_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_test_id("login-name").fill(name)
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-password").press("Enter")
    expect(page.get_by_test_id("who")).to_contain_text(name)
    expect(page).to_have_url(re.compile("/jobs"))
