"""A reviewer at a real browser: the review page of a served office, by keyboard."""

import re
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from kamizero.model import Role
from tests.served import ServedOffice


class Reviewer:
    """One person in one window of the size of a small office screen."""

    def __init__(
        self,
        chromium: Browser,
        office: ServedOffice,
        name: str = "rei",
        *,
        role: Role = Role.REVIEWER,
        language: str = "en",
        **window: Any,
    ) -> None:
        self.name = name
        self.role = role
        self.language = language
        self.office = office
        self.context: BrowserContext = chromium.new_context(
            viewport={"width": 1280, "height": 720}, **window
        )
        self.context.set_default_timeout(60_000)
        token = office.session_of(name, role, language=language)
        self.context.add_cookies(
            [{"name": "kamizero_session", "value": token, "url": office.address}]
        )
        self.page: Page = self.context.new_page()

    def go(self, path: str) -> None:
        self.page.goto(self.office.address + path)

    def sit_down(self, filing: int, n: int = 1) -> None:
        """Open an entry; the page's script is there once a field is in hand."""
        self.go(f"/review/{self.office.desk.entry_id(filing, n)}")
        expect(self.label).not_to_be_empty()

    def see(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    @property
    def label(self) -> Locator:
        return self.see("field-label")

    @property
    def value(self) -> Locator:
        return self.see("value")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def row(self, field: str) -> Locator:
        return self.see(f"field-{field}")

    def at(self, field: str) -> None:
        """Wait until this field is the one in hand."""
        expect(self.value).to_have_attribute("data-field", field)

    def choose(self, field: str) -> None:
        self.row(field).evaluate("row => row.click()")
        self.at(field)

    def saved(self) -> None:
        expect(self.see("saved")).to_have_attribute("data-state", "saved")

    def says(self, field: str) -> Locator:
        return self.row(field).locator("[data-says]")

    def module(self, name: str, code: str, argument: object = None) -> Any:
        """What a function of one of the page's scripts gives for an argument."""
        address = f"/static/js/{name}.js"
        return self.page.evaluate(
            f"async (given) => {{ const it = await import('{address}'); {code} }}",
            argument,
        )


def numbers(text: str) -> Sequence[int]:
    return [int(found) for found in re.findall(r"\d+", text)]
