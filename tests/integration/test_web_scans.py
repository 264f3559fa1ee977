"""What each device scanned, and how well, as evidence by device and day."""

import csv
from io import StringIO

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import PageKind, Role
from review.chart_readings import read_chart
from storage.tables import Arrival, ArrivalState, AuditEvent, Job, Original, Page
from tests.office import Browser, Office

GOOD = {"dpi": 300, "depth": 24, "sharpness": 0.8, "skew": -0.5, "faults": []}
POOR = {
    "dpi": 150,
    "depth": 8,
    "sharpness": 0.1,
    "skew": 4.0,
    "faults": ["resolution", "blur", "skew"],
}


@pytest.fixture
def rei(office: Office) -> Browser:
    return office.person("rei", Role.REVIEWER)


@pytest.fixture
def scanned(office: Office) -> None:
    """A good page, a poor one, a blank one, and a file that was refused."""
    filing = office.waiting()
    with office.desk.database.begin() as session:
        job = session.scalars(select(Job)).one()
        page = session.scalars(select(Page).where(Page.filing_id == filing)).one()
        page.quality = GOOD
        for number, (kind, quality) in enumerate(
            ((PageKind.ATTACHMENT, POOR), (PageKind.BLANK, POOR | {"dpi": 72})), start=2
        ):
            session.add(
                Page(
                    arrival_id=page.arrival_id,
                    number=number,
                    width_px=10,
                    height_px=10,
                    dpi=200,
                    depth=8,
                    kind=kind,
                    quality=quality,
                )
            )
        session.add(
            Arrival(
                job_id=job.id,
                seq=2,
                original_id=page.arrival.original_id,
                source="broken.tif",
                state=ArrivalState.REFUSED,
                error_code="damaged",
                error_message="It ends in the middle.",
            )
        )


def _address(office: Office, path: str) -> str:
    with office.desk.database.look() as session:
        day = session.scalars(select(Job.created_at)).first()
    return f"{path}?first={day:%Y-%m-%d}&last={day:%Y-%m-%d}"


@pytest.mark.usefixtures("scanned")
def test_a_day_of_a_device_shows_its_worst_page(office: Office, rei: Browser) -> None:
    text = rei.get(_address(office, "/scans/table.csv")).text

    (line,) = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert (line["operator"], line["pages"], line["blank"]) == ("ken", "3", "1")
    # The blank page's figures say nothing about the device.
    assert (line["lowest_dpi"], line["in_colour"]) == ("150", "1")
    assert (line["lowest_sharpness"], line["largest_skew"]) == ("0.1", "4.0")
    assert (line["resolution"], line["blur"], line["cut"]) == ("1", "1", "0")
    assert line["refused"] == "damaged:1"


@pytest.mark.usefixtures("scanned")
def test_the_page_names_faults_and_explains_refusals(
    office: Office, rei: Browser
) -> None:
    page = rei.get(_address(office, "/scans")).text

    assert "Low resolution 1" in page
    assert "damaged 1" in page


def test_a_day_without_scans_says_so(rei: Browser) -> None:
    page = rei.get("/scans?first=2001-01-01&last=2001-01-02").text

    assert "Nothing came in these days" in page


def test_a_period_that_is_too_long_is_refused(rei: Browser) -> None:
    answer = rei.get("/scans?first=2001-01-01&last=2003-01-02")

    assert answer.status_code == 400


def test_the_chart_that_was_read_last_stands_with_the_day(
    office: Office, rei: Browser
) -> None:
    office.waiting()
    with office.desk.database.begin() as session:
        sha256 = session.scalars(select(Original.sha256)).one()
        for points in (6, 4):
            read_chart(session, sha256=sha256, points=points, by="ken", now=office.now)
    at = "/scans?first=2020-12-01&last=2020-12-31"

    page = rei.get(at).text
    table = list(csv.DictReader(StringIO(rei.get(at.replace("?", "/table.csv?")).text)))

    assert "4 points" in page
    assert table[0]["chart_points"] == "4"
    with office.desk.database.look() as session:
        acts = session.scalars(select(AuditEvent.act)).all()
    assert acts.count("chart.read") == 2


def test_a_chart_that_never_came_in_is_not_read(office: Office) -> None:
    with office.desk.database.begin() as session:
        with pytest.raises(MissingError):
            read_chart(session, sha256="0" * 64, points=4, by="ken", now=office.now)
        with pytest.raises(WrongCallError):
            read_chart(session, sha256="0" * 64, points=0, by="ken", now=office.now)


def test_a_reading_of_the_chart_stays(office: Office) -> None:
    office.waiting()
    with office.desk.database.begin() as session:
        sha256 = session.scalars(select(Original.sha256)).one()
        read_chart(session, sha256=sha256, points=9, by="ken", now=office.now)

    with (
        pytest.raises(IntegrityError, match="append-only"),
        office.desk.database.begin() as session,
    ):
        session.execute(text("UPDATE chart_reading SET points = 4"))
