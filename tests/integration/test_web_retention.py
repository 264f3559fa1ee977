"""The pages of record files: two people, holds, and what each role sees."""

import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from kamizero.model import Role
from storage import site_rights, sites
from storage.retention import transfer
from storage.retention.record_files import Place, file_away, keep_up
from storage.retention.schedule import Schedule
from storage.tables import (
    Destruction,
    Hold,
    Measure,
    Original,
    Person,
    RecordFile,
)
from tests.archive import Archive
from tests.desk import NOW
from tests.office import Browser, Office
from tests.record_files import LONG_AGO, file_that_is_over


@pytest.fixture
def file_id(office: Office) -> int:
    return file_that_is_over(office.desk, b"one", b"two")


@pytest.fixture
def rika(office: Office) -> Browser:
    return office.person("rika", Role.RECORDS_MANAGER)


@pytest.fixture
def ryo(office: Office) -> Browser:
    return office.person("ryo", Role.RECORDS_MANAGER)


def _state(office: Office) -> str:
    with office.desk.database.look() as session:
        return session.scalars(select(Destruction.state)).one()


def test_a_file_goes_by_two_people_on_the_pages(
    office: Office, file_id: int, rika: Browser, ryo: Browser
) -> None:
    proposed = rika.submit(f"/retention/files/{file_id}/proposal", reason="満了")
    own = rika.submit("/retention/proposals/1/approve")
    early = rika.submit("/retention/proposals/1/destroy")
    approved = ryo.submit("/retention/proposals/1/approve")
    destroyed = rika.submit("/retention/proposals/1/destroy")

    page = rika.get("/retention/proposals/1").text
    assert proposed.headers["location"].startswith("/retention/proposals/1")
    assert (own.status_code, early.status_code) == (403, 409)
    assert (approved.status_code, destroyed.status_code) == (303, 303)
    assert _state(office) == "destroyed"
    assert "Certificate of destruction 1" in page
    with office.desk.database.look() as session:
        file = session.get_one(RecordFile, file_id)
        gone = session.scalars(select(Destruction.certificate_sha256)).one()
    assert file.destroyed_at is not None
    assert (gone or "nothing") in page


def test_a_hold_set_on_the_page_stops_it_and_the_store_knows(
    office: Office, file_id: int, rika: Browser
) -> None:
    rika.submit(f"/retention/files/{file_id}/holds", kind="litigation", reason="第1号")

    stopped = rika.submit(f"/retention/files/{file_id}/proposal", reason="満了")

    with office.desk.database.look() as session:
        originals = session.scalars(select(Original)).all()
        hold = session.scalars(select(Hold)).one()
    stored = [
        office.desk.store.stat(one.store_key, version=one.store_version).hold
        for one in originals
    ]
    assert stopped.status_code == 409
    assert stored == [True, True]
    assert (hold.set_by, hold.kind) == ("rika", "litigation")
    lifted = rika.submit(f"/retention/holds/{hold.id}/lift", reason="終結")
    assert lifted.status_code == 303
    again = rika.submit(f"/retention/files/{file_id}/proposal", reason="満了")
    assert again.status_code == 303


def test_a_hold_on_one_file_is_on_no_other(
    office: Office, file_id: int, rika: Browser
) -> None:
    other = file_that_is_over(office.desk, b"three", site="HQ")
    rika.submit(f"/retention/files/{other}/holds", kind="audit", reason="検査")

    table = list(csv.reader(StringIO(rika.get("/retention/register.csv").text)))

    assert {int(row[0]): row[11] for row in table[1:]} == {
        file_id: "満了",
        other: "保留中",
    }


def test_the_register_can_be_taken_away(file_id: int, rika: Browser) -> None:
    table = list(csv.reader(StringIO(rika.get("/retention/register.csv").text)))

    page = rika.get("/retention").text
    assert table[1][2] == "被保険者の記録に係る届書（平成24年度）"
    assert table[1][10:12] == ["2", "満了"]
    assert f'data-testid="file-{file_id}"' in page


