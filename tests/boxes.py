"""A box of paper on an archive, as far on its way as a test needs it."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kamizero.model import Role
from review.sorting import boxes, custody
from review.sorting.record import Clerk
from storage.retention import paper
from storage.retention.designation import designate
from storage.retention.record_files import keep_up
from storage.retention.schedule import Schedule
from storage.tables import Bundle, Filing, Job, Page, PaperBox, RecordFile
from tests.archive import NOW, Archive

OLD = date(2019, 5, 7)
LONG_AGO = datetime(2019, 9, 4, tzinfo=UTC)
# So long ago that the 90 days which paper of the shipped classes waits are over, by
# the test's clock and by the database's.
DECIDED = datetime(2026, 5, 1, tzinfo=UTC)
KEN = Clerk("ken", Role.SCANNER, NOW)


def boxed(
    kept: Archive, *papers: bytes, code: str = "A-1", decided: datetime = DECIDED
) -> int:
    """Bundles of one decided filing each, in one box; the box's id."""
    for data in papers or (b"paper",):
        filing = kept.receive(data, received_on=OLD, until=LONG_AGO)
        kept.approve(filing, at=decided)
        put_into_box(kept, filing, code=code)
    file_away(kept, now=decided)
    with kept.database.look() as session:
        return session.scalars(select(PaperBox.id).where(PaperBox.code == code)).one()


def put_into_box(kept: Archive, filing_id: int, *, code: str = "A-1") -> int:
    """The bundle that the filing's pages are in from now on."""
    with kept.database.begin() as session:
        filing = session.get_one(Filing, filing_id)
        job = session.get_one(Job, filing.arrival.job_id)
        bundle = Bundle(
            job_id=job.id, number=f"{filing_id}", site=job.site, scheme="", form="2200"
        )
        session.add(bundle)
        session.flush()
        session.execute(
            update(Page)
            .where(Page.filing_id == filing_id)
            .values(bundle_id=bundle.id, position=1)
        )
        custody.put(session, KEN, bundle, box=code, place="書庫1")
        return bundle.id


def file_away(kept: Archive, *, now: datetime = DECIDED) -> None:
    keep_up(
        kept.database,
        kept.store,
        Schedule.shipped(),
        short_lock=timedelta(days=120),
        now=now,
    )


def let_image_count(kept: Archive, *, medium: str = "image") -> None:
    with kept.database.begin() as session:
        for file in session.scalars(select(RecordFile)).all():
            designate(
                session, file, medium=medium, ground="文書第1号", by="rika", now=NOW
            )


def look_at(kept: Archive, box_id: int, *, unlike: int = 0) -> None:
    with kept.database.begin() as session:
        box = session.get_one(PaperBox, box_id)
        boxes.check(session, KEN, box, unlike=unlike)


def ready_box(kept: Archive, *papers: bytes, decided: datetime = DECIDED) -> int:
    """A box whose paper may go, unless it was decided later."""
    box = boxed(kept, *papers, decided=decided)
    let_image_count(kept)
    look_at(kept, box)
    return box


def propose(kept: Archive, box_id: int, *, now: datetime = NOW) -> int:
    with kept.database.begin() as session:
        box = session.get_one(PaperBox, box_id)
        return paper.propose(session, box, reason="満了", by="rika", now=now).id


def approve(kept: Archive, disposal: int, *, now: datetime = NOW) -> None:
    with kept.database.begin() as session:
        paper.approve(session, disposal, by="ryo", role=Role.RECORDS_MANAGER, now=now)


def write_list(kept: Archive, disposal: int) -> bytes:
    with kept.database.begin() as session:
        return paper.write_list(
            session,
            disposal,
            printed=lambda found, sides: f"{found.id} {len(sides)}".encode(),
            by="rika",
            now=NOW,
        )


def destroy(kept: Archive, disposal: int) -> str:
    done = paper.destroy(
        kept.database,
        kept.store,
        disposal,
        way="溶解（委託）",
        by="rika",
        now=NOW,
    )
    return done.certificate_sha256 or ""


def first_page(session: Session) -> Page:
    return session.scalars(select(Page).order_by(Page.id).limit(1)).one()
