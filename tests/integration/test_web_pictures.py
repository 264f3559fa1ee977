"""Pictures of pages: numbers are covered for all but whoever has the item."""

from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from kamizero.model import Box, PageKind, Role
from storage import site_rights, sites
from storage.tables import ApiToken, AuditEvent, Field, Filing, FilingStep, Page
from tests.office import COVERED, WHITE, Browser, Office

PLACES = {1: Box(100, 100, 50, 20), 2: Box(100, 300, 50, 20)}


def a_filing_of_two(office: Office) -> tuple[int, int]:
    """A filing and its page, the two persons' numbers in known places."""
    filing = office.waiting(
        entries=2, doubtful=["insured.1.name_kana", "insured.2.name_kana"]
    )
    with office.desk.database.begin() as session:
        page = session.query(Page).filter_by(filing_id=filing).one()
        for field in session.query(Field).filter(Field.name.endswith("my_number")):
            field.box_px = list(PLACES[field.entry_n])
        return filing, page.id


def covered(browser: Browser, path: str) -> list[int]:
    """The persons whose number cannot be seen in the picture."""
    answer = browser.get(path)
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(BytesIO(answer.content)) as image:
        grey = np.asarray(image.convert("L"))
    seen = {n: int(grey[int(b.centre[1]), int(b.centre[0])]) for n, b in PLACES.items()}
    # JPEG keeps grey values to a few levels.
    assert all(abs(level - COVERED) < 9 or level > WHITE - 9 for level in seen.values())
    return [n for n, level in seen.items() if level < 9]


def test_numbers_are_covered_for_everybody_who_only_looks(office: Office) -> None:
    _, page = a_filing_of_two(office)
    rei = office.person()

    assert covered(rei, f"/pages/{page}.jpg") == [1, 2]


def test_whoever_has_one_person_sees_that_number_and_no_other(office: Office) -> None:
    filing, page = a_filing_of_two(office)
    rei = office.person()
    second = office.desk.entry_id(filing, 2)
    rei.get(f"/review/{second}")

    assert covered(rei, f"/pages/{page}.jpg?task={second}") == [1]


def test_naming_another_persons_task_uncovers_nothing(office: Office) -> None:
    filing, page = a_filing_of_two(office)
    entry = office.desk.entry_id(filing)
    office.person("rei").get(f"/review/{entry}")
    jun = office.person("jun")

    assert covered(jun, f"/pages/{page}.jpg?task={entry}") == [1, 2]


def test_a_task_uncovers_nothing_on_another_filing(office: Office) -> None:
    _, page = a_filing_of_two(office)
    other, _ = a_filing_of_two(office)
    rei = office.person()
    entry = office.desk.entry_id(other)
    rei.get(f"/review/{entry}")

    assert covered(rei, f"/pages/{page}.jpg?task={entry}") == [1, 2]


@pytest.mark.parametrize("path", ["/pages/{}.jpg", "/api/v1/pages/{}/image"])
@pytest.mark.parametrize("kind", [None, PageKind.FORM])
def test_a_form_is_covered_until_its_numbers_are_found(
    office: Office, kind: PageKind | None, path: str
) -> None:
    filing, page = a_filing_of_two(office)
    with office.desk.database.begin() as session:
        session.query(Field).update({Field.sensitive: False})
        session.get_one(Filing, filing).step = FilingStep.READING
        session.get_one(Page, page).kind = kind
    rei = office.person()

    assert covered(rei, path.format(page)) == [1, 2]


def test_a_form_page_of_no_filing_is_seen_only_by_those_who_sort(
    office: Office,
) -> None:
    _, page = a_filing_of_two(office)
    with office.desk.database.begin() as session:
        session.query(Field).update({Field.sensitive: False})
        session.get_one(Page, page).filing_id = None
    auditor = office.person("aki", role=Role.AUDITOR)

    assert covered(auditor, f"/pages/{page}.jpg") == [1, 2]
    assert covered(auditor, f"/api/v1/pages/{page}/image") == [1, 2]
    assert covered(office.person(), f"/pages/{page}.jpg") == []


@pytest.mark.parametrize(
    "kind", [PageKind.ATTACHMENT, PageKind.UNKNOWN, PageKind.FAILED]
)
def test_papers_whose_numbers_nobody_sought_are_covered_whole(
    office: Office, kind: PageKind
) -> None:
    _, page = a_filing_of_two(office)
    with office.desk.database.begin() as session:
        session.query(Field).update({Field.sensitive: False})
        row = session.get_one(Page, page)
        row.kind = kind
        row.error_code = "unreadable" if kind is PageKind.FAILED else None
    auditor = office.person("aki", role=Role.AUDITOR)

    assert covered(auditor, f"/pages/{page}.jpg") == [1, 2]
    assert covered(auditor, f"/api/v1/pages/{page}/image") == [1, 2]
    assert covered(office.person(), f"/pages/{page}.jpg") == []


def test_the_api_never_uncovers_a_number(office: Office) -> None:
    _, page = a_filing_of_two(office)
    rei = office.person()

    assert covered(rei, f"/api/v1/pages/{page}/image") == [1, 2]


