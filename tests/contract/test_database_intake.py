"""Jobs that come in at the same time: nothing twice, nothing lost."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingest.intake import Delivery, Incoming, Intake
from ingest.page_image import Limits
from storage import sites
from storage.database import Database
from storage.directory import DirectoryStore
from storage.tables import Arrival, ArrivalState, Original, Work
from tests.scanner import saved, sheet

NOW = datetime(2020, 12, 10, 1, 0, tzinfo=UTC)
FILES = [saved(sheet(number), "PNG", dpi=(200, 200)) for number in range(3)]
DELIVERY = Delivery("http", "ken", "HQ", date(2020, 12, 9))


@pytest.fixture
def intake(database: Database, tmp_path: Path) -> Intake:
    with database.begin() as session:
        sites.know(session, "HQ")
    return Intake(
        database=database,
        store=DirectoryStore(tmp_path / "store"),
        limits=Limits(),
        short_lock=timedelta(days=120),
        clock=lambda: NOW,
        hint=lambda _: None,
    )


def take_in(intake: Intake, files: Sequence[bytes]) -> int:
    incoming = [Incoming("scan.png", partial(bytes, data)) for data in files]
    return intake.receive(incoming, DELIVERY)


def test_the_same_file_in_many_jobs_at_once_is_identified_once(
    intake: Intake, database: Database
) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: take_in(intake, FILES[:1]), range(12)))

    with database.look() as session:
        originals = session.scalar(select(func.count()).select_from(Original))
        states = session.scalars(select(Arrival.state).order_by(Arrival.state)).all()
        firsts = session.scalars(select(Arrival.first_arrival_id).distinct()).all()
        work = session.scalars(select(Work.subject)).all()
    assert originals == 1
    assert states == [ArrivalState.DUPLICATE] * 11 + [ArrivalState.TAKEN]
    assert {first for first in firsts if first is not None} == set(work)


def test_jobs_with_the_same_files_in_other_orders_do_not_wait_for_each_other(
    intake: Intake, database: Database
) -> None:
    jobs = [FILES, FILES[::-1]] * 6

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(partial(take_in, intake), jobs))

    assert len(ids) == len(jobs)
    with database.look() as session:
        taken = select(Arrival.id).where(Arrival.state == ArrivalState.TAKEN)
        assert len(session.scalars(taken).all()) == len(FILES)
