"""People and keys see the papers of their own sites, and nothing of others."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from kamizero.errors import WrongCallError
from kamizero.model import Role
from review import queue
from review.waiting import figures
from storage import scope, site_rights, sites
from storage.columns import Table
from storage.tables import (
    ApiToken,
    ApprovalLot,
    ContractorWork,
    Entry,
    Filing,
    Inspection,
    LotMember,
    Person,
    Work,
)
from tests.office import Browser, Office
from web.api import ROUTERS
from web.app import PAGES
from web.rights import Right, rights

OWN, OTHER = "main", "OSAKA"
# What is of no site: people, rules of the office, records, and events, which hold ids.
OF_NO_SITE = {
    "Absence",
    "ApiToken",
    "ApprovalRoute",
    "AuditEvent",
    "AuditHead",
    "AuditSeal",
    "AccessToken",
    "AnswerLine",
    "AnswerList",
    "ClientSecret",
    "IdempotentAnswer",
    "KnownReader",
    "LedgerRun",
    "LoginSession",
    "LookUp",
    "ModeRow",
    "OfficeDay",
    "PageLook",
    "Person",
    "PersonIdentity",
    "PersonSite",
    "RecordAttorney",
    "RecordBranch",
    "RecordInsured",
    "RecordOffice",
    "RecordPayee",
    "RecordPostcode",
    "RouteStage",
    "SamplingRate",
    "Search",
    "RobotQueue",
    "ExportDestination",
    "ExportEnd",
    "ExportFile",
    "ExportSealing",
    "EventMessage",
    "Subscription",
    "SignInAttempt",
    "TimeStamp",
    "TokenSite",
}
LOOKS = [
    right
    for right in rights(PAGES, ROUTERS)
    if right.method == "GET" and "{" in right.path and Role.REVIEWER in right.roles
]


@pytest.fixture
def filing(office: Office) -> int:
    """A filing of the own site, the first of everything."""
    found = office.waiting()
    with office.desk.database.begin() as session:
        sites.know(session, OTHER)
    return found


def keep(office: Office, name: str, *codes: str) -> None:
    with office.desk.database.begin() as session:
        owner = session.scalars(select(Person).where(Person.name == name)).one()
        site_rights.keep_to_sites(session, owner, codes, now=office.now)


def somebody(office: Office, *codes: str, role: Role = Role.REVIEWER) -> Browser:
    visitor = office.person("rei", role)
    keep(office, "rei", *codes)
    return visitor


def of_no_site() -> Iterator[str]:
    for mapper in Table.registry.mappers:
        if not scope.is_narrowed(mapper):
            yield mapper.class_.__name__


def test_every_table_leads_to_a_site_or_is_known_to_have_none() -> None:
    assert set(of_no_site()) == OF_NO_SITE


def test_who_is_kept_to_another_site_sees_nothing_of_this_one(
    office: Office, filing: int
) -> None:
    narrowed = office.desk.database.within(frozenset({OTHER}))

    with narrowed.look() as session:
        assert session.get(Filing, filing) is None
        assert session.scalar(select(func.count()).select_from(Work)) == 0
        assert session.scalars(select(Entry)).all() == []


def test_the_figures_of_the_queue_count_ones_own_sites_alone(
    office: Office, filing: int
) -> None:
    del filing
    counted = []
    for site in (OWN, OTHER):
        with office.desk.database.within(frozenset({site})).look() as session:
            counted.append(figures(session, today=office.now.date(), now=office.now))

    assert [one.waiting for one in counted] == [1, 0]
    assert counted[1].oldest is None


@pytest.mark.parametrize(
    ("kept_to", "sees_it"), [({OWN}, False), ({OTHER}, False), ({OWN, OTHER}, True)]
)
def test_a_lot_is_seen_by_whoever_sees_all_of_it(
    office: Office, filing: int, kept_to: set[str], sees_it: bool
) -> None:
    other = office.waiting()
    with office.desk.database.begin() as session:
        session.get_one(Filing, other).site = OTHER
        lot = ApprovalLot(form="2200", opened_by="ann", opened_at=office.now)
        lot.members = [
            LotMember(filing_id=one, manifest_sha256="0" * 64, drawn=True)
            for one in (filing, other)
        ]
        session.add(lot)
        session.flush()

    with office.desk.database.within(frozenset(kept_to)).look() as session:
        assert (session.get(ApprovalLot, lot.id) is not None) is sees_it


@pytest.mark.parametrize(
    ("kept_to", "sees_it"), [({OWN}, False), ({OTHER}, False), ({OWN, OTHER}, True)]
)
def test_contractors_work_is_checked_by_whoever_sees_all_of_a_lot(
    office: Office, filing: int, kept_to: set[str], sees_it: bool
) -> None:
    other = office.waiting()
    day = office.now.date()
    with office.desk.database.begin() as session:
        session.get_one(Filing, other).site = OTHER
        lot, own = (
            Inspection(
                contractor="kyo",
                day=day,
                form="2200",
                allowed=0,
                opened_by="ann",
                opened_at=office.now,
                works=[
                    ContractorWork(filing_id=one, person="kyo", day=day)
                    for one in filings
                ],
            )
            for filings in ((filing, other), (filing,))
        )
        # Another's work that is in no lot yet hides none.
        loose = ContractorWork(filing_id=other, person="sei", day=day)
        session.add_all([lot, own, loose])
        session.flush()

    with office.desk.database.within(frozenset(kept_to)).look() as session:
        assert (session.get(Inspection, lot.id) is not None) is sees_it
        assert (session.get(Inspection, own.id) is not None) is (OWN in kept_to)


def test_who_is_kept_to_this_site_sees_it_as_before(
    office: Office, filing: int
) -> None:
    narrowed = office.desk.database.within(frozenset({OWN}))

    with narrowed.look() as session:
        assert session.get_one(Filing, filing).entries[0].filing.id == filing


@pytest.mark.parametrize("right", LOOKS, ids=lambda right: right.path)
def test_the_address_of_another_sites_item_shows_nothing(
    office: Office, filing: int, right: Right
) -> None:
    address = re.sub(r"\{\w+\}", str(filing), right.path)

    answer = somebody(office, OTHER, role=Role.APPROVER).get(address)

    assert answer.status_code in (303, 404, 422)
    assert "/login" not in answer.headers.get("location", "")


def test_the_queue_hands_out_nothing_of_another_site(
    office: Office, filing: int
) -> None:
    away = somebody(office, OTHER)

    page = away.get("/queue").text
    handed_out = away.submit("/queue/next").headers["location"]

    assert f"{filing:08d}" not in page
    assert handed_out.startswith("/queue")
    keep(office, "rei", OWN)
    assert away.submit("/queue/next").headers["location"].startswith("/review/")


def test_an_entry_of_another_site_cannot_be_claimed_by_its_number(
    office: Office, filing: int
) -> None:
    entry = office.desk.entry_id(filing)

    answer = somebody(office, OTHER).submit(f"/queue/{entry}/open")

    assert answer.status_code == 404
    with office.desk.database.look() as session:
        work = session.scalars(select(Work).where(Work.kind == queue.KIND)).one()
        assert work.leased_by is None


def test_a_person_of_no_site_sees_nothing(office: Office, filing: int) -> None:
    nobody = somebody(office)

    assert nobody.get(f"/filings/{filing}").status_code == 404


def test_a_key_of_another_site_reaches_nothing_of_this_one(
    office: Office, filing: int
) -> None:
    robot = office.robot("filings:read", "jobs:read", "jobs:write")
    before = robot.get(f"/api/v1/filings/{filing}").status_code
    with office.desk.database.begin() as session:
        key = session.scalars(select(ApiToken)).one()
        site_rights.keep_to_sites(session, key, [OTHER], now=office.now)

    after = robot.get(f"/api/v1/filings/{filing}").status_code
    brought = robot.post(
        "/api/v1/jobs",
        files={"files": ("scan.png", b"x")},
        data={"site": OWN},
        headers={"Idempotency-Key": "1"},
    )

    assert (before, after, brought.status_code) == (200, 404, 400)
    assert office.door.brought == []


def test_papers_are_brought_to_ones_own_sites_alone(
    office: Office, filing: int
) -> None:
    del filing
    page = somebody(office, OTHER, role=Role.SCANNER).get("/upload").text

    assert OTHER in page
    assert f'value="{OWN}"' not in page


def test_nobody_is_kept_to_a_site_that_is_not_known(office: Office) -> None:
    office.employ("rei", Role.REVIEWER)

    with pytest.raises(WrongCallError, match="There is no site"):
        keep(office, "rei", "NARA")


def test_whoever_was_kept_to_sites_can_see_all_again(
    office: Office, filing: int
) -> None:
    visitor = somebody(office, OTHER)
    with office.desk.database.begin() as session:
        owner = session.scalars(select(Person).where(Person.name == "rei")).one()
        site_rights.see_every_site(session, owner, now=office.now)

    assert visitor.get(f"/filings/{filing}").status_code == 200
