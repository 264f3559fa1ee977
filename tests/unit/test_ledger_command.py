"""`kamizero ledger`: its words, its JSON and its exit codes."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kamizero.cli import app
from storage.database import Database, embedded_url
from storage.tables import Job


@pytest.fixture
def folder(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    data = tmp_path / "data"
    shutil.copytree(new_installation, data)
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(data))
    return data


def lose_sheets(folder: Path) -> None:
    """A job that declared sheets and brought none."""
    database = Database(embedded_url(folder))
    with database.begin() as session:
        at = datetime(2026, 11, 25, tzinfo=UTC)
        session.add(
            Job(
                site="HQ",
                door="cli",
                operator="ken",
                created_at=at,
                received_on=at.date(),
                declared_sheets=2,
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
