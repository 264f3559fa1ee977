"""`kamizero capacity`: reckoned from what was measured here, or refused."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kamizero.cli import app
from kamizero.cli.clock import now
from storage import work
from storage.database import Database, embedded_url
from storage.tables import Work
from workers.capacity import Need, Pace, need_of, pace_of
from workers.steps import STEPS


@pytest.fixture
def database(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    data = tmp_path / "data"
    shutil.copytree(new_installation, data)
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(data))
    return Database(embedded_url(data))


def test_a_day_needs_as_many_as_its_pages_fill_to_four_fifths() -> None:
    pace = Pace(pages=10, steps={"identify": 5.0, "read": 15.0}, people=100.0)

    # 8 h of 80 % are 23,040 s; 30,000 pages take 60,000 s and 300,000 s.
    assert need_of(pace, pages=30_000, hours=8) == Need(workers=3, people=14)
    assert need_of(pace, pages=1, hours=24) == Need(workers=1, people=1)


def test_what_finished_work_took_is_kept(database: Database) -> None:
    begun = now()
    with database.begin() as session:
        work.put(session, kind="read", subject=1, site="HQ", now=begun)
    claim = work.claim(
        database, kinds=list(STEPS), worker="one", lease=timedelta(1), now=begun
    )
    assert claim is not None
    with database.begin() as session:
        work.finish(session, claim, now=begun + timedelta(seconds=2.5))

    with database.look() as session:
        assert session.get_one(Work, claim.id).seconds == 2.5
        pace = pace_of(session, since=begun, first=date(2026, 1, 1))
    assert (pace.pages, pace.steps) == (0, {"read": 2.5})
    database.close()


@pytest.mark.usefixtures("database")
def test_nothing_is_reckoned_where_nothing_was_measured() -> None:
    done = CliRunner().invoke(app, ["capacity", "--pages", "30000"])
    assert done.exit_code != 0
    assert "nothing was measured" in str(done.exception)
