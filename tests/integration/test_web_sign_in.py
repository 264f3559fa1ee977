"""Single sign-on against a real provider: who comes in, and what never does."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from kamizero.model import Role
from storage import accounts, sign_ins
from storage.tables import AuditEvent, SignInAttempt, Site
from tests.desk import Desk
from tests.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.office import Office
from web.sso.provider import Provider
from web.sso.registration import Registration
from web.visitors import SESSION_COOKIE

HERE = "http://testserver"
HANAKO = "248289761001"


@pytest.fixture
def idp() -> Iterator[IdentityProvider]:
    made = IdentityProvider()
    made.accounts[HANAKO] = {"preferred_username": "hanako@corp"}
    yield made
    made.stop()


def registered(idp: IdentityProvider, **more: Any) -> Registration:
    return Registration(
        issuer=idp.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        redirect_uri=f"{HERE}/login/provider/back",
        label="Corp ID",
        **more,
    )


def opened(desk: Desk, idp: IdentityProvider, **more: Any) -> Office:
    """An office whose people come in by the provider."""
    office = Office(desk)
    registration = registered(idp, **more)
    idp.clock = lambda: office.now
    office.provide(Provider(registration, clock=lambda: office.now))
    return office


@pytest.fixture
def office(desk: Desk, idp: IdentityProvider) -> Office:
    """hanako's account here is opened by hers at the provider."""
    made = opened(desk, idp)
    made.employ("hanako", Role.REVIEWER)
    with desk.database.begin() as session:
        person = accounts.person_named(session, "hanako")
        sign_ins.link(session, person, account="hanako@corp", actor="ada", now=made.now)
    return made


def sent(browser: TestClient, *, back: str = "/queue") -> str:
    """The address at the provider that the browser is sent to."""
    answer = browser.get("/login/provider", params={"back": back})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def came_back(browser: TestClient, idp: IdentityProvider, who: str = HANAKO) -> Any:
    return browser.get(idp.approve(sent(browser), who))


def refusals(office: Office) -> list[str]:
    with office.desk.database.look() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "login.refused")
        )
        return [event.body["why"] for event in events]


def acts(office: Office) -> list[str]:
    with office.desk.database.look() as session:
        return list(session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)))


def test_an_account_at_the_provider_opens_the_page_that_was_asked_for(
    office: Office, idp: IdentityProvider
) -> None:
    browser = office.browser()

    answer = browser.get(idp.approve(sent(browser, back="/filings"), HANAKO))

    assert answer.headers["location"] == "/filings"
    assert "hanako" in browser.get("/filings").text
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(SESSION_COOKIE)
    assert "httponly" in cookie
    assert acts(office)[-2:] == ["person.bound", "login.done"]


def test_the_provider_is_asked_for_a_code_that_only_this_browser_can_redeem(
    office: Office,
) -> None:
    asked = parse_qs(urlsplit(sent(office.browser())).query)

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 43
    assert asked["nonce"] != asked["state"]
    with office.desk.database.look() as session:
        kept = session.scalars(select(SignInAttempt)).one()
        assert kept.state_hash not in asked["state"]


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"nonce": "of another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another"}, "audience"),
        ({"aud": [CLIENT, "another"]}, "audience"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "audience"),
        ({"iss": "http://evil.example"}, "issuer"),
        ({"exp": 1}, "expired"),
        ({"exp": "never"}, "token"),
        ({"iat": 4_000_000_000}, "not_yet"),
        ({"nbf": 4_000_000_000}, "not_yet"),
        ({"sub": None}, "token"),
        ({"exp": None}, "token"),
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    office: Office, idp: IdentityProvider, lies: dict[str, Any], why: str
) -> None:
    browser = office.browser()
    idp.lies = lies

    answer = came_back(browser, idp)

    assert answer.status_code == 403
    assert "認証サービスの応答を確認できなかった" in answer.text
    assert SESSION_COOKIE not in browser.cookies
    assert refusals(office) == [why]


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_signature_of_the_provider_opens_nothing(
    office: Office, idp: IdentityProvider, algorithm: str
) -> None:
    idp.algorithm = algorithm

    answer = came_back(office.browser(), idp)

    assert answer.status_code == 403
    assert refusals(office) == ["algorithm"]


def test_a_signature_by_another_key_of_the_same_name_opens_nothing(
    office: Office, idp: IdentityProvider
) -> None:
    browser = office.browser()
    address = sent(browser)
    idp.rotate()
    idp.key.kid = "first"
    idp.shown = []

    answer = browser.get(idp.approve(address, HANAKO))

    assert answer.status_code == 403
    assert refusals(office) == ["signature"]


def test_a_new_key_is_asked_for_once_and_then_known(
    office: Office, idp: IdentityProvider
) -> None:
    came_back(office.browser(), idp)
    idp.rotate()

    answers = [came_back(office.browser(), idp) for _ in range(2)]

    assert [one.headers.get("location") for one in answers] == ["/queue", "/queue"]
    assert idp.asked.count("/keys") == 2


