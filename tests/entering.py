"""Somebody sits down at a browser that another person had."""

from playwright.sync_api import Page

from tests.served import ServedOffice


def enter(page: Page, office: ServedOffice, token: str) -> None:
    """Let the session with this token be the one of the browser."""
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": "kamizero_session", "value": token, "url": office.address}]
    )
