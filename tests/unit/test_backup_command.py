"""`kamizero backup` and `restore`, as somebody types them."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kamizero.cli import app
from kamizero.errors import SetupError


@pytest.fixture
def data(
    tmp_path: Path, new_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(new_installation, folder)
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(folder))
    return folder


def typed(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_wiped_folder_comes_back_and_is_verified(data: Path, tmp_path: Path) -> None:
    made = typed("backup", tmp_path / "backup", "--keys", tmp_path / "keys")
    shutil.rmtree(data)

    back = typed(
        *("restore", tmp_path / "backup", "--keys", tmp_path / "keys"),
        "--without-erasures",
    )

    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["dialect"] == "sqlite"
    assert back.exit_code == 0, back.output
    told = json.loads(back.stdout)
    assert (told["erased_again"], told["differences"]) == (0, [])
    assert typed("ledger").exit_code == 0


def test_originals_that_nobody_else_has_are_not_left_out(
    data: Path, tmp_path: Path
) -> None:
    done = typed("backup", tmp_path / "backup", "--without-originals")

    assert "nothing else has a copy" in str(done.exception)
    assert data.exists()
    assert not (tmp_path / "backup").exists()


def test_a_restore_asks_what_was_destroyed_since(data: Path, tmp_path: Path) -> None:
    typed("backup", tmp_path / "backup", "--keys", tmp_path / "keys")
    shutil.rmtree(data)

    done = typed("restore", tmp_path / "backup", "--keys", tmp_path / "keys")

    assert "--without-erasures" in str(done.exception)
    assert not data.exists()


def test_a_folder_that_is_in_use_is_not_written_over(
    data: Path, tmp_path: Path
) -> None:
    typed("backup", tmp_path / "backup", "--keys", tmp_path / "keys")

    done = typed(
        *("restore", tmp_path / "backup", "--keys", tmp_path / "keys"),
        "--without-erasures",
    )

    assert isinstance(done.exception, SetupError)
    assert "is not empty" in str(done.exception)
    assert (data / "kamizero.db").exists()
