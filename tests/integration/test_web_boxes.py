"""The pages of boxes: what keeps them, and their end by two people."""

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select

from kamizero.model import Role
from storage import site_rights, sites
from storage.tables import Page, PaperBox, PaperDisposal, Person, Site
from tests.archive import NOW, Archive
from tests.boxes import boxed
from tests.office import Browser, Office
from web.routes.boxes import PAGE_SIZE


@pytest.fixture
def box(office: Office) -> int:
    """A box with the bundle of one filing that was decided long ago; its id."""
    desk = office.desk
    office.now = NOW
    kept = Archive(Path(), desk.database, desk.store, desk.vault)
    return boxed(kept, code="A-12")


@pytest.fixture
def rika(office: Office) -> Browser:
    return office.person("rika", Role.RECORDS_MANAGER)


def _made_ready(rika: Browser, box: int) -> None:
    rika.submit("/retention/files/1/designation", medium="image", ground="文書第1号")
    assert rika.submit(f"/boxes/{box}/check", unlike=0).status_code == 303


def _words(data: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(data))
    words = document[0].get_textpage().get_text_bounded()
    document.close()
    return str(words)


def test_a_box_goes_by_two_people_with_its_list(
    office: Office, box: int, rika: Browser
) -> None:
    ryo = office.person("ryo", Role.RECORDS_MANAGER)
    kept = rika.get(f"/boxes/{box}").text
    early = rika.submit(f"/boxes/{box}/proposal", reason="満了")
    _made_ready(rika, box)
    free = rika.get(f"/boxes/{box}").text
    proposed = rika.submit(f"/boxes/{box}/proposal", reason="満了")
    own = rika.submit("/boxes/disposals/1/approve")
    approved = ryo.submit("/boxes/disposals/1/approve")
    unlisted = rika.submit("/boxes/disposals/1/destroy", way="溶解")
    listed = rika.submit("/boxes/disposals/1/list.pdf")
    done = rika.submit("/boxes/disposals/1/destroy", way="溶解")

    page = rika.get("/boxes/disposals/1").text
    assert 'data-keeps="unchecked"' in kept
    assert 'data-keeps="paper_counts"' in kept
    assert 'data-testid="free"' in free
    assert proposed.headers["location"].startswith("/boxes/disposals/1")
    assert [
        one.status_code for one in (early, own, approved, unlisted, listed, done)
    ] == [409, 403, 303, 409, 200, 303]
    words = _words(listed.content)
    assert "紙文書廃棄目録 1" in words
    assert "R1" in words
    assert "被保険者の記録に係る届書（平成31年度）" in words
    with office.desk.database.look() as session:
        row = session.scalars(select(PaperDisposal)).one()
    assert (row.state, row.listed_by, row.way) == ("destroyed", "rika", "溶解")
    assert (row.certificate_sha256 or "-") in page
    assert "Destroyed" in rika.get("/boxes").text


def test_a_sheet_is_taken_out_with_a_reason_by_who_keeps_paper(
    office: Office, box: int
) -> None:
    ken = office.person("kenji", Role.SCANNER)
    with office.desk.database.look() as session:
        page = session.scalars(select(Page.id).order_by(Page.id)).first()

    moved = ken.submit(f"/boxes/{box}/place", place="倉庫")
    out = ken.submit(
        f"/boxes/{box}/sheets", page=page, act="out", reason="保険証を返却"
    )
    nowhere = ken.submit(
        f"/boxes/{box}/sheets", page=page, act="moved", reason="-", to="none"
    )
    forbidden = ken.submit(f"/boxes/{box}/proposal", reason="満了")

    shown = ken.get(f"/boxes/{box}").text
    assert [one.status_code for one in (moved, out, nowhere, forbidden)] == [
        303,
        303,
        400,
        403,
    ]
    assert "倉庫" in shown
    assert "Nothing lies in it" in shown


def test_boxes_of_another_site_are_not_there(
    office: Office, box: int, rika: Browser
) -> None:
    with office.desk.database.begin() as session:
        sites.know(session, "OTHER")
        person = session.scalars(select(Person).where(Person.name == "rika")).one()
        site_rights.keep_to_sites(session, person, ["OTHER"], now=office.now)

    assert rika.get(f"/boxes/{box}").status_code == 404
    assert "A-12" not in rika.get("/boxes").text
    assert rika.submit(f"/boxes/{box}/check", unlike=0).status_code == 404


def test_more_boxes_than_a_page_holds_are_on_the_next(
    office: Office, rika: Browser
) -> None:
    with office.desk.database.begin() as session:
        session.merge(Site(code="main", name="本所"))
        session.flush()
        session.add_all(
            PaperBox(
                site="main", code=f"A {n:03}", place="書庫", made_by="ken", made_at=NOW
            )
            for n in range(PAGE_SIZE + 1)
        )

    first = rika.get("/boxes").text
    second = rika.get("/boxes?after=0%3Amain%3AA+099").text

    assert 'href="/boxes?after=0%3Amain%3AA' in first
    assert (first.count('data-testid="box-'), second.count('data-testid="box-')) == (
        PAGE_SIZE,
        1,
    )
    assert "more-boxes" not in second
    assert rika.get("/boxes?after=nothing").status_code == 400