def test_a_small_picture_is_small(office: Office) -> None:
    _, page = a_filing_of_two(office)
    rei = office.person()

    answer = rei.get(f"/pages/{page}.jpg?width=160")

    with Image.open(BytesIO(answer.content)) as image:
        assert image.width == 160


def test_strangers_see_no_picture(office: Office) -> None:
    _, page = a_filing_of_two(office)

    assert office.browser().get(f"/pages/{page}.jpg").status_code == 303


def an_attachment(office: Office, *, sought: bool) -> tuple[int, int]:
    """The page of a filing as its attachment, a number in the place of the first."""
    filing, page = a_filing_of_two(office)
    with office.desk.database.begin() as session:
        session.query(Field).update({Field.sensitive: False})
        row = session.get_one(Page, page)
        row.kind = PageKind.ATTACHMENT
        row.numbers = [list(PLACES[1])] if sought else None
    return filing, page


def test_an_attachment_shows_all_but_its_numbers_once_they_were_sought(
    office: Office,
) -> None:
    _, page = an_attachment(office, sought=True)
    auditor = office.person("aki", role=Role.AUDITOR)

    assert covered(auditor, f"/pages/{page}.jpg") == [1]
    assert covered(auditor, f"/api/v1/pages/{page}/image") == [1]
    assert covered(office.person(), f"/pages/{page}.jpg") == [1]


def test_whoever_has_an_entry_sees_the_numbers_attached_to_it(office: Office) -> None:
    filing, page = an_attachment(office, sought=True)
    entry = office.desk.entry_id(filing)
    rei = office.person("rei")
    rei.get(f"/review/{entry}")

    assert covered(rei, f"/pages/{page}.jpg?task={entry}") == []
    assert covered(office.person("jun"), f"/pages/{page}.jpg?task={entry}") == [1]


def test_what_nobody_knows_stays_covered_though_numbers_were_sought(
    office: Office,
) -> None:
    _, page = an_attachment(office, sought=True)
    with office.desk.database.begin() as session:
        session.get_one(Page, page).kind = PageKind.UNKNOWN
    auditor = office.person("aki", role=Role.AUDITOR)

    assert covered(auditor, f"/pages/{page}.jpg") == [1, 2]
    assert covered(office.person(), f"/pages/{page}.jpg") == [1]


def test_a_number_in_the_margin_of_a_form_is_covered(office: Office) -> None:
    _, page = a_filing_of_two(office)
    with office.desk.database.begin() as session:
        session.query(Field).update({Field.sensitive: False})
        session.get_one(Page, page).numbers = [list(PLACES[2])]

    assert covered(office.person(), f"/pages/{page}.jpg") == [2]


def crop_of(answer: Any) -> npt.NDArray[np.uint8]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    with Image.open(BytesIO(answer.content)) as image:
        return np.asarray(image.convert("L"))


def test_a_field_is_cut_out_of_its_page_upright_with_a_margin(office: Office) -> None:
    filing, page = a_filing_of_two(office)
    with office.desk.database.begin() as session:
        session.get_one(Page, page).quality = {"turn": 90}
        name = session.query(Field).filter_by(name="insured.2.name_kana").one()
        # Its right half lies on the number of another person.
        name.box_px = [75, 95, 50, 30]
    robot = office.robot("filings:read")

    crop = crop_of(
        robot.get(f"/api/v1/filings/{filing}/fields/insured.2.name_kana/crop")
    )

    # A millimetre at 200 dpi is 8 px.
    assert crop.shape == (66, 46)
    assert (crop[4, 23], crop[62, 23]) == (WHITE, COVERED)
    assert robot.get(f"/api/v1/filings/{filing}/fields/x/crop").status_code == 404
    assert robot.get("/api/v1/filings/99/fields/x/crop").status_code == 404


def test_a_number_is_cut_out_only_for_who_may_read_it_and_leaves_a_trace(
    office: Office,
) -> None:
    filing, _ = a_filing_of_two(office)
    path = f"/api/v1/filings/{filing}/fields/insured.1.my_number/crop"
    robot = office.robot("filings:read", "numbers:read")

    refused = office.person().get(path)
    given = crop_of(robot.get(path))

    assert (refused.status_code, given.min()) == (403, WHITE)
    with office.desk.database.look() as session:
        (event,) = session.query(AuditEvent).filter_by(act="filing.number_shown")
        number = session.query(Field).filter_by(name="insured.1.my_number").one()
    assert (event.actor, event.body["field"]) == ("robot", number.id)


def test_a_field_of_another_site_is_not_cut_out(office: Office) -> None:
    filing, _ = a_filing_of_two(office)
    robot = office.robot("filings:read")
    with office.desk.database.begin() as session:
        sites.know(session, "NARA")
        key = session.query(ApiToken).one()
        site_rights.keep_to_sites(session, key, ["NARA"], now=office.now)

    answer = robot.get(f"/api/v1/filings/{filing}/fields/insured.1.name_kana/crop")

    assert answer.status_code == 404
