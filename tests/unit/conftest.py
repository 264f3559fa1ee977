"""What unit tests ask for by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forms.library import Library
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.vault import KeyRing, Vault
from tests.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = Database(embedded_url(tmp_path))
    database.upgrade()
    yield Desk(
        database=database,
        vault=Vault(KeyRing.load(tmp_path / "keys")),
        store=DirectoryStore(tmp_path),
        definition=Library.shipped().get("2200@2020-12"),
    )
    database.close()
