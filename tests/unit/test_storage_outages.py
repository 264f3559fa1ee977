"""A database that cannot work says what to do, not what its driver calls it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from kamizero.errors import SetupError, StoreError, WrongCallError
from storage.database import Database, embedded_url
from storage.tables import Job, Site


def test_a_full_disk_says_so_and_keeps_what_was_committed(tmp_path: Path) -> None:
    database = Database(embedded_url(tmp_path))
    database.upgrade()

    def fill() -> None:
        with database.begin() as session:
            # The limit stands for the disk's end.
            session.execute(text("PRAGMA max_page_count = 1"))
            session.add_all(Site(code=f"{n}", name="x" * 90) for n in range(2000))

    with pytest.raises(StoreError, match=r"disk is full\. Free space"):
        fill()

    database.close()
    with database.look() as session:
        assert session.scalar(text("SELECT count(*) FROM site")) == 0


def test_a_folder_that_cannot_be_used_is_named() -> None:
    with pytest.raises(StoreError, match=r"/sys/kamizero\.db.* KAMIZERO_DATA_DIR"):
        Database("sqlite:////sys/kamizero.db").upgrade()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "kamizero.db").write_bytes(b"no database at all" * 100)

    with pytest.raises(StoreError, match=r"no database\. Stop kamizero and restore"):
        Database(embedded_url(tmp_path)).upgrade()


def test_a_server_that_does_not_answer_says_so_without_the_password() -> None:
    database = Database("postgresql://ken:secret@127.0.0.1:1/kamizero")

    with pytest.raises(StoreError, match=r"does not answer\. Start it") as raised:
        database.upgrade()

    assert "secret" not in str(raised.value)
    assert raised.value.retryable


@pytest.mark.parametrize("url", ["mysql://h/x", "nonsense", ""])
def test_an_address_of_something_else_is_a_matter_of_settings(url: str) -> None:
    with pytest.raises(SetupError, match="KAMIZERO_DATABASE_URL"):
        Database(url)


def test_a_number_no_row_can_have_is_a_wrong_call(tmp_path: Path) -> None:
    database = Database(embedded_url(tmp_path))
    database.upgrade()

    def ask() -> None:
        with database.look() as session:
            session.get(Job, 2**63)

    with pytest.raises(WrongCallError, match="too large"):
        ask()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_database_that_was_removed_while_in_use_takes_nothing(
    tmp_path: Path, replaced: bool
) -> None:
    database = Database(embedded_url(tmp_path))
    database.upgrade()
    (tmp_path / "kamizero.db").rename(tmp_path / "elsewhere")
    if replaced:
        (tmp_path / "kamizero.db").touch()

    def write() -> None:
        with database.begin() as session:
            session.add(Site(code="HQ", name="HQ"))

    with pytest.raises(StoreError, match="removed or replaced"):
        write()
