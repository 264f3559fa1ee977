"""`kamizero robots`: queues of either step, from a terminal."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kamizero.cli.robots import app
from kamizero.errors import WrongCallError


@pytest.fixture
def folder(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(new_installation, copy)
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(copy))
    return copy


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.usefixtures("folder")
def test_a_queue_that_suggests_is_made_listed_and_closed() -> None:
    writes = "insured.pension_number, insured.name_kana"

    run("add", "look", "--step", "suggest", "--form", "2200", "--writes", writes)
    run("add", "host", "--form", "2200")
    run("close", "look")

    host, look = json.loads(run("list", "--json"))["queues"]
    assert (host["name"], host["step"], host["pending"]) == ("host", "register", 0)
    assert (look["step"], look["is_closed"]) == ("suggest", True)
    assert look["writes"] == ["insured.pension_number", "insured.name_kana"]


@pytest.mark.usefixtures("folder")
def test_a_queue_that_suggests_says_of_what_form() -> None:
    with pytest.raises(WrongCallError, match="is of one form"):
        run("add", "look", "--step", "suggest", "--writes", "insured.name_kana")
