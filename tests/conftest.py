"""What tests of several rooms ask for by name."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher

from forms.library import Library
from kamizero import logs
from storage import passwords
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.tables import Site
from storage.vault import KeyRing, Vault
from tests.compiling import compile_once
from tests.desk import Desk
from tests.services import postgres_database, postgres_server, s3_server

compile_once()

# A busy machine is no defect of what is tested.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: while a test waits, another one works."""
    return min(os.cpu_count() or 1, 4) + 1


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed at no cost: tests log in thousands of times.

    What a hash costs in the product is looked at where a command makes one.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(1, 8, 1))
        yield


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
