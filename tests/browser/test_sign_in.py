"""Single sign-on in the browser: there, back, refused, and out again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from kamizero.model import Role
from storage import accounts, sign_ins
from tests.axe import violations
from tests.camera import Camera
from tests.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.served import ServedOffice
from web.sso.provider import Provider
from web.sso.registration import Registration


@pytest.fixture
def idp(served: ServedOffice) -> Iterator[IdentityProvider]:
    office = served.office
    made = IdentityProvider(clock=lambda: office.now)
    made.accounts = {
        "number-of-hanako": {"preferred_username": "hanako@corp"},
        "number-of-nobody": {"preferred_username": "nobody@corp"},
    }
    registration = Registration(
        issuer=made.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        redirect_uri=f"{served.address}/login/provider/back",
        label="庁内ID",
    )
    office.provide(Provider(registration, clock=lambda: office.now))
    office.employ("hanako", Role.REVIEWER, language="ja")
    with served.desk.database.begin() as session:
        person = accounts.person_named(session, "hanako")
        sign_ins.link(
            session, person, account="hanako@corp", actor="ada", now=office.now
        )
    yield made
    made.stop()


def test_a_person_goes_to_the_provider_comes_back_and_leaves_both(
    page: Page, served: ServedOffice, idp: IdentityProvider, picture: Camera
) -> None:
    page.goto(f"{served.address}/login")
    expect(page.get_by_test_id("login-provider")).to_contain_text("庁内ID")
    assert violations(page) == []
    picture("login")

    page.goto(f"{served.address}/filings")
    page.get_by_test_id("login-provider").press("Enter")
    page.get_by_role("button", name="number-of-hanako").press("Enter")
    page.wait_for_url(f"{served.address}/filings")
    expect(page.get_by_test_id("who")).to_contain_text("hanako")

    page.get_by_test_id("logout").press("Enter")
    expect(page.get_by_test_id("left")).to_contain_text("まだログインしています")
    assert violations(page) == []
    page.get_by_test_id("leave-provider").press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Logged out")
    assert "/end" in idp.asked


def test_whoever_has_no_account_here_reads_what_to_do(
    page: Page, served: ServedOffice, idp: IdentityProvider
) -> None:
    page.goto(f"{served.address}/login")
    page.get_by_test_id("login-provider").click()
    page.get_by_role("button", name="number-of-nobody").click()

    expect(page.locator("main")).to_contain_text("管理者に連絡してください")
    assert violations(page) == []
    assert idp.asked.count("/token") == 1
