"""Nothing on any page keeps a person out who sees, hears or moves differently."""

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page

from kamizero.model import Role
from tests.axe import violations
from tests.served import ServedOffice
from web.app import PAGES

PEOPLE = [role for role in Role if role not in (Role.ROBOT, Role.MACHINE)]
NOT_FOR_EYES = re.compile(r"^/(healthz|readyz)|\.jpg$|/task$|\.(csv|pdf|txt)$")
PARAMETER = re.compile(r"\{\w+\}")
# What differs between people without changing what a page is made of. Of their menus
# each role's is seen once.
PERSONAL = re.compile(
    r'(name="csrf" value|data-csrf|data-person)="[^"]*"'
    r'|<nav .*?</nav>|<span data-testid="who">.*?</header>',
    re.DOTALL,
)
NOWHERE = "/nothing-here"


def addresses() -> Iterator[str]:
    """Every page that is looked at, of the first filing and of the second."""
    yield NOWHERE
    routes = (route for router in PAGES for route in router.routes)
    for route in routes:
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        if not NOT_FOR_EYES.search(route.path):
            yield from {PARAMETER.sub(number, route.path): None for number in "12"}


@pytest.fixture
def office(served: ServedOffice) -> ServedOffice:
    """Something on every page: work that waits, is ready, and objected to."""
    filing = served.waiting(
        doubtful=["insured.1.name_kana", "insured.1.birth_date"], entries=2
    )
    served.desk.find(filing, "sum", fields=["insured.1.birth_date"])
    served.office.ready()
    return served


def opened(chromium: Browser, office: ServedOffice, role: Role, language: str) -> Page:
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(60_000)
    name = f"{role}-{language}"
    token = office.session_of(name, role, language=language)
    office.say_why(token, 1, 2)
    context.add_cookies(
        [{"name": "kamizero_session", "value": token, "url": office.address}]
    )
    return context.new_page()


def too_wide(page: Page) -> list[str]:
    """What a telephone shows only to those who move the page to the side."""
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 720})
    return [f"{wide} px wide"] if wide > 390 else []


# Every page for every role: on a machine that does much else it takes its time.
@pytest.mark.timeout(900)
def test_axe_finds_nothing_on_any_page(chromium: Browser, office: ServedOffice) -> None:
    seen: set[str] = set()
    found: dict[str, list[str]] = {}

    for role in PEOPLE:
        page = opened(chromium, office, role, "ja")
        for path in addresses():
            # Only what is new is painted: most of it looks the same to everybody.
            made_of = PERSONAL.sub("", page.request.get(office.address + path).text())
            if made_of not in seen or path == NOWHERE:
                seen.add(made_of)
                page.goto(office.address + path)
                page.emulate_media(color_scheme="light")
                broken = violations(page)
                page.emulate_media(color_scheme="dark")
                broken += violations(page, "color-contrast")
                if broken:
                    found[f"{role} {path}"] = broken
        page.context.close()

    assert found == {}


# The languages share their templates and colours: each page is looked at once.
@pytest.mark.timeout(900)
def test_axe_finds_nothing_on_any_page_in_english(
    chromium: Browser, office: ServedOffice
) -> None:
    unseen = list(addresses())
    seen: set[str] = set()
    found: dict[str, list[str]] = {}

    for role in PEOPLE:
        page = opened(chromium, office, role, "en")
        for path in list(unseen):
            answer = page.request.get(office.address + path)
            if answer.status == HTTPStatus.FORBIDDEN:
                continue
            unseen.remove(path)
            made_of = PERSONAL.sub("", answer.text())
            if made_of not in seen:
                seen.add(made_of)
                page.goto(office.address + path)
                if broken := violations(page) + too_wide(page):
                    found[f"{role} {path}"] = broken
        page.context.close()

    assert found == {}
    assert unseen == []
