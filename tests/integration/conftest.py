"""Installations for tests that use the product through its commands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forms.library import Library
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.vault import KeyRing, Vault
from tests.desk import Desk
from tests.installation import Installation
from tests.office import Office


@pytest.fixture
def make_installation(tmp_path: Path) -> Iterator[Callable[[str], Installation]]:
    """Gives installations by name, each in a folder of its own."""
    made: list[Installation] = []

    def make(name: str) -> Installation:
        made.append(Installation(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def installation(make_installation: Callable[[str], Installation]) -> Installation:
    return make_installation("data")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The web pages over an embedded desk, in this process."""
    database = Database(embedded_url(tmp_path))
    database.upgrade()
    yield Office(
        Desk(
            database=database,
            vault=Vault(KeyRing.load(tmp_path / "keys")),
            store=DirectoryStore(tmp_path),
            definition=Library.shipped().get("2200@2020-12"),
        )
    )
    database.close()
