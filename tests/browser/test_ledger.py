"""The ledger in a real browser: from a difference to the bundle that differs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from storage import balance
from storage.ledger.daily import run_daily
from storage.tables import Bundle
from tests.desk import NOW, Desk
from tests.reviewer import Reviewer
from tests.served import ServedOffice
from tests.sorting import declared, sorted_bundles
from tests.workshop import a_blank, a_form, an_unknown


@pytest.fixture
def rei(chromium: Browser, served: ServedOffice) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served)
    yield one
    one.context.close()


def test_whoever_reads_the_ledger_gets_to_the_bundle_that_differs(
    rei: Reviewer, desk: Desk
) -> None:
    papers = (declared(1, 4), an_unknown(), a_form(), a_blank())
    (bundle,) = sorted_bundles(desk, *papers)
    with desk.database.begin() as session:
        balance.settle(session, session.get_one(Bundle, bundle))
    run_daily(desk.database, subscribers=["api"], now=NOW)
    rei.go("/ledger")

    rei.see("ledger-first").fill("2020-12-10")
    rei.see("ledger-last").fill("2020-12-10")
    rei.see("ledger-last").press("Enter")

    differences = rei.see("ledger-differences")
    expect(differences).to_contain_text("sheet 4 is not there")
    expect(rei.see("ledger-runs")).to_contain_text("Sheets 1")
    assert rei.page.evaluate("document.documentElement.scrollWidth") <= 1280
    differences.get_by_role("link").first.press("Enter")
    rei.page.wait_for_url(f"**/{bundle}*")
