"""What axe finds on pages of the office that need something to be there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.answering import Host, keys
from tests.axe import violations
from tests.exporting import approved
from tests.reviewer import Reviewer
from tests.served import ServedOffice


@pytest.fixture
def rei(chromium: Browser, served: ServedOffice) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served)
    yield one
    one.context.close()


def test_axe_finds_nothing_where_something_is_put_aside(
    rei: Reviewer, tmp_path: Path
) -> None:
    filing = rei.office.waiting()
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        for scheme in ("light", "dark"):
            rei.page.emulate_media(color_scheme=scheme)
            if broken := violations(rei.page):
                found[f"{name} {scheme}"] = broken

    rei.sit_down(filing)
    rei.press("Alt+p")
    look("aside")
    rei.see("aside-note").fill("いつですか")
    rei.press("Control+Enter")
    rei.page.wait_for_url("**/queue*")
    for path in ("/queue/parked", "/queue?due=late", "/overview", "/report/main"):
        rei.go(path)
        look(path)
    rei.go("/errors")
    rei.see("record-error").locator("summary").press("Enter")
    look("/errors")
    host = Host(rei.office.desk, tmp_path)
    approved(rei.office.desk)
    host.take()
    host.write(f"{keys(rei.office.desk)[0]},NG,E1,,", "999,OK,,,")
    host.write("1", name="kekka-2.csv")
    host.hear()
    for path in ("/answers", "/refusals/1/correct"):
        rei.go(path)
        look(path)

    assert found == {}
