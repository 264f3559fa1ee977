"""The ledger as a page: what balances, what differs, and the way to it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from kamizero.model import Role
from storage import balance
from storage.ledger.daily import run_daily
from storage.tables import Bundle, Job
from tests.desk import NOW
from tests.office import Browser, Office
from tests.sorting import declared, sorted_bundles
from tests.workshop import a_form

DAY = "first=2020-12-10&last=2020-12-10"


@pytest.fixture
def rei(office: Office) -> Browser:
    return office.person("rei", Role.REVIEWER)


@pytest.fixture
def short(office: Office) -> int:
    """A bundle that lacks its last sheet."""
    (bundle,) = sorted_bundles(office.desk, declared(1, 2), a_form())
    with office.desk.database.begin() as session:
        balance.settle(session, session.get_one(Bundle, bundle))
    return bundle


def test_a_difference_leads_to_its_bundle_and_names_the_sheet(
    rei: Browser, short: int
) -> None:
    page = rei.get(f"/ledger?{DAY}").text

    assert "1 differences" in page
    assert f'<a href="/sorting/{short}">Bundle {short}</a>' in page
    assert "sheet 2 is not there" in page


def test_a_day_on_which_nothing_came_balances(rei: Browser, short: int) -> None:
    page = rei.get("/ledger?first=2020-12-11&last=2020-12-11").text

    assert "Balances" in page
    assert f"Bundle {short}" not in page


def test_the_differences_can_be_taken_away(rei: Browser, short: int) -> None:
    text = rei.get(f"/ledger/table.csv?{DAY}").text

    (line,) = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert (line["difference"], line["number"]) == ("sheets", str(short))
    assert (line["expected"], line["found"], line["place"]) == ("2", "1", "2")


@pytest.mark.usefixtures("short")
def test_the_ledgers_of_the_last_days_are_shown(office: Office, rei: Browser) -> None:
    run_daily(office.desk.database, subscribers=["api"], now=NOW)

    page = rei.get(f"/ledger?{DAY}").text

    assert "Sheets 1" in page


def test_what_is_closed_is_said(office: Office, rei: Browser) -> None:
    with office.desk.database.begin() as session:
        session.add(
            Job(
                site="main",
                door="web",
                operator="ken",
                created_at=NOW,
                received_on=NOW.date(),
            )
        )
    run_daily(office.desk.database, subscribers=["api"], now=NOW + timedelta(days=1))

    page = rei.get(f"/ledger?{DAY}").text

    assert "1 days of sites are closed, 0 are open" in page
    assert "All is closed until 2020-12-10." in page


def test_a_year_is_too_much_for_a_page(rei: Browser) -> None:
    answer = rei.get("/ledger?first=2020-01-01&last=2020-12-31")

    assert answer.status_code == 400


def test_keyers_see_no_ledger(office: Office) -> None:
    assert office.person("kei", Role.KEYER).get("/ledger").status_code == 403
