"""Keywords for Robot Framework: entries of a kamizero queue, and the host's screen."""

import os
import shutil
from typing import Any

from playwright.sync_api import Page, sync_playwright
from queue_client import Item, QueueClient, Registered

# Which field of the screen shows which field of the record.
SCREEN = {
    "office_symbol": "office.symbol",
    "name_kana": "insured.name_kana",
    "name_kanji": "insured.name_kanji",
    "birth_date": "insured.birth_date",
    "acquired_on": "insured.acquired_on",
}


class HostScreen:
    """One robot with one browser; the token comes from KAMIZERO_TOKEN."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def __init__(self, address: str, queue: str, host: str) -> None:
        self._client = QueueClient(address, os.environ.get("KAMIZERO_TOKEN", ""), queue)
        self._host = host
        self._playwright: Any = None
        self._page: Page | None = None

    def open_the_screen(self) -> None:
        self._playwright = sync_playwright().start()
        browser = self._playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        self._page = browser.new_page()

    def close_the_screen(self) -> None:
        if self._playwright is not None:
            self._playwright.stop()

    def lease_the_next_entry(self) -> Item | None:
        """None where there is nothing to do."""
        return next(iter(self._client.lease()), None)

    def fill_in(self, item: Item) -> None:
        self._screen.goto(self._host)
        self._screen.fill("[name=reference]", item.reference)
        for name, of_record in SCREEN.items():
            self._screen.fill(f"[name={name}]", item.fields.get(of_record, ""))

    def say_that_it_is_registered_now(self, item: Item) -> None:
        self._client.committing(item)

    def press_register(self) -> None:
        self._screen.get_by_role("button", name="登録").click()
        self._screen.wait_for_selector("#number")

    def read_what_the_screen_shows(self) -> Registered:
        shown = {
            of_record: self._screen.inner_text(f"#{name}")
            for name, of_record in SCREEN.items()
        }
        return Registered(self._screen.inner_text("#number"), shown)

    def complete(self, item: Item, registered: Registered) -> str:
        return str(self._client.complete(item, registered))

    def give_up(self, item: Item, code: str) -> str:
        """After `say that it is registered now`, somebody looks it up first."""
        return str(self._client.fail(item, kind="application", code=code))

    @property
    def _screen(self) -> Page:
        if self._page is None:
            raise RuntimeError("Open the screen first.")
        return self._page
