"""Accounts on the page of administrators, and one's own password."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kamizero.model import Role
from storage.tables import AuditEvent, Person, Site
from tests.office import PASSWORD, Browser, Office
from web.visitors import SESSION_COOKIE

NEW = "battery staple"


@pytest.fixture
def ada(office: Office) -> Browser:
    return office.person("ada", Role.ADMINISTRATOR)


def id_of(office: Office, name: str) -> int:
    with office.desk.database.look() as session:
        return session.scalars(select(Person.id).where(Person.name == name)).one()


def test_an_administrator_adds_somebody_who_then_logs_in(
    office: Office, ada: Browser
) -> None:
    answer = ada.submit("/people", name="ken", role="keyer", password=PASSWORD)

    assert answer.headers["location"] == "/people?notice=person_added"
    assert office.log_in("ken").get("/keying").status_code == 200
    assert "ken" in ada.get("/people").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "ada"}, "has that name"),
        ({"password": "short"}, "too short"),
        ({"first_day": "tomorrow"}, "is wrong"),
    ],
)
def test_what_cannot_be_added_is_told(
    ada: Browser, wrong: dict[str, str], said: str
) -> None:
    form = {"name": "ken", "role": "keyer", "password": PASSWORD, **wrong}

    answer = ada.submit("/people", **form)

    assert answer.status_code in (400, 409)
    assert said in answer.text


def test_a_disabled_person_is_out_at_once_until_enabled_again(
    office: Office, ada: Browser
) -> None:
    rei = office.person("rei")
    path = f"/people/{id_of(office, 'rei')}"

    ada.submit(f"{path}/disable")
    out = rei.get("/queue")
    ada.submit(f"{path}/enable")

    assert out.headers["location"].startswith("/login")
    assert office.log_in("rei").get("/queue").status_code == 200


def test_an_administrator_cannot_disable_themselves(
    office: Office, ada: Browser
) -> None:
    answer = ada.submit(f"/people/{id_of(office, 'ada')}/disable")

    assert answer.status_code == 409
    assert "another administrator" in answer.text
    assert ada.get("/people").status_code == 200


def test_another_role_leads_to_other_pages_after_the_next_login(
    office: Office, ada: Browser
) -> None:
    rei = office.person("rei")

    answer = ada.submit(f"/people/{id_of(office, 'rei')}/role", role="auditor")

    assert answer.headers["location"] == "/people?notice=role_set"
    assert rei.get("/queue").headers["location"].startswith("/login")
    again = office.log_in("rei")
    assert again.get("/groups").status_code == 403
    assert again.get("/filings").status_code == 200


def test_other_sites_show_other_papers_after_the_next_login(
    office: Office, ada: Browser
) -> None:
    filing = office.waiting()
    with office.desk.database.begin() as session:
        session.add(Site(code="osaka", name="大阪"))
    rei = office.person("rei")
    path = f"/people/{id_of(office, 'rei')}/sites"
    shown = rei.get(f"/filings/{filing}").status_code

    ada.submit(path, which="these", site="osaka")
    kept_out = office.log_in("rei").get(f"/filings/{filing}").status_code
    ada.submit(path, which="all")

    assert (shown, kept_out) == (200, 404)
    assert rei.get("/queue").status_code == 303
    assert office.log_in("rei").get(f"/filings/{filing}").status_code == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"which": "these"}, 400),
        ({"which": "these", "site": "nowhere"}, 400),
        ({"which": "some"}, 422),
    ],
)
def test_sites_that_cannot_be_are_refused(
    office: Office, ada: Browser, form: dict[str, str], status: int
) -> None:
    office.employ("rei", Role.REVIEWER)

    answer = ada.submit(f"/people/{id_of(office, 'rei')}/sites", **form)

    assert answer.status_code == status


def test_an_administrator_gives_themselves_neither_role_nor_sites(
    office: Office, ada: Browser
) -> None:
    office.employ("bob", Role.ADMINISTRATOR)
    path = f"/people/{id_of(office, 'ada')}"

    answers = [
        ada.submit(f"{path}/role", role="approver"),
        ada.submit(f"{path}/sites", which="all"),
    ]

    assert [one.status_code for one in answers] == [409, 409]
    assert ada.get("/people").status_code == 200


def test_a_contract_that_ends_shuts_the_page_of_who_is_logged_in(
    office: Office, ada: Browser
) -> None:
    rei = office.person("rei")
    today = office.now.date()
    path = f"/people/{id_of(office, 'rei')}/days"

    ada.submit(path, first_day="", last_day=str(today - timedelta(days=2)))
    out = rei.get("/queue")
    ada.submit(path, first_day="", last_day="")

    assert out.headers["location"].startswith("/login")
    assert rei.get("/queue").status_code == 200


def test_a_new_password_from_an_administrator_logs_out(
    office: Office, ada: Browser
) -> None:
    rei = office.person("rei")
    path = f"/people/{id_of(office, 'rei')}/password"

    ada.submit(path, password="something else")

    assert rei.get("/queue").status_code == 303


def test_somebody_is_logged_out_everywhere(office: Office, ada: Browser) -> None:
    rei, elsewhere = office.person("rei"), office.log_in("rei")

    ada.submit(f"/people/{id_of(office, 'rei')}/logout")

    assert [one.get("/queue").status_code for one in (rei, elsewhere)] == [303, 303]


def test_the_list_of_rights_is_confirmed_and_warns_after_half_a_year(
    office: Office, ada: Browser
) -> None:
    page = ada.get("/people").text
    shown = page.split('name="shown" value="')[1].split('"')[0]

    stale = ada.submit("/people/confirm", shown="0")
    ada.submit("/people/confirm", shown=shown)
    fresh = ada.get("/people").text
    office.now += timedelta(days=184)
    late = office.log_in("ada").get("/people").text

    assert stale.status_code == 409
    assert "never confirmed" in page
    assert "by ada" in fresh
    assert "183 days" not in fresh
    assert "183 days" in late


def test_the_list_of_rights_is_taken_away_as_csv(office: Office, ada: Browser) -> None:
    office.employ("=cmd", Role.KEYER)

    lines = ada.get("/people/rights.csv").text.splitlines()

    assert lines[0].endswith("name,role,sites,state,last_login_at,first_day,last_day")
    assert lines[1].startswith("'=cmd,keyer,*,open,,")
    assert lines[2].startswith("ada,administrator,*,open,20")


def test_everybody_changes_their_own_password(office: Office) -> None:
    rei, elsewhere = office.person("rei"), office.log_in("rei")

    answer = rei.submit("/password", old=PASSWORD, new=NEW, again=NEW)

    assert answer.headers["location"] == "/password?notice=password_changed"
    assert rei.get("/queue").status_code == 200
    assert elsewhere.get("/queue").status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "guess", "new": NEW, "again": NEW}, "present password is wrong"),
        ({"old": PASSWORD, "new": NEW, "again": "other"}, "differ"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "too short"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    office: Office, form: dict[str, str], said: str
) -> None:
    rei = office.person("rei")

    answer = rei.submit("/password", **form)

    assert answer.status_code == 422
    assert said in answer.text
    assert office.log_in("rei").client.cookies[SESSION_COOKIE]


def test_every_act_names_who_did_it_and_nobody_else(
    office: Office, ada: Browser
) -> None:
    ada.submit("/people", name="ken", role="keyer", password=PASSWORD)
    path = f"/people/{id_of(office, 'ken')}"
    ada.submit(f"{path}/days", first_day="2026-01-01", last_day="2030-01-01")
    ada.submit(f"{path}/logout")
    ada.submit(f"{path}/disable")

    with office.desk.database.look() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.act.startswith("person."))
        ).all()
    by_ada = [event for event in events if event.subject_id == path.rpartition("/")[2]]
    assert [event.act for event in by_ada] == [
        "person.added",
        "person.days_set",
        "person.logged_out",
        "person.disabled",
    ]
    assert {event.actor for event in by_ada} == {"ada"}
    assert all("ken" not in str(event.body) for event in by_ada)
