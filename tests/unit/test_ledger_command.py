"""`kamizero ledger`: its words, its JSON and its exit codes."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from kamizero.cli import app
from storage.database import Database, embedded_url
from storage.ledger.closing import close_days
from storage.tables import Job, LedgerDay


@pytest.fixture
def folder(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    data = tmp_path / "data"
    shutil.copytree(new_installation, data)
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(data))
    return data


AT = datetime(2026, 11, 25, tzinfo=UTC)


def lose_sheets(folder: Path, *, declared: int | None = 2) -> None:
    """A job that declared sheets and brought none."""
    database = Database(embedded_url(folder))
    with database.begin() as session:
        session.add(
            Job(
                site="HQ",
                door="cli",
                operator="ken",
                created_at=AT,
                received_on=AT.date(),
                declared_sheets=declared,
            )
        )
    database.close()


@pytest.mark.usefixtures("folder")
def test_a_house_that_balances_says_so() -> None:
    done = CliRunner().invoke(app, ["ledger"])

    assert (done.exit_code, "Everything balances." in done.stdout) == (0, True)


def test_a_difference_is_named_and_ends_in_1(folder: Path) -> None:
    lose_sheets(folder)

    told = CliRunner().invoke(app, ["ledger"])
    asked = CliRunner().invoke(app, ["ledger", "--json"])
    elsewhere = CliRunner().invoke(app, ["ledger", "--site", "main"])
    later = CliRunner().invoke(app, ["ledger", "--from", "2026-11-26"])

    assert told.exit_code == asked.exit_code == 1
    assert "DIFFERENT job_sheets: job 1, expected 2, found 0" in told.stdout
    found = json.loads(asked.stdout)
    assert (found["balances"], len(found["differences"])) == (False, 1)
    assert elsewhere.exit_code == later.exit_code == 0


@pytest.mark.usefixtures("folder")
def test_days_in_the_wrong_order_are_a_wrong_call() -> None:
    done = CliRunner().invoke(
        app, ["ledger", "--from", "2026-11-26", "--to", "2026-11-25"]
    )

    assert "before" in str(done.exception)


def close_and_rewrite(folder: Path) -> None:
    """A day that was closed, and whose account somebody wrote over since."""
    lose_sheets(folder, declared=None)
    database = Database(embedded_url(folder))
    close_days(database, subscribers=["api"], now=AT + timedelta(days=1))
    with database.begin() as session:
        (day,) = session.scalars(select(LedgerDay))
        day.account = {**(day.account or {}), "bundles": 7}
    database.close()


def test_closed_days_are_held_anew_and_what_fails_is_named(folder: Path) -> None:
    close_and_rewrite(folder)

    trusted = CliRunner().invoke(app, ["ledger"])
    anew = CliRunner().invoke(app, ["ledger", "--anew"])
    since = CliRunner().invoke(app, ["ledger", "--json"])

    assert "1 days, 0 open; all until 2026-11-25; each held" in trusted.stdout
    assert "DIFFERENT unproven: day 20261125" in anew.stdout
    assert json.loads(since.stdout)["closed"]["open_days"] == 1
    assert (trusted.exit_code, anew.exit_code, since.exit_code) == (0, 1, 1)


def test_a_person_takes_a_day_for_what_is_there(folder: Path) -> None:
    close_and_rewrite(folder)
    CliRunner().invoke(app, ["ledger", "--anew"])
    day = ["--from", "2026-11-25", "--accept", "written over in a drill"]

    nowhere = CliRunner().invoke(app, ["ledger", *day])
    accepted = CliRunner().invoke(app, ["ledger", *day, "--site", "HQ"])
    after = CliRunner().invoke(app, ["ledger"])

    assert "give --from and --site" in str(nowhere.exception)
    assert (accepted.exit_code, after.exit_code) == (0, 0)
