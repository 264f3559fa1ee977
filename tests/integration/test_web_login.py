"""Who comes in, who is kept out, and what a stranger can make a browser do."""

from datetime import timedelta

import pytest

from kamizero.model import Role
from storage.tables import AuditEvent
from tests.office import PASSWORD, Office, token_on
from web.visitors import SESSION_COOKIE


def test_the_right_password_leads_to_the_work(office: Office) -> None:
    office.employ("rei", Role.REVIEWER)
    browser = office.browser()
    form = {"name": "rei", "password": PASSWORD, "csrf": token_on(browser, "/login")}

    answer = browser.post("/login", data=form)

    assert answer.status_code == 303
    assert browser.get("/").headers["location"] == "/queue"
    assert "rei" in browser.get("/queue").text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    office: Office,
) -> None:
    office.employ("rei", Role.REVIEWER)
    browser = office.browser()
    form = {"name": "rei", "password": PASSWORD, "csrf": token_on(browser, "/login")}

    cookie = browser.post("/login", data=form).headers["set-cookie"].lower()

    assert cookie.startswith(SESSION_COOKIE)
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_wrong_password_says_so_and_opens_nothing(office: Office) -> None:
    office.employ("rei", Role.REVIEWER)
    browser = office.browser()
    form = {"name": "rei", "password": "wrong", "csrf": token_on(browser, "/login")}

    answer = browser.post("/login", data=form)

    assert answer.status_code == 403
    assert "パスワードが違います" in answer.text
    assert SESSION_COOKIE not in browser.cookies


def test_after_many_wrong_passwords_the_right_one_has_to_wait(office: Office) -> None:
    office.employ("rei", Role.REVIEWER)
    browser = office.browser()
    csrf = token_on(browser, "/login")
    for _ in range(5):
        browser.post("/login", data={"name": "rei", "password": "no", "csrf": csrf})
    right = {"name": "rei", "password": PASSWORD, "csrf": csrf}

    locked = browser.post("/login", data=right)
    office.now += timedelta(hours=1)
    later = browser.post("/login", data=right)

    assert locked.status_code == 403
    assert "ロック" in locked.text
    assert later.status_code == 303


def test_a_login_form_from_elsewhere_is_refused(office: Office) -> None:
    office.employ("rei", Role.REVIEWER)
    browser = office.browser()
    token_on(browser, "/login")
    form = {"name": "rei", "password": PASSWORD, "csrf": "made up"}

    answer = browser.post("/login", data=form)

    assert answer.status_code == 403
    assert SESSION_COOKIE not in browser.cookies


def test_a_page_asks_strangers_to_log_in_and_then_goes_on(office: Office) -> None:
    office.employ("rei", Role.REVIEWER)
    browser = office.browser()

    sent = browser.get("/jobs").headers["location"]
    form = {"name": "rei", "password": PASSWORD, "csrf": token_on(browser, sent)}
    answer = browser.post("/login", data={**form, "back": "/jobs"})

    assert sent == "/login?back=/jobs"
    assert answer.headers["location"] == "/jobs"


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil"]
)
def test_nobody_is_sent_on_to_another_site(office: Office, back: str) -> None:
    office.employ("rei", Role.REVIEWER)
    browser = office.browser()
    form = {"name": "rei", "password": PASSWORD, "csrf": token_on(browser, "/login")}

    answer = browser.post("/login", data={**form, "back": back})

    assert answer.headers["location"] == "/"


def test_after_logging_out_the_session_is_worth_nothing(office: Office) -> None:
    rei = office.person()
    cookie = rei.client.cookies[SESSION_COOKIE]

    rei.submit("/logout")
    rei.client.cookies.set(SESSION_COOKIE, cookie)

    assert rei.get("/queue").headers["location"].startswith("/login")


def test_a_session_ends_by_itself(office: Office) -> None:
    rei = office.person()

    office.now += timedelta(days=2)

    assert rei.get("/queue").status_code == 303


def test_a_script_without_session_is_told_so_as_a_problem(office: Office) -> None:
    answer = office.browser().get("/queue", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:kamizero:problem:not_logged_in"


def test_the_language_chosen_stays_with_the_person(office: Office) -> None:
    rei = office.person(language="ja")

    rei.submit("/language", language="en", back="/jobs")

    assert '<html lang="en">' in rei.get("/jobs").text
    assert '<html lang="en">' in office.log_in("rei").get("/jobs").text


def test_strangers_read_the_language_their_browser_asks_for(office: Office) -> None:
    english = office.browser().get("/login", headers={"Accept-Language": "en-GB,en"})
    french = office.browser().get("/login", headers={"Accept-Language": "fr"})

    assert '<html lang="en">' in english.text
    assert '<html lang="ja">' in french.text


def test_every_login_is_on_record(office: Office) -> None:
    office.person()

    with office.desk.database.look() as session:
        acts = [event.act for event in session.query(AuditEvent)]

    assert "login.done" in acts
