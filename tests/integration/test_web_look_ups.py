"""Looking up papers outside one's task: a reason once, a trace always."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import select

from kamizero.model import Role
from storage.tables import AuditEvent, LookUp
from tests.office import Browser, Office
from tests.paper import PAPER
from web.api import ROUTERS
from web.api.looking import ShowsCallers
from web.app import PAGES
from web.looking import Shows

# Routes that show nothing of what stands on papers, or only to whoever has the claim
# on just that; and what shows it is asked below.
SHOW_NO_PAPERS = {
    "/", "/login", "/login/provider", "/login/provider/back", "/logout/provider",
    "/healthz", "/readyz", "/password", "/people", "/people/rights.csv", "/upload",
    "/jobs", "/jobs/{job_id}", "/papers", "/papers/lent", "/papers/settled",
    "/sorting", "/sorting/{bundle_id}/custody", "/sorting/{bundle_id}/slip",
    "/sorting/{bundle_id}/slip.pdf", "/sorting/{bundle_id}/slip.txt", "/queue",
    "/queue/parked", "/overview", "/overview/flow.csv", "/overview/standards.csv",
    "/report/{site}", "/errors", "/errors/table.csv", "/filings", "/look-up",
    "/look-ups", "/approvals", "/absences", "/lots", "/lots/{lot_id}", "/returns",
    "/inspections", "/inspections/{inspection_id}", "/deliveries",
    "/deliveries/{delivery_id}", "/modes", "/events",
    "/retention", "/retention/register.csv", "/retention/files/{file_id}",
    "/boxes", "/boxes/{box_id}", "/boxes/disposals/{disposal_id}",
    "/retention/proposals/{destruction_id}", "/scans", "/scans/table.csv",
    "/filings/{filing_id}/proposal", "/pages/{page_id}", "/search",
    "/ledger", "/ledger/table.csv", "/alerts", "/metrics",
    "/jobs/{job_id}/", "/uploads/{token}", "/uploads",
    "/subscriptions", "/subscriptions/{name}", "/swagger.json",
    "/robots", "/queues", "/queues/{name}/items/{item}", "/exports",
    "/recalls", "/recalls/{recall_id}", "/errors/{case_id}/recall",
    "/answers", "/answer-lists", "/refusals", "/refusals/{refusal_id}/correct",
    "/forms", "/forms/{code}/schema",
}  # fmt: skip
OWN_TASK = {
    "/review/{entry_id}", "/review/{entry_id}/task", "/keying",
    "/keying/{field_id}/snippet.jpg", "/groups", "/groups/lot", "/groups/piece.jpg",
}  # fmt: skip
# A search is begun with a reason; another visit does not see it.
BEGUN_WITH_A_REASON = {
    "/search/{name}", "/search/{name}/filings/{filing_id}", "/searches/{name}",
}  # fmt: skip
PERSONAL = [PAPER[name] for name in ("name_kana", "name_kanji", "my_number")]
ROUTES = [
    route
    for router in (*PAGES, *ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute) and "GET" in (route.methods or ())
]


def calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    for asked in dependant.dependencies:
        yield asked.call
        yield from calls(asked)


def asks_why(route: APIRoute) -> bool:
    return any(isinstance(one, Shows | ShowsCallers) for one in calls(route.dependant))


def views(office: Office, act: str = "filing.viewed") -> list[tuple[str, object]]:
    with office.desk.database.look() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.act == act))
        return [(event.actor, event.body.get("reason")) for event in events]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_route_asks_why_or_is_known_to_show_no_papers(route: APIRoute) -> None:
    known = route.path in SHOW_NO_PAPERS | OWN_TASK | BEGUN_WITH_A_REASON

    assert asks_why(route) is not known


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.SCANNER])
def test_what_asks_for_no_reason_shows_nobody(office: Office, role: Role) -> None:
    office.waiting()
    office.ready()
    client = office.person("rei", role).client
    told = [
        path
        for path in (re.sub(r"\{\w+\}", "1", one) for one in sorted(SHOW_NO_PAPERS))
        for written in PERSONAL
        if written in client.get(path).text
    ]

    assert told == []


def test_a_filing_asks_why_once_a_session_and_leaves_an_event(office: Office) -> None:
    filing = office.waiting()
    rei = office.person("rei")
    path = f"/filings/{filing}"

    asked = rei.client.get(path)
    rei.client.get(asked.headers["location"])
    before = views(office)
    said = rei.submit(
        "/look-up",
        kind="filing",
        number=str(filing),
        reason="inquiry",
        note="電話",
        back=path,
    )
    again = rei.client.get(path)

    assert asked.headers["location"].startswith("/look-up?kind=filing")
    assert before == []
    assert (said.headers["location"], again.status_code) == (path, 200)
    assert views(office) == [("rei", "inquiry")]
    other = office.log_in("rei").client.get(path)
    assert other.headers["location"].startswith("/look-up?")


def test_the_note_stays_out_of_the_events(office: Office) -> None:
    filing = office.waiting()
    rei = office.person("rei")

    form = {"kind": "filing", "number": str(filing), "reason": "other"}
    empty = rei.submit("/look-up", **form, note=" ")
    rei.submit("/look-up", **form, note="a word")

    assert empty.status_code == 422
    with office.desk.database.look() as session:
        assert session.scalars(select(LookUp.note)).all() == ["a word"]
        bodies = session.scalars(select(AuditEvent.body)).all()
    assert "a word" not in str(bodies)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"reason": "task"}, 400),
        ({"reason": "curiosity"}, 422),
        ({"reason": "inquiry", "number": "77"}, 404),
        ({"reason": "inquiry", "note": "x" * 301}, 422),
    ],
    ids=str,
)
def test_a_reason_that_is_none_opens_nothing(
    office: Office, form: dict[str, str], status: int
) -> None:
    filing = office.waiting()
    rei = office.person("rei")

    answer = rei.submit("/look-up", **{"kind": "filing", "number": str(filing), **form})

    assert answer.status_code == status
    assert rei.client.get(f"/filings/{filing}").status_code == 303


def test_ones_own_task_is_reason_enough(office: Office) -> None:
    filing = office.waiting()
    rei = office.person("rei")
    office.desk.claim(filing, person="rei")

    assert rei.client.get(f"/filings/{filing}").status_code == 200
    assert views(office) == [("rei", "task")]


def test_what_waits_for_approval_is_an_approvers_work_and_not_an_auditors(
    office: Office,
) -> None:
    filing = office.ready(reviewer="rei")
    ann = office.person("ann", Role.APPROVER)
    bob = office.person("bob", Role.AUDITOR)

    approver = ann.client.get(f"/approvals/{filing}")
    auditor = bob.client.get(f"/approvals/{filing}")

    assert (approver.status_code, auditor.status_code) == (200, 303)
    assert views(office) == [("ann", "approval")]


def test_what_does_not_wait_for_approval_asks_an_approver_too(office: Office) -> None:
    filing = office.waiting()
    ann = office.person("ann", Role.APPROVER)

    answer = ann.client.get(f"/approvals/{filing}")

    assert answer.headers["location"].startswith("/look-up?")


def test_a_picture_asks_why_and_is_written_down_once(office: Office) -> None:
    office.waiting()
    rei = office.person("rei")

    within = rei.client.get("/pages/1.jpg", headers={"Sec-Fetch-Dest": "image"})
    asked = rei.client.get("/pages/1.jpg")
    pictures = [rei.get("/pages/1.jpg").status_code for _ in range(2)]
    rei.get("/pages/1.jpg?width=1000")

    assert within.status_code == 403
    assert asked.headers["location"].startswith("/look-up?kind=filing")
    assert pictures == [200, 200]
    assert views(office, "page.viewed") == [("rei", None)]


def test_nothing_is_asked_about_a_thumbnail(office: Office) -> None:
    office.waiting()
    rei = office.person("rei")

    small = rei.client.get("/pages/1.jpg?width=240")
    large = rei.client.get("/pages/1.jpg?width=241")

    assert (small.status_code, large.status_code) == (200, 303)
    assert views(office, "page.viewed") == []


def test_a_number_stays_covered_with_a_reason(office: Office) -> None:
    filing = office.waiting(written={"insured.1.my_number": "123456789018"})
    rei = office.person("rei")

    page = rei.get(f"/filings/{filing}")

    assert page.status_code == 200
    assert "123456789018" not in page.text


def test_a_key_reads_by_its_scope_and_leaves_one_event_a_day(office: Office) -> None:
    filing = office.waiting()
    robot = office.robot("filings:read")

    answers = [robot.get(f"/api/v1/filings/{filing}").status_code for _ in range(2)]
    robot.get("/api/v1/pages/1/image")
    robot.get("/api/v1/pages/1/image")

    assert answers == [200, 200]
    assert views(office) == [("robot", "program")]
    assert views(office, "page.viewed") == [("robot", None)]


def test_a_person_at_the_api_says_why_in_a_header(office: Office) -> None:
    filing = office.waiting()
    client = office.person("rei").client
    path = f"/api/v1/filings/{filing}"

    silent = client.get(path)
    wrong = client.get(path, headers={"Look-Up-Reason": "task"})
    said = client.get(path, headers={"Look-Up-Reason": "audit"})

    assert (silent.status_code, wrong.status_code, said.status_code) == (403, 403, 200)
    assert silent.json()["type"].endswith("reason_needed")
    assert views(office) == [("rei", "audit")]


def test_who_keeps_records_reads_who_looked_up_what(office: Office) -> None:
    filing = office.waiting()
    empty = office.person("bob", Role.AUDITOR).get("/look-ups").text
    office.person("rei").get(f"/filings/{filing}")

    page = office.log_in("bob").get("/look-ups").text

    assert "Nobody looked" in empty
    assert "rei" in page
    assert "Answering an inquiry" in page


def test_another_person_does_not_come_in_by_this_ones_reason(office: Office) -> None:
    filing = office.waiting()
    rei: Browser = office.person("rei")
    rei.get(f"/filings/{filing}")

    answer = office.person("ann", Role.APPROVER).client.get(f"/filings/{filing}")

    assert answer.headers["location"].startswith("/look-up?")
