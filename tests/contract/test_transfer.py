"""A file goes to an archive before it goes here, on SQLite and PostgreSQL."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kamizero.errors import ConflictError, ForbiddenError, WrongCallError
from kamizero.model import Role
from storage.evidence.bundle import BundleWriter
from storage.evidence.package import write_package
from storage.proofs.outside import NOTHING
from storage.retention import destruction, transfer
from storage.retention.record_files import keep_up
from storage.retention.schedule import Schedule
from storage.tables import AuditEvent, RecordFile, Transfer
from storage.verification import verify
from tests.archive import NOW, Archive, archive

OLD = date(2019, 5, 7)
LONG_AGO = datetime(2019, 9, 4, tzinfo=UTC)
SCHEDULE = Schedule.read(
    """
revisions:
  - from: 2000-01-01
    classes:
      - {code: history, title: 歴史資料, title_en: History, forms: [], years: 3,
         starts: receipt, measure: transfer, approver: records_manager, paper_days: 0}
"""
)


@pytest.fixture
def kept(tmp_path: Path, database_url: str) -> Iterator[Archive]:
    opened = archive(tmp_path, database_url)
    _file_in(opened, b"one")
    _file_in(opened, b"two")
    yield opened
    opened.database.close()


def _file_in(kept: Archive, paper: bytes) -> None:
    kept.approve(kept.receive(paper, received_on=OLD, until=LONG_AGO))
    keep_up(
        kept.database, kept.store, SCHEDULE, short_lock=timedelta(days=120), now=NOW
    )


def _proposed(kept: Archive) -> int:
    with kept.database.begin() as session:
        file = session.scalars(select(RecordFile)).one()
        return transfer.propose(
            session, file, archive="国立公文書館", reason="満了", by="rika", now=NOW
        ).id


def _approved(kept: Archive) -> int:
    found = _proposed(kept)
    with kept.database.begin() as session:
        transfer.approve(session, found, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
    return found


def _packed(kept: Archive, found: int, folder: Path) -> str:
    kept.seal()
    writer = BundleWriter(
        kept.database, kept.store, kept.vault, NOTHING, actor="rika", now=NOW
    )
    package = write_package(
        kept.database, kept.store, writer, found, folder, register=b"line"
    )
    with kept.database.begin() as session:
        transfer.packed(session, found, package_sha256=package, by="rika", now=NOW)
    return package


def _received(kept: Archive, found: int, package: str) -> None:
    with kept.database.begin() as session:
        transfer.receive(
            session,
            found,
            receipt="受領第7号",
            package_sha256=package,
            received_on=NOW.date(),
            by="rika",
            now=NOW,
        )


def _destruction(kept: Archive) -> int:
    with kept.database.begin() as session:
        file = session.scalars(select(RecordFile)).one()
        found = destruction.propose_file(
            session, file, reason="移管済", by="rika", now=NOW
        ).id
    with kept.database.begin() as session:
        destruction.approve(
            session, found, by="ryo", role=Role.RECORDS_MANAGER, now=NOW
        )
    return found


def _refused(kept: Archive, change: str, words: str) -> None:
    with pytest.raises(IntegrityError, match=words), kept.database.begin() as session:
        session.execute(text(change))


def test_a_file_is_packed_received_and_only_then_destroyed(
    kept: Archive, tmp_path: Path
) -> None:
    with pytest.raises(ConflictError, match="once the archive has it"):
        _destruction(kept)
    found = _approved(kept)
    package = _packed(kept, found, tmp_path / "package")
    with pytest.raises(ConflictError, match="once the archive has it"):
        _destruction(kept)
    with pytest.raises(ConflictError, match="another package"):
        _received(kept, found, "0" * 64)
    _received(kept, found, package)

    done = destruction.destroy(
        kept.database, kept.store, _destruction(kept), by="rika", clock=lambda: NOW
    )

    kept.seal()
    with kept.database.look() as session:
        acts = session.scalars(select(AuditEvent.act)).all()
    assert done.state == "destroyed"
    assert [one for one in acts if one.startswith("transfer.")] == [
        "transfer.proposed",
        "transfer.approved",
        "transfer.packed",
        "transfer.received",
    ]
    assert verify(kept.database, kept.store, kept.vault).differences == []


def test_an_archive_checks_the_package_with_what_it_has(
    kept: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "package"
    package = _packed(kept, _approved(kept), folder)

    def check() -> int:
        sums = ["sha256sum", "--check", "--quiet", "sha256sums.txt"]
        return subprocess.run(sums, cwd=folder, check=False).returncode

    listed = json.loads((folder / "package.json").read_bytes())
    assert hashlib.sha256((folder / "package.json").read_bytes()).hexdigest() == package
    assert sorted(listed["originals"]) == sorted(
        path.name for path in (folder / "originals").iterdir()
    )
    assert {path.name for path in (folder / "evidence").iterdir()} == {"R1", "R2"}
    assert (folder / "register.csv").read_bytes() == b"line"
    assert check() == 0
    original = next((folder / "originals").iterdir())
    original.write_bytes(b"another")
    assert check() == 1


def test_nothing_is_written_into_a_folder_that_is_not_empty(
    kept: Archive, tmp_path: Path
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "mine.txt").write_text("mine")

    with pytest.raises(WrongCallError, match="not empty"):
        _packed(kept, _approved(kept), tmp_path / "package")


def test_nobody_transfers_alone(kept: Archive) -> None:
    found = _proposed(kept)

    with kept.database.begin() as session:
        with pytest.raises(ForbiddenError):
            transfer.approve(
                session, found, by="rika", role=Role.RECORDS_MANAGER, now=NOW
            )
        with pytest.raises(ForbiddenError):
            transfer.approve(session, found, by="ann", role=Role.APPROVER, now=NOW)

    _refused(
        kept,
        "UPDATE transfer SET state = 'approved', approved_by = 'rika'",
        "two_people",
    )
    _refused(kept, "UPDATE transfer SET state = 'received', receipt = '-'", "one way")
    _refused(kept, "DELETE FROM transfer", "rows stay")


def test_what_comes_into_the_file_later_stops_its_transfer(kept: Archive) -> None:
    found = _proposed(kept)
    _file_in(kept, b"three")

    with (
        pytest.raises(ConflictError, match="changed since"),
        kept.database.begin() as session,
    ):
        transfer.approve(session, found, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
    with kept.database.begin() as session:
        transfer.withdraw(session, found, by="rika", now=NOW)

    assert _proposed(kept) != found


def test_the_database_lets_nothing_go_that_no_archive_has(kept: Archive) -> None:
    with kept.database.begin() as session:
        session.execute(
            text(
                "INSERT INTO destruction (id, site, kind, record_file_id, state, "
                "reason, proposed_by, proposed_at) VALUES (99, 'main', 'file', 1, "
                "'proposed', '-', 'rika', '2026-11-24 00:00:00')"
            )
        )
        session.execute(
            text(
                "INSERT INTO doomed_original (destruction_id, original_id, sha256, "
                "size, received_on) SELECT 99, id, sha256, size, '2019-05-07' "
                "FROM original"
            )
        )
        session.execute(
            text(
                "UPDATE destruction SET state = 'approved', approved_by = 'ryo', "
                "approved_at = '2026-11-24 00:00:00'"
            )
        )

    _refused(
        kept,
        "UPDATE doomed_original SET begun_at = '2026-11-24 00:00:00'",
        "the archive has not received it",
    )


def test_only_what_is_to_be_transferred_is(kept: Archive) -> None:
    with kept.database.begin() as session:
        file = session.scalars(select(RecordFile)).one()
        file_id = file.id
        found = transfer.propose(
            session, file, archive="館", reason="満了", by="rika", now=NOW
        )
        with pytest.raises(ConflictError, match="already"):
            transfer.propose(
                session, file, archive="館", reason="満了", by="rika", now=NOW
            )
        with pytest.raises(ConflictError, match="not packed"):
            transfer.receive(
                session,
                found.id,
                receipt="1",
                package_sha256="0" * 64,
                received_on=NOW.date(),
                by="rika",
                now=NOW,
            )
    with kept.database.look() as session:
        assert session.scalars(select(Transfer.record_file_id)).all() == [file_id]
