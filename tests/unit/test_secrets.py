"""Settings may come as files, the way containers are given secrets."""

from pathlib import Path

import pytest

from kamizero.settings import SECRETS_DIR, Settings


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path))
    return tmp_path


def test_a_file_named_like_a_variable_is_its_value(secrets: Path) -> None:
    (secrets / "kamizero_broker_url").write_text("amqp://broker//\n")

    assert Settings.load().broker_url == "amqp://broker//"


def test_the_environment_goes_before_a_file(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets / "kamizero_site").write_text("FILE")
    monkeypatch.setenv("KAMIZERO_SITE", "OSAKA")

    assert Settings.load().site == "OSAKA"


def test_a_folder_that_is_not_there_is_no_error(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRETS_DIR, str(secrets / "none"))

    assert Settings.load().site == "HQ"
