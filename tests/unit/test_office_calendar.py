"""The office's own days, through the commands."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from kamizero.cli import calendar
from kamizero.errors import MissingError

FOUNDED = datetime(2026, 11, 2)  # noqa: DTZ001 - as the command line gives a day
CULTURE = datetime(2026, 11, 3)  # noqa: DTZ001


@pytest.fixture(autouse=True)
def data_folder(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(new_installation, tmp_path / "data")
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(tmp_path / "data"))


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    calendar.list_days(as_json=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_office_says_on_which_days_it_works(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calendar.close(FOUNDED, note="創立記念日")
    calendar.open_day(CULTURE)

    days = listed(capsys)

    assert days == [
        {"day": "2026-11-02", "site": "", "works": False, "note": "創立記念日"},
        {"day": "2026-11-03", "site": "", "works": True, "note": ""},
    ]


def test_a_day_is_left_to_the_calendar_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calendar.close(FOUNDED)

    calendar.forget(FOUNDED)

    assert listed(capsys) == []
    with pytest.raises(MissingError, match="2026-11-02"):
        calendar.forget(FOUNDED)


def test_a_day_is_that_of_a_site_that_is_there() -> None:
    with pytest.raises(MissingError, match="NOWHERE"):
        calendar.close(FOUNDED, site="NOWHERE")
