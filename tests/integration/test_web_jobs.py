"""Jobs on their pages: what came, what was refused, and whether it balances."""

import hashlib
from typing import Any

from kamizero.model import PageKind, Role
from storage.tables import (
    Arrival,
    ArrivalState,
    Bundle,
    Filing,
    FilingStep,
    Job,
    Original,
    Page,
)
from tests.desk import LATER
from tests.office import Office


def test_chosen_files_go_through_the_door(office: Office) -> None:
    ken = office.person("ken", Role.SCANNER)
    known = {"site": "main", "received_on": "2020-12-09", "sheets": "4", "sides": "2"}

    answer = ken.client.post(
        "/upload",
        data={**known, "csrf": ken.csrf},
        files=[("files", ("a.png", b"one")), ("files", ("b.tif", b"two"))],
    )

    assert answer.headers["location"] == "/jobs/2?notice=job_taken"
    assert [name for name, _ in office.door.brought] == ["a.png", "b.tif"]
    assert office.door.told["operator"] == "ken"
    assert office.door.told["sheets"] == 4


def test_an_upload_without_a_file_says_what_to_do(office: Office) -> None:
    ken = office.person("ken", Role.SCANNER)

    answer = ken.client.post(
        "/upload",
        data={"site": "main", "received_on": "2020-12-09", "csrf": ken.csrf},
        files={"files": ("", b"")},
    )

    assert answer.status_code == 422
    assert office.door.brought == []


def test_an_upload_to_a_site_nobody_added_is_refused(office: Office) -> None:
    ken = office.person("ken", Role.SCANNER)

    answer = ken.client.post(
        "/upload",
        data={"site": "KYOTO", "received_on": "2020-12-09", "csrf": ken.csrf},
        files=[("files", ("a.png", b"one"))],
    )

    assert answer.status_code == 422
    assert "is not known" in answer.text
    assert "KYOTO" not in answer.text
    assert office.door.brought == []


def test_a_refused_file_says_why_and_that_it_is_kept(office: Office) -> None:
    job = a_job(office)
    arrive(office, job, 1, state="refused", error_code="damaged", error_message="cut")
    ken = office.person("ken", Role.SCANNER)

    html = ken.get(f"/jobs/{job}").text

    assert "cut off or damaged" in html
    assert "The bytes are kept" in html


def test_the_same_bytes_again_lead_to_where_they_came_first(office: Office) -> None:
    first_job, second_job = a_job(office), a_job(office)
    first = arrive(office, first_job, 1)
    arrive(office, second_job, 1, state="duplicate", first_arrival_id=first)
    ken = office.person("ken", Role.SCANNER)

    html = ken.get(f"/jobs/{second_job}").text

    assert f'href="/jobs/{first_job}"' in html
    assert "The same bytes came before" in html


def test_a_job_balances_sheets_against_what_was_declared(office: Office) -> None:
    short, full = a_job(office, sheets=2, sides="2"), a_job(office, sheets=1, sides="2")
    for job in (short, full):
        arrive(office, job, 1, pages=2)
    ken = office.person("ken", Role.SCANNER)

    assert "Does not balance" in ken.get(f"/jobs/{short}").text
    assert "Does not balance" not in ken.get(f"/jobs/{full}").text


def test_a_bundle_balances_without_its_separator_sheet(office: Office) -> None:
    job = a_job(office)
    arrival = arrive(office, job, 1, pages=3)
    bundle(office, job, arrival, declared_sheets=2, declared_entries=0)
    ken = office.person("ken", Role.SCANNER)

    html = ken.get(f"/jobs/{job}").text

    assert "2 / 2" in html
    assert "Balanced" in html


def test_the_backs_of_a_bundles_sheets_are_no_sheets(office: Office) -> None:
    job = a_job(office, sides="2")
    arrival = arrive(office, job, 1, pages=6)
    bundle(office, job, arrival, declared_sheets=2, declared_entries=0)
    ken = office.person("ken", Role.SCANNER)

    html = ken.get(f"/jobs/{job}").text

    assert "2 / 2" in html
    assert "Balanced" in html


def test_a_missing_entry_unbalances_the_bundle(office: Office) -> None:
    job = a_job(office)
    arrival = arrive(office, job, 1, pages=3)
    bundle(office, job, arrival, declared_sheets=2, declared_entries=1)
    ken = office.person("ken", Role.SCANNER)

    assert "Does not balance" in ken.get(f"/jobs/{job}").text


def test_a_page_that_failed_stays_visible(office: Office) -> None:
    job = a_job(office)
    arrival = arrive(office, job, 1, pages=1)
    with office.desk.database.begin() as session:
        page = session.query(Page).filter_by(arrival_id=arrival).one()
        page.kind, page.error_code = PageKind.FAILED, "registration"
        page.error_message = "no lines"
    ken = office.person("ken", Role.SCANNER)

    html = ken.get(f"/jobs/{job}").text

    assert 'data-kind="failed"' in html
    assert "lines of the form were not found" in html
    assert "Failed 1" in ken.get("/jobs").text


def test_a_filing_that_was_given_up_keeps_its_job_open(office: Office) -> None:
    filing = office.waiting()
    with office.desk.database.begin() as session:
        session.get_one(Filing, filing).step = FilingStep.FAILED
    ken = office.person("ken", Role.SCANNER)

    assert "Failed 1" in ken.get("/jobs").text


def a_job(office: Office, *, sheets: int | None = None, sides: str = "1") -> int:
    office.waiting()
    with office.desk.database.begin() as session:
        job = Job(
            site="main",
            door="upload",
            operator="ken",
            created_at=LATER,
            received_on=LATER.date(),
            declared_sheets=sheets,
            sides=sides,
        )
        session.add(job)
        session.flush()
        return job.id


def arrive(office: Office, job: int, seq: int, *, pages: int = 0, **more: Any) -> int:
    with office.desk.database.begin() as session:
        digest = hashlib.sha256(f"{job}-{seq}".encode()).hexdigest()
        original = Original(
            sha256=digest,
            size=2048,
            media_type="image/tiff",
            store_key=digest,
            store_version="1",
            stored_at=LATER,
            retain_until=LATER,
        )
        more.setdefault("state", ArrivalState.TAKEN)
        arrival = Arrival(
            job_id=job, seq=seq, original=original, source="box/scan.tif", **more
        )
        session.add(arrival)
        session.flush()
        session.add_all(a_page(arrival.id, n + 1) for n in range(pages))
        return arrival.id


def a_page(arrival: int, number: int) -> Page:
    return Page(
        arrival_id=arrival,
        number=number,
        width_px=800,
        height_px=1100,
        dpi=100,
        depth=8,
        kind=PageKind.SEPARATOR if number == 1 else PageKind.ATTACHMENT,
    )


def bundle(office: Office, job: int, arrival: int, **declared: int) -> None:
    """All pages of the arrival lie in it, the first is its separator."""
    with office.desk.database.begin() as session:
        row = Bundle(
            job_id=job,
            number="B1",
            site="main",
            scheme="健保厚年",
            form="2200",
            **declared,
        )
        session.add(row)
        session.flush()
        for page in session.query(Page).filter_by(arrival_id=arrival):
            page.bundle_id = row.id
            if page.kind == PageKind.ATTACHMENT:
                # Papers of no filing would keep the bundle open by themselves.
                page.kind = PageKind.BLANK
        for filing in session.query(Filing).filter_by(arrival_id=arrival):
            filing.bundle_id = row.id