def test_a_key_nobody_publishes_is_asked_for_no_more_than_once_a_sign_in(
    office: Office, idp: IdentityProvider
) -> None:
    idp.rotate()
    idp.shown = []

    answer = came_back(office.browser(), idp)

    assert answer.status_code == 403
    assert refusals(office) == ["key"]
    assert idp.asked.count("/keys") == 2


@pytest.mark.parametrize(
    ("late", "status"),
    [(timedelta(seconds=59), 303), (timedelta(seconds=61), 403)],
    ids=str,
)
def test_clocks_may_differ_by_a_minute(
    office: Office, idp: IdentityProvider, late: timedelta, status: int
) -> None:
    idp.lies = {"exp": int((office.now - late).timestamp())}

    assert came_back(office.browser(), idp).status_code == status


def test_an_answer_counts_once(office: Office, idp: IdentityProvider) -> None:
    browser = office.browser()
    address = idp.approve(sent(browser), HANAKO)

    first = browser.get(address)
    browser.cookies.delete(SESSION_COOKIE)
    again = browser.get(address)

    assert first.status_code == 303
    assert again.status_code == 403
    assert SESSION_COOKIE not in browser.cookies
    assert refusals(office) == ["state"]


def test_an_answer_counts_only_in_the_browser_that_asked(
    office: Office, idp: IdentityProvider
) -> None:
    address = idp.approve(sent(office.browser()), HANAKO)
    other = office.browser()
    sent(other)

    answer = other.get(address)

    assert answer.status_code == 403
    assert SESSION_COOKIE not in other.cookies
    assert refusals(office) == ["state"]


def test_an_answer_that_comes_too_late_opens_nothing(
    office: Office, idp: IdentityProvider
) -> None:
    browser = office.browser()
    address = idp.approve(sent(browser), HANAKO)
    office.now += timedelta(minutes=11)

    assert browser.get(address).status_code == 403
    assert refusals(office) == ["state"]


def test_an_answer_in_the_name_of_another_provider_opens_nothing(
    office: Office, idp: IdentityProvider
) -> None:
    browser = office.browser()
    address = idp.approve(sent(browser), HANAKO)

    answer = browser.get(address.replace("&iss=", "&iss=evil"))

    assert answer.status_code == 403
    assert refusals(office) == ["issuer"]


def test_a_code_the_provider_does_not_know_opens_nothing(
    office: Office, idp: IdentityProvider
) -> None:
    browser = office.browser()
    address = idp.approve(sent(browser), HANAKO)

    answer = browser.get(address.replace("?code=", "?code=made-up"))

    assert answer.status_code == 403
    assert refusals(office) == ["code"]


def test_whoever_declines_at_the_provider_reads_so(office: Office) -> None:
    browser = office.browser()
    (state,) = parse_qs(urlsplit(sent(browser)).query)["state"]

    answer = browser.get(
        "/login/provider/back",
        params={"error": "access_denied", "state": state},
        headers={"Accept-Language": "en"},
    )

    assert answer.status_code == 403
    assert "let nobody in" in answer.text
    assert refusals(office) == ["declined"]


def test_a_provider_that_is_down_is_told_and_passwords_still_open(
    office: Office, idp: IdentityProvider
) -> None:
    idp.stop()
    browser = office.browser()

    answer = browser.get("/login/provider")

    assert answer.status_code == 503
    assert "接続できません" in answer.text
    assert refusals(office) == ["provider"]
    assert office.log_in("hanako").get("/queue").status_code == 200


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "http://evil.example"},
        {"jwks_uri": None},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
    ],
    ids=str,
)
def test_a_document_of_the_provider_that_is_not_right_is_not_used(
    office: Office, idp: IdentityProvider, published: dict[str, Any]
) -> None:
    idp.published = published

    assert office.browser().get("/login/provider").status_code == 503
    assert "/token" not in idp.asked


def test_an_account_nobody_was_given_opens_nothing(
    office: Office, idp: IdentityProvider
) -> None:
    office.employ("taro", Role.APPROVER)
    idp.accounts["2"] = {"preferred_username": "taro"}

    answer = came_back(office.browser(), idp, "2")

    assert answer.status_code == 403
    assert "利用者登録がありません" in answer.text
    assert refusals(office) == ["unknown"]


def test_a_name_the_provider_gives_to_somebody_else_opens_nothing(
    office: Office, idp: IdentityProvider
) -> None:
    came_back(office.browser(), idp)
    idp.accounts["2"] = idp.accounts[HANAKO]
    idp.accounts[HANAKO] = {"preferred_username": "married@corp"}

    other = came_back(office.browser(), idp, "2")
    hanako = came_back(office.browser(), idp)

    assert other.status_code == 403
    assert refusals(office) == ["reused"]
    assert hanako.status_code == 303


def test_a_closed_account_stays_closed(office: Office, idp: IdentityProvider) -> None:
    with office.desk.database.begin() as session:
        person = accounts.person_named(session, "hanako")
        accounts.disable(session, person, actor="ada", now=office.now)

    assert came_back(office.browser(), idp).status_code == 403
    assert refusals(office) == ["closed"]