def test_files_that_outlive_their_my_numbers_are_shown(
    office: Office, rika: Browser
) -> None:
    desk = office.desk
    Archive(Path(), desk.database, desk.store, desk.vault).receive()
    quiet = rika.get("/retention").text
    with desk.database.look() as session:
        original = session.scalars(select(Original)).one()
    found = Schedule.shipped().of("2200", received_on=LONG_AGO)
    own = found.model_copy(update={"my_number_years": 1, "years": 99})
    place = Place(own, LONG_AGO, "main", LONG_AGO)
    file_away(desk.database, desk.store, original, place, now=NOW)

    shown = rika.get("/retention").text

    assert "numbers-alert" not in quiet
    assert "numbers-alert" in shown
    assert "2014-03-31" in rika.get("/retention/files/1").text


def test_the_legal_original_is_designated_with_its_ground(
    office: Office, file_id: int, rika: Browser
) -> None:
    done = rika.submit(
        f"/retention/files/{file_id}/designation", medium="image", ground="文書第1号"
    )

    with office.desk.database.look() as session:
        media = set(session.scalars(select(Original.legal_medium)))
    assert media == {"image"}
    assert done.status_code == 303
    assert "文書第1号" in rika.get(f"/retention/files/{file_id}").text


def test_what_belongs_to_no_file_is_an_alert(office: Office, rika: Browser) -> None:
    desk = office.desk
    kept = Archive(Path(), desk.database, desk.store, desk.vault)
    kept.receive(until=office.now + timedelta(days=1))
    quiet = rika.get("/retention").text

    keep_up(
        desk.database,
        desk.store,
        Schedule.shipped(),
        short_lock=timedelta(days=120),
        now=office.now,
    )

    assert "unclassified-alert" not in quiet
    assert "unclassified-alert" in rika.get("/retention").text


def test_a_file_goes_once_the_archive_has_it(
    office: Office, rika: Browser, ryo: Browser
) -> None:
    file_id = file_that_is_over(office.desk, b"three", measure=Measure.TRANSFER)
    at = f"/retention/files/{file_id}"
    early = rika.submit(f"{at}/proposal", reason="満了")
    proposed = rika.submit(f"{at}/transfer", archive="国立公文書館", reason="満了")
    own = rika.submit("/retention/transfers/1/approve")
    ryo.submit("/retention/transfers/1/approve")
    with office.desk.database.begin() as session:
        transfer.packed(session, 1, package_sha256="a" * 64, by="rika", now=office.now)
    receipt = {"receipt": "受領第7号", "received_on": f"{office.now.date()}"}
    wrong = rika.submit("/retention/transfers/1/receipt", **receipt, package="b" * 64)
    entered = rika.submit("/retention/transfers/1/receipt", **receipt, package="a" * 64)

    page = rika.get(at).text
    last = rika.submit(f"{at}/proposal", reason="満了")

    answers = (early, proposed, own, wrong, entered, last)
    assert [one.status_code for one in answers] == [409, 303, 403, 409, 303, 303]
    assert "受領第7号" in page
    assert 'data-testid="propose"' in page


def test_an_auditor_sees_everything_and_changes_nothing(
    office: Office, file_id: int
) -> None:
    auditor = office.person("aki", Role.AUDITOR)

    seen = auditor.get(f"/retention/files/{file_id}")
    refused = auditor.submit(f"/retention/files/{file_id}/proposal", reason="満了")

    assert seen.status_code == 200
    assert 'data-testid="propose"' not in seen.text
    assert refused.status_code == 403


def test_files_of_another_site_are_not_there(
    office: Office, file_id: int, rika: Browser
) -> None:
    with office.desk.database.begin() as session:
        sites.know(session, "OTHER")
        person = session.scalars(select(Person).where(Person.name == "rika")).one()
        site_rights.keep_to_sites(session, person, ["OTHER"], now=office.now)

    assert rika.get(f"/retention/files/{file_id}").status_code == 404
    assert f'data-testid="file-{file_id}"' not in rika.get("/retention").text
    assert (
        rika.submit(
            f"/retention/files/{file_id}/holds", kind="audit", reason="x"
        ).status_code
        == 404
    )
