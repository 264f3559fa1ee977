"""Papers are received at known sites alone, on every database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kamizero.errors import ConflictError, WrongCallError
from storage import devices, sites
from storage.database import Database
from storage.tables import AuditEvent, Device

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def add(database: Database, code: str, name: str = "大阪") -> None:
    with database.begin() as session:
        sites.add_site(session, code=code, name=name, actor="ken", now=NOW)


def test_a_site_is_added_once_with_an_event(database: Database) -> None:
    add(database, "OSAKA")
    with pytest.raises(ConflictError, match="already is a site OSAKA"):
        add(database, "OSAKA")

    with database.look() as session:
        known = [(site.code, site.name) for site in sites.all_sites(session)]
        acts = session.scalars(select(AuditEvent.act)).all()
    assert known == [("OSAKA", "大阪")]
    assert acts == ["site.added"]


@pytest.mark.parametrize("code", ["", "x" * 17, "a b", "a\0b", "two\nlines"])
def test_a_code_that_cannot_be_one_is_refused(database: Database, code: str) -> None:
    with pytest.raises(WrongCallError, match="site's code"):
        add(database, code)


@pytest.mark.parametrize("name", ["", "x" * 101, "a\0b"])
def test_a_name_that_cannot_be_one_is_refused(database: Database, name: str) -> None:
    with pytest.raises(WrongCallError, match="site's name"):
        add(database, "OSAKA", name)


def test_an_unknown_site_is_told_with_the_known_ones(database: Database) -> None:
    add(database, "OSAKA")
    add(database, "KOBE", "神戸")

    with (
        database.look() as session,
        pytest.raises(WrongCallError, match=r"'TOKYO'; known are: KOBE, OSAKA"),
    ):
        sites.demand_site(session, "TOKYO")


def test_a_device_belongs_to_a_known_site(database: Database) -> None:
    with database.begin() as session, pytest.raises(WrongCallError, match="no site"):
        devices.add_device(
            session,
            name="mfp",
            site="TOKYO",
            password="paper zero",
            daily_bytes=None,
            now=NOW,
        )
    with pytest.raises(IntegrityError), database.begin() as session:
        session.add(Device(name="mfp", site="TOKYO", password_hash="", added_at=NOW))
