"""A real Chromium, and pictures of what it shows."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.camera import Camera
from tests.desk import Desk
from tests.installation import Installation
from tests.served import ServedOffice
from tests.services import unavailable

# What a test waits for comes at once, but on a busy machine that may be late.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright runs its event loop in this thread for as long as it is open, and the
    # tests of other folders open loops of their own.
    path = shutil.which("chromium")
    if path is None:
        unavailable("chromium", "install it with `make services`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A window of 1280 x 720, as a small office screen has."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 720}, locale="ja-JP"
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def picture(page: Page) -> Camera:
    """Takes pictures of what the window shows."""
    return Camera(page)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    yield made
    made.stop()


@pytest.fixture
def served(desk: Desk) -> Iterator[ServedOffice]:
    """The office of the other tests, behind a port."""
    made = ServedOffice(desk)
    yield made
    made.stop()
