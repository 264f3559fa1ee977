"""What the database itself promises, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from storage.database import Database, after_commit
from storage.tables import (
    Approval,
    Arrival,
    AuditEvent,
    AuditSeal,
    Filing,
    Job,
    Original,
    Site,
    Touch,
)
from tests.paper import take_route

NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)


def _site(code: str = "tokyo") -> Site:
    return Site(code=code, name="東京")


def _original() -> Original:
    return Original(
        sha256="a" * 64,
        size=3,
        media_type="image/png",
        store_key="originals/aa/" + "a" * 64,
        store_version="1",
        stored_at=NOW,
        retain_until=NOW,
    )


def _filing(session: Session) -> Filing:
    session.add(_site())
    session.flush()
    job = Job(
        site="tokyo",
        door="http",
        operator="scan",
        created_at=NOW,
        received_on=date(2026, 11, 24),
    )
    arrival = Arrival(
        job=job, seq=1, original=_original(), source="a.png", state="taken"
    )
    filing = Filing(
        receipt_number="R1",
        arrival=arrival,
        site="tokyo",
        form="2200",
        revision="2020-12",
        received_on=date(2026, 11, 24),
        created_at=NOW,
    )
    session.add(filing)
    session.flush()
    return filing


def _approval(session: Session, filing: Filing, by: str) -> Approval:
    return Approval(
        filing_id=filing.id,
        round_id=take_route(session, filing, by=by, manifest="b" * 64),
        manifest_sha256="b" * 64,
        store_key="manifests/bb/" + "b" * 64,
        store_version="1",
        by=by,
        at=NOW,
        key_id="k",
        signature="00",
    )


def _event() -> AuditEvent:
    return AuditEvent(
        at=NOW, actor="a", act="b", subject_kind="job", subject_id="1", body={}
    )


def test_the_tables_are_those_the_program_expects(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))

    with database.engine.begin() as connection:
        config.attributes["connection"] = connection

        command.check(config)


def test_both_pointers_of_a_field_are_foreign_keys(database: Database) -> None:
    keys = inspect(database.engine).get_foreign_keys("field")

    assert {"as_written_id", "as_decided_id"} <= {
        key["constrained_columns"][0] for key in keys
    }


def test_two_programs_may_upgrade_at_once(empty_database_url: str) -> None:
    def upgrade(_: int) -> None:
        own = Database(empty_database_url)
        own.upgrade()
        own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, range(4)))

    checked = Database(empty_database_url)
    with checked.look() as session:
        assert session.scalars(text("SELECT version_num FROM alembic_version")).all()
    checked.close()


def test_a_database_that_is_up_to_date_needs_no_writer(
    database: Database, database_url: str
) -> None:
    second = Database(database_url)

    with database.begin() as session:
        session.add(_site())
        session.flush()
        second.upgrade()

    second.close()


def test_an_error_rolls_back_and_drops_what_should_follow(database: Database) -> None:
    called: list[str] = []

    def add_and_stop() -> None:
        with database.begin() as session:
            session.add(_site())
            session.flush()
            after_commit(session, lambda: called.append("sent"))
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        add_and_stop()

    with database.look() as session:
        assert session.scalars(select(Site)).all() == []
    assert called == []


def test_what_follows_a_commit_runs_once_and_sees_it(database: Database) -> None:
    seen: list[str] = []

    def look() -> None:
        with database.begin() as session:
            seen.extend(session.scalars(select(Site.code)))

    with database.begin() as session:
        session.add(_site())
        after_commit(session, look)

    assert seen == ["tokyo"]


def test_a_look_cannot_write(database: Database) -> None:
    with database.look() as session:
        session.add(_site())

        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.flush()


def test_a_look_sees_one_moment(database: Database) -> None:
    with database.look() as session:
        before = session.scalars(select(Site.code)).all()
        with database.begin() as other:
            other.add(_site())

        after = session.scalars(select(Site.code)).all()

    assert before == after == []


def test_a_writer_may_follow_a_look_on_the_same_thread(database: Database) -> None:
    for number in range(20):
        with database.look() as session:
            session.scalars(select(Site)).all()
        with database.begin() as session:
            session.add(_site(f"s{number}"))

    with database.look() as session:
        assert len(session.scalars(select(Site)).all()) == 20


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_event SET actor = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET hash = 'x'",
        "DELETE FROM audit_seal",
    ],
)
def test_the_audit_trail_is_append_only(database: Database, change: str) -> None:
    with database.begin() as session:
        event = _event()
        session.add(event)
        session.flush()
        session.add(AuditSeal(seq=1, event_id=event.id, prev="0", hash="1"))

    with (
        pytest.raises(IntegrityError, match="append-only"),
        database.begin() as session,
    ):
        session.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE original SET sha256 = 'x'",
        "UPDATE original SET size = 4",
        "UPDATE original SET store_key = 'x'",
        "DELETE FROM original",
    ],
)
def test_an_original_stays_what_it_was(database: Database, change: str) -> None:
    with database.begin() as session:
        session.add(_original())

    with pytest.raises(IntegrityError, match="original"), database.begin() as session:
        session.execute(text(change))


def test_an_original_may_be_kept_longer(database: Database) -> None:
    with database.begin() as session:
        session.add(_original())

    later = NOW.replace(year=2040)
    with database.begin() as session:
        session.scalars(select(Original)).one().retain_until = later

    with database.look() as session:
        assert session.scalars(select(Original.retain_until)).one() == later


def test_who_changed_a_filing_cannot_approve_it(database: Database) -> None:
    with database.begin() as session:
        filing = _filing(session)
        session.add(Touch(filing_id=filing.id, person="tanaka"))

    with pytest.raises(IntegrityError, match="four eyes"), database.begin() as session:
        session.add(_approval(session, filing, "tanaka"))


def test_somebody_else_can_approve_it(database: Database) -> None:
    with database.begin() as session:
        filing = _filing(session)
        session.add(Touch(filing_id=filing.id, person="tanaka"))

    with database.begin() as session:
        session.add(_approval(session, filing, "suzuki"))

    with database.look() as session:
        assert session.scalars(select(Approval.by)).all() == ["suzuki"]


def test_a_signature_is_never_changed(database: Database) -> None:
    with database.begin() as session:
        session.add(_approval(session, _filing(session), "suzuki"))

    with (
        pytest.raises(IntegrityError, match="append-only"),
        database.begin() as session,
    ):
        session.execute(text("UPDATE approval SET manifest_sha256 = 'x'"))
