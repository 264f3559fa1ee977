"""The register, the places of paper and receipts over HTTP, and for whom."""

from datetime import date
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp

from forms.code import parse_receipt
from kamizero.model import Role
from review.sorting import received
from review.sorting.received import Envelope
from review.sorting.record import Clerk
from storage.tables import Arrival, Bundle, ReceivedPaper, Way
from tests.desk import LATER
from tests.media import a_summary, a_table, take_in, work_off
from tests.office import Browser, Office
from tests.workshop import a_form, a_separator, new_arrival
from workers.bundles import open_run

KEN = Clerk("ken", Role.SCANNER, LATER)
DAY = date(2020, 12, 7)


def a_bundle(office: Office, number: int = 123, *, sheets: int = 12) -> int:
    arrival = new_arrival(office.desk, a_separator(number, sheets=sheets), a_form())
    with office.desk.database.begin() as session:
        (bundle,) = open_run(session, session.get_one(Arrival, arrival))
        return bundle.id


def came(office: Office, *, sheets: int | None = 12) -> int:
    with office.desk.database.begin() as session:
        envelope = Envelope(Way.POST, DAY, sheets=sheets, mark="1234-5678")
        return received.register(session, KEN, site="main", envelope=envelope).id


def row(office: Office, paper: int) -> ReceivedPaper:
    with office.desk.database.look() as session:
        return session.get_one(ReceivedPaper, paper)


@pytest.fixture
def ken(office: Office) -> Browser:
    a_bundle(office, 9)
    return office.person("ken", Role.SCANNER)


def test_a_paper_is_written_down_with_all_that_is_known(
    office: Office, ken: Browser
) -> None:
    known = {"way": "window", "site": "main", "received_on": "2020-12-07"}

    answer = ken.submit(
        "/papers", **known, sheets="12", submitter="employer", mark=" A-1 "
    )
    shown = ken.get(answer.headers["location"]).text

    paper = row(office, 1)
    assert (paper.way, paper.sheets, paper.mark) == ("window", 12, "A-1")
    assert (paper.submitter, paper.registered_by) == ("employer", "ken")
    assert "Write 1 on the envelope" in shown
    assert "1 may be lost" in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"received_on": "2020-12-11"},
        {"site": "nowhere"},
        {"sheets": "0"},
        {"sheets": "many"},
        {"way": "pigeon"},
        {"mark": "9" * 65},
    ],
)
def test_what_cannot_have_come_is_not_written_down(
    office: Office, ken: Browser, wrong: dict[str, str]
) -> None:
    known = {"way": "window", "site": "main", "received_on": "2020-12-07"}

    answer = ken.submit("/papers", **(known | wrong))

    assert answer.status_code in (400, 422)
    with office.desk.database.look() as session:
        assert session.query(ReceivedPaper).count() == 0


@pytest.mark.parametrize("words", ["123", "0123", "#{id}", "{code}"])
def test_a_bundle_is_named_by_number_id_or_receipt(
    office: Office, ken: Browser, words: str
) -> None:
    bundle, paper = a_bundle(office), came(office)
    page = ken.get(f"/sorting/{bundle}/slip").text
    code = page.partition("KZ1:R:")[2].partition("<")[0]

    said = words.format(id=bundle, code=f"KZ1:R:{code}")
    ken.submit(f"/papers/{paper}/scanned", bundle=said)

    assert row(office, paper).bundle_id == bundle


def test_a_number_that_several_bundles_have_asks_for_the_one(
    office: Office, ken: Browser
) -> None:
    a_bundle(office), a_bundle(office)
    paper = came(office)

    answer = ken.submit(f"/papers/{paper}/scanned", bundle="123")

    assert answer.status_code == 422
    assert "Several bundles have this number" in answer.text
    assert row(office, paper).bundle_id is None


def test_the_only_bundle_of_the_day_with_as_many_sheets_is_offered(
    office: Office, ken: Browser
) -> None:
    bundle, paper = a_bundle(office, sheets=48), came(office, sheets=48)
    other = came(office, sheets=None)

    page: str = ken.get("/papers").text

    def filled(number: int) -> str:
        before = page.partition(f'data-testid="paper-{number}-bundle"')[0]
        return before.rpartition('value="')[2].partition('"')[0]

    assert filled(paper) == f"#{bundle}"
    assert filled(other) == ""


