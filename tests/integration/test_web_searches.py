"""Looking filings up on the page and over the API: who, why, and what stays secret."""

from typing import Any

import pytest
from sqlalchemy import select, text

from kamizero.model import Role
from storage import site_rights, sites
from storage.tables import AuditEvent, IdempotentAnswer, Person
from tests.office import Browser, Office

MY_NUMBER = "123456789018"
PATH = "/api/v1/searches"


@pytest.fixture
def filing(office: Office) -> int:
    return office.waiting(entries=2, written={"insured.2.name_kanji": "髙橋　はな"})


def events(office: Office, act: str) -> list[tuple[str, Any]]:
    with office.desk.database.look() as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.act == act))
        return [(event.actor, event.body) for event in found]


def search(browser: Browser, **asked: str) -> str:
    answer = browser.submit("/search", **{"reason": "inquiry", **asked})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_search_leads_to_the_filing_for_the_reason_it_began_with(
    office: Office, filing: int
) -> None:
    rei = office.person("rei")

    address = search(rei, name="高橋", amount_from="1", number="")
    page = rei.client.get(address)
    opened = rei.client.get(f"{address}/filings/{filing}")
    shown = rei.client.get(opened.headers["location"])

    assert "髙橋　はな" in page.text
    assert "山田　太郎" not in page.text
    assert (opened.headers["location"], shown.status_code) == (
        f"/filings/{filing}",
        200,
    )
    assert events(office, "filings.searched") == [
        ("rei", {"reason": "inquiry", "by": ["name", "amount_from"]})
    ]
    assert events(office, "filing.viewed") == [("rei", {"reason": "inquiry"})]


def test_no_address_row_or_event_says_what_was_looked_for(
    office: Office,
) -> None:
    office.waiting()
    rei = office.person("rei")
    robot = office.robot("filings:read")

    address = search(rei, number=MY_NUMBER, name="山田 太郎")
    robot.post(PATH, json={"number": MY_NUMBER}, headers={"Idempotency-Key": "k"})

    assert MY_NUMBER not in address
    with office.desk.database.look() as session:
        rows = session.execute(text("SELECT * FROM search")).all()
        told = str([event.body for event in session.scalars(select(AuditEvent))])
        kept = str(session.scalars(select(IdempotentAnswer.body)).all())
    assert len(rows) == 2
    assert "山田" not in told
    assert MY_NUMBER not in told + str(rows) + kept
    assert "山田".encode() not in b"".join(row.sealed for row in rows)


@pytest.mark.parametrize(
    "asked",
    [
        {"name": " "},
        {"name": "山田", "reason": "task"},
        {"name": "山田", "reason": "other", "note": " "},
        {"amount_from": "2", "amount_until": "1"},
        {"name": "・"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_said_on_the_page(
    office: Office, asked: dict[str, str]
) -> None:
    answer = office.person("rei").submit("/search", **{"reason": "audit", **asked})

    assert answer.status_code == 422
    assert "at least one thing" in answer.text
    assert events(office, "filings.searched") == []


def test_a_search_is_nobody_elses_and_opens_only_what_it_finds(
    office: Office, filing: int
) -> None:
    other = office.waiting(written={"insured.1.name_kanji": "川田　太郎"})
    rei = office.person("rei")
    address = search(rei, name="高橋")

    strange = office.person("ann", Role.APPROVER).client.get(address)
    unfound = rei.client.get(f"{address}/filings/{other}")

    assert (strange.status_code, unfound.status_code) == (404, 404)
    assert events(office, "filing.viewed") == []
    assert filing != other


def test_another_site_finds_nothing(office: Office, filing: int) -> None:
    rei = office.person("rei")
    with office.desk.database.begin() as session:
        sites.know(session, "osaka")
        owner = session.scalars(select(Person).where(Person.name == "rei")).one()
        site_rights.keep_to_sites(session, owner, ["osaka"], now=office.now)

    address = search(rei, name="高橋")

    assert "No filing is like that" in rei.client.get(address).text
    assert rei.client.get(f"{address}/filings/{filing}").status_code == 404


def test_a_program_asks_once_and_reads_page_by_page(
    office: Office, filing: int
) -> None:
    newer = office.waiting()
    robot = office.robot("filings:read")
    once = {"Idempotency-Key": "k"}

    begun = robot.post(PATH, json={"office": "01ケイト"}, headers=once)
    again = robot.post(PATH, json={"office": "01ケイト"}, headers=once)
    changed = robot.post(PATH, json={"office": "02ケイト"}, headers=once)
    path = f"{PATH}/{begun.json()['id']}"
    first = robot.get(path, params={"limit": 1}).json()
    rest = robot.get(path, params={"after": first["next"]}).json()

    assert begun.status_code == 201
    assert (again.json(), changed.status_code) == (begun.json(), 422)
    assert [one["id"] for one in (*first["items"], *rest["items"])] == [newer, filing]
    assert [one["entries"] for one in rest["items"]] == [[1, 2]]
    assert rest["next"] is None
    assert events(office, "filings.searched") == [
        ("robot", {"reason": "program", "by": ["office"]})
    ]


def test_a_person_at_the_api_says_why(office: Office, filing: int) -> None:
    del filing
    rei = office.person("rei")
    head = {"X-CSRF-Token": rei.csrf, "Idempotency-Key": "k"}
    asked = {"name": "山田"}

    silent = rei.client.post(PATH, json=asked, headers=head)
    said = rei.client.post(PATH, json=asked, headers=head | {"Look-Up-Reason": "audit"})

    assert (silent.status_code, said.status_code) == (403, 201)
    assert silent.json()["type"].endswith("reason_needed")


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"colour": "red"}, {"amount_from": -1}], ids=str
)
def test_a_search_that_is_none_is_refused(office: Office, body: dict[str, Any]) -> None:
    robot = office.robot("filings:read")

    answer = robot.post(PATH, json=body, headers={"Idempotency-Key": "k"})

    assert answer.status_code in (400, 422)
