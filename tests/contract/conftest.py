"""The same tests against every database kamizero runs on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms.library import Library
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.vault import KeyRing, Vault
from tests.desk import Desk
from tests.services import postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_folder: Path
) -> str:
    """A database with its tables and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(migrated_folder / "kamizero.db", tmp_path)
        return embedded_url(tmp_path)
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    if request.param == "sqlite":
        yield embedded_url(tmp_path)
        return
    with postgres_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """A desk of one form, its keys and originals in a folder of the test."""
    return Desk(
        database=database,
        vault=Vault(KeyRing.load(tmp_path / "keys")),
        store=DirectoryStore(tmp_path),
        definition=Library.shipped().get("2200@2020-12"),
    )