def test_two_people_do_not_settle_one_paper_twice(office: Office, ken: Browser) -> None:
    a_bundle(office)
    paper = came(office)
    ken.submit(f"/papers/{paper}/closed", reason="handed back")

    answer = ken.submit(f"/papers/{paper}/scanned", bundle="123")

    assert answer.status_code == 422
    assert "Somebody else settled it first" in answer.text
    assert row(office, paper).closed_why == "handed back"


def test_paper_is_not_closed_without_a_reason(office: Office, ken: Browser) -> None:
    paper = came(office)

    answer = ken.submit(f"/papers/{paper}/closed", reason=" ")

    assert answer.status_code in (400, 409, 422)
    assert row(office, paper).closed_why is None


def test_an_auditor_neither_registers_nor_lends(office: Office) -> None:
    bundle = a_bundle(office)
    eve = office.person("eve", Role.AUDITOR)
    known = {"way": "window", "site": "main", "received_on": "2020-12-07"}

    answers = [
        eve.get("/papers"),
        eve.submit("/papers", **known),
        eve.get(f"/sorting/{bundle}/custody"),
        eve.submit(f"/sorting/{bundle}/custody/put", box="A", place="B"),
        eve.get(f"/sorting/{bundle}/slip.pdf"),
    ]

    assert [one.status_code for one in answers] == [403] * 5
    assert "nav-papers" not in eve.get("/jobs").text


def test_lent_paper_is_not_lent_again(office: Office, ken: Browser) -> None:
    bundle = a_bundle(office)
    at = f"/sorting/{bundle}/custody"
    ken.submit(f"{at}/put", box="A-12", place="archive 2")
    ken.submit(f"{at}/lend", to="hanako")

    answer = ken.submit(f"{at}/lend", to="ichiro")

    assert answer.status_code == 409
    assert "hanako has it" in ken.get(at).text


def test_the_receipt_is_printed_with_a_code_that_leads_back(
    office: Office, ken: Browser
) -> None:
    bundle = a_bundle(office)

    answer = ken.get(f"/sorting/{bundle}/slip.pdf")
    document = pypdfium2.PdfDocument(BytesIO(answer.content))
    words = document[0].get_textpage().get_text_bounded()
    image = document[0].render(scale=2).to_pil().convert("L")
    document.close()

    assert answer.headers["content-type"] == "application/pdf"
    assert "12 sheets" in words
    (code,) = zxingcpp.read_barcodes(image)
    assert parse_receipt(code.text) == bundle
    found = ken.get(f"/sorting?find={code.text}")
    assert found.headers["location"] == f"/sorting/{bundle}"


def test_a_number_nobody_gave_is_not_found(ken: Browser) -> None:
    assert "There is no bundle of that number" in ken.get("/sorting?find=4711").text


def test_the_receipt_of_a_medium_counts_records(office: Office, ken: Browser) -> None:
    records = {"2200700": 3, "2201700": 2}
    take_in(
        office.desk,
        {"SHFD0006.CSV": a_table(records), "総括票.csv": a_summary(records)},
    )
    work_off(office.desk)
    with office.desk.database.look() as session:
        medium = session.query(Bundle.id).filter_by(kind="media").scalar()

    line = ken.get(f"/sorting/{medium}/slip.txt").text

    assert line == "Medium 003: 5 records declared, 5 received\n"


def test_the_api_tells_the_receipt_of_each_bundle_of_a_job(office: Office) -> None:
    bundle_id = a_bundle(office)
    with office.desk.database.look() as session:
        job = session.get_one(Bundle, bundle_id).job_id
    robot = office.robot("jobs:read")

    (told,) = robot.get(f"/api/v1/jobs/{job}").json()["bundles"]

    assert (told["id"], told["declared"], told["received"]) == (bundle_id, 12, 1)
    assert told["balanced"] is False
    assert told["receipt"] == "束 0123 申告 12 枚 受領 1 枚 要確認"
