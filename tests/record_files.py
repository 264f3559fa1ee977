"""Record files on a desk whose time is over, without the years it takes."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from storage.originals import keep, original_row
from storage.retention.record_files import Place, file_away
from storage.retention.schedule import Schedule
from storage.tables import Arrival, ArrivalState, Job, Measure, RecordFile, Site
from tests.desk import NOW, Desk

LONG_AGO = date(2012, 5, 7)


def file_that_is_over(
    desk: Desk,
    *papers: bytes,
    site: str = "main",
    measure: Measure = Measure.DESTROY,
) -> int:
    """A file of 2012 that ended in March 2016, with these papers in it; its id."""
    shipped = Schedule.shipped().of("2200", received_on=LONG_AGO)
    found = shipped.model_copy(update={"measure": measure})
    begins = Schedule.shipped().begins(LONG_AGO)
    for paper in papers or (b"an old paper",):
        kept = keep(desk.store, paper, retain_until=datetime(2013, 1, 1, tzinfo=UTC))
        with desk.database.begin() as session:
            session.merge(Site(code=site, name="本所"))
            session.flush()
            original = original_row(session, kept, media_type="image/png", now=NOW)
            job = Job(
                site=site,
                door="test",
                operator="ken",
                created_at=NOW,
                received_on=LONG_AGO,
            )
            session.add(job)
            session.flush()
            session.add(
                Arrival(
                    job_id=job.id,
                    seq=1,
                    original_id=original.id,
                    source="scan.png",
                    state=ArrivalState.TAKEN,
                )
            )
        file_away(
            desk.database,
            desk.store,
            original,
            Place(found, begins, site, LONG_AGO),
            now=NOW,
        )
    with desk.database.look() as session:
        return session.scalars(
            select(RecordFile.id).where(RecordFile.site == site)
        ).one()