def test_an_address_nobody_verified_names_no_account(
    desk: Desk, idp: IdentityProvider
) -> None:
    office = opened(desk, idp, account_claim="email")
    idp.accounts[HANAKO] = {"email": "hanako@corp", "email_verified": False}

    assert came_back(office.browser(), idp).status_code == 403
    assert refusals(office) == ["unverified"]


def mapped(desk: Desk, idp: IdentityProvider) -> Office:
    """An office where the provider's groups give roles and sites."""
    return opened(
        desk,
        idp,
        role_claim="groups",
        roles={"kz-approve": Role.APPROVER, "kz-review": Role.REVIEWER},
        site_claim="sites",
    )


def test_groups_make_an_account_and_change_its_role_and_sites(
    desk: Desk, idp: IdentityProvider
) -> None:
    office = mapped(desk, idp)
    with desk.database.begin() as session:
        session.add(Site(code="osaka", name="大阪"))
    name = {"preferred_username": "hanako@corp"}

    idp.accounts[HANAKO] = {**name, "groups": ["kz-review"], "sites": "osaka"}
    came_back(office.browser(), idp)
    with desk.database.look() as session:
        person = accounts.person_named(session, "hanako@corp")
        before = (person.role, accounts.sites_seen(session, person))
    idp.accounts[HANAKO] = {**name, "groups": ["x", "kz-approve"], "sites": ["*", "y"]}
    came_back(office.browser(), idp)

    assert before == (Role.REVIEWER, "osaka")
    with desk.database.look() as session:
        person = accounts.person_named(session, "hanako@corp")
        assert person.role == Role.APPROVER
        assert accounts.sites_seen(session, person) == "*"


def test_whoever_has_no_group_any_more_is_out(
    desk: Desk, idp: IdentityProvider
) -> None:
    office = mapped(desk, idp)
    idp.accounts[HANAKO] = {"preferred_username": "hanako", "groups": ["others"]}

    assert came_back(office.browser(), idp).status_code == 403
    assert refusals(office) == ["no_role"]


def test_groups_take_over_no_account_that_is_here(
    desk: Desk, idp: IdentityProvider
) -> None:
    office = mapped(desk, idp)
    office.employ("ada", Role.ADMINISTRATOR)
    idp.accounts[HANAKO] = {"preferred_username": "ada", "groups": ["kz-review"]}

    assert came_back(office.browser(), idp).status_code == 403
    assert refusals(office) == ["name_taken"]


def test_a_new_account_without_a_site_claim_sees_the_own_site_alone(
    desk: Desk, idp: IdentityProvider
) -> None:
    office = opened(desk, idp, role_claim="groups", roles={"kz-review": Role.REVIEWER})
    idp.accounts[HANAKO] = {"preferred_username": "hanako", "groups": "kz-review"}

    came_back(office.browser(), idp)

    with desk.database.look() as session:
        person = accounts.person_named(session, "hanako")
        assert accounts.sites_seen(session, person) == "main"


def test_logging_out_offers_to_end_the_session_at_the_provider(
    office: Office, idp: IdentityProvider
) -> None:
    browser = office.log_in("hanako")

    left = browser.submit("/logout").headers["location"]
    page = browser.get(left).text
    there = browser.get("/logout/provider").headers["location"]

    assert 'href="/logout/provider"' in page
    assert there.startswith(f"{idp.issuer}/end?client_id={CLIENT}")
    assert parse_qs(urlsplit(there).query)["post_logout_redirect_uri"] == [
        f"{HERE}/login"
    ]


def test_without_a_provider_there_is_no_way_to_one(desk: Desk) -> None:
    office = Office(desk)

    page = office.browser().get("/login").text

    assert "/login/provider" not in page
    assert office.browser().get("/login/provider").status_code == 404


def test_an_administrator_gives_and_takes_the_account_that_opens_one(
    office: Office, idp: IdentityProvider
) -> None:
    ada = office.person("ada", Role.ADMINISTRATOR)
    idp.accounts["2"] = {"preferred_username": "ken@corp"}

    added = ada.submit("/people", name="ken", role="keyer", account="ken@corp")
    taken = ada.submit("/people", name="bob", role="keyer", account="ken@corp")
    ken = office.browser()
    came_back(ken, idp, "2")
    entered = ken.get("/keying").status_code
    with office.desk.database.look() as session:
        number = accounts.person_named(session, "ken").id
    ada.submit(f"/people/{number}/account", account="")

    assert added.headers["location"] == "/people?notice=person_added"
    assert (taken.status_code, entered) == (409, 200)
    assert ken.get("/keying").status_code == 303
    assert came_back(office.browser(), idp, "2").status_code == 403
    assert 'value="hanako@corp"' in ada.get("/people").text


def test_an_administrator_gives_themselves_no_account_at_the_provider(
    office: Office,
) -> None:
    ada = office.person("ada", Role.ADMINISTRATOR)
    with office.desk.database.look() as session:
        number = accounts.person_named(session, "ada").id

    answer = ada.submit(f"/people/{number}/account", account="ada@corp")
    nothing = ada.submit("/people", name="ken", role="keyer")

    assert (answer.status_code, nothing.status_code) == (409, 400)
