"""What tests of several rooms ask for by name."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from forms.library import Library
from kamizero import logs
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.tables import Site
from storage.vault import KeyRing, Vault
from tests.desk import Desk
from tests.services import postgres_database, postgres_server, s3_server

# A busy machine is no defect of what is tested.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One server a test run."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> Iterator[str]:
    """A database with the tables of today: copying it is faster than migrating."""
    with postgres_database(postgres) as url:
        database = Database(url)
        database.upgrade()
        database.close()
        yield url


@pytest.fixture
def postgres_url(postgres: str, migrated_postgres: str) -> Iterator[str]:
    """One database a test, with its tables and nothing in them."""
    with postgres_database(postgres, like=migrated_postgres) as url:
        yield url


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """One S3 server a test run; each test makes a bucket of its own."""
    with s3_server() as address:
        yield address


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Log as the product does; structlog's default prints every local variable.

    For each test anew: the stderr of the test before is closed.
    """
    logs.configure("json")


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the tables of today: copying is faster than migrating."""
    folder = tmp_path_factory.mktemp("migrated")
    database = Database(embedded_url(folder))
    database.upgrade()
    database.close()
    return folder


@pytest.fixture(scope="session")
def new_installation(
    tmp_path_factory: pytest.TempPathFactory, migrated_folder: Path
) -> Path:
    """A migrated data folder with its sites and keys."""
    folder = tmp_path_factory.mktemp("new") / "installation"
    shutil.copytree(migrated_folder, folder)
    database = Database(embedded_url(folder))
    with database.begin() as session:
        session.add_all(Site(code=code, name=code) for code in ("HQ", "main"))
    database.close()
    KeyRing.load(folder / "keys")
    return folder


@pytest.fixture
def desk(tmp_path: Path, new_installation: Path) -> Iterator[Desk]:
    """An office with nothing in it yet, in an embedded database of its own."""
    folder = tmp_path / "office"
    shutil.copytree(new_installation, folder)
    database = Database(embedded_url(folder))
    yield Desk(
        database=database,
        vault=Vault(KeyRing.load(folder / "keys")),
        store=DirectoryStore(folder),
        definition=Library.shipped().get("2200@2020-12"),
    )
    database.close()
