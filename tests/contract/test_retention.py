"""Originals stay for their time and go by two people, on SQLite and PostgreSQL."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kamizero.errors import (
    ConflictError,
    ForbiddenError,
    MissingError,
    StoreError,
    WrongCallError,
)
from kamizero.model import Role
from storage.retention import destruction, holds, register
from storage.retention.destruction import approve, destroy, propose_file, withdraw
from storage.retention.record_files import Kept, keep_up
from storage.retention.schedule import Schedule
from storage.tables import (
    AuditEvent,
    Destruction,
    DestructionKind,
    DoomedOriginal,
    FieldValue,
    Filing,
    HoldKind,
    Original,
    RecordFile,
)
from storage.verification import verify
from tests.archive import NOW, Archive, archive

SHORT = timedelta(days=120)
OLD = date(2019, 5, 7)
LONG_AGO = datetime(2019, 9, 4, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path, database_url: str) -> Iterator[Archive]:
    opened = archive(tmp_path, database_url)
    yield opened
    opened.database.close()


def _keep_up(kept: Archive, *, now: datetime = NOW) -> Kept:
    return keep_up(
        kept.database, kept.store, Schedule.shipped(), short_lock=SHORT, now=now
    )


def _old_file(kept: Archive, *papers: bytes) -> int:
    """A file whose time is over, with these papers in it."""
    for paper in papers or (b"paper",):
        kept.approve(kept.receive(paper, received_on=OLD, until=LONG_AGO))
    _keep_up(kept)
    with kept.database.look() as session:
        return session.scalars(select(RecordFile.id)).one()


def _proposed(kept: Archive, file_id: int) -> int:
    with kept.database.begin() as session:
        file = session.get_one(RecordFile, file_id)
        return propose_file(session, file, reason="満了", by="rika", now=NOW).id


def _approved(kept: Archive, file_id: int) -> int:
    proposal = _proposed(kept, file_id)
    with kept.database.begin() as session:
        approve(session, proposal, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
    return proposal


def _destroy(kept: Archive, proposal: int) -> Destruction:
    return destroy(kept.database, kept.store, proposal, by="rika", clock=lambda: NOW)


def _original(kept: Archive) -> Original:
    with kept.database.look() as session:
        return session.scalars(select(Original).order_by(Original.id)).first()  # type: ignore[return-value]


def _refused(kept: Archive, change: str, words: str) -> None:
    with pytest.raises(IntegrityError, match=words), kept.database.begin() as session:
        session.execute(text(change))


def _hold(kept: Archive, file_id: int) -> int:
    with kept.database.begin() as session:
        return holds.hold_file(
            session,
            session.get_one(RecordFile, file_id),
            kind=HoldKind.LITIGATION,
            reason="令和8年(ワ)第1号",
            by="rika",
            now=NOW,
        ).id


def test_what_is_decided_goes_into_the_file_of_its_class_and_year(
    kept: Archive,
) -> None:
    kept.approve(kept.receive(received_on=date(2026, 4, 1)))

    done = _keep_up(kept)
    again = _keep_up(kept)

    with kept.database.look() as session:
        file = session.scalars(select(RecordFile)).one()
        original = session.scalars(select(Original)).one()
    assert (file.class_code, file.fiscal_year) == ("pension-records", 2026)
    assert file.name == "被保険者の記録に係る届書（令和8年度）"
    assert (file.starts_on, file.ends_on) == (date(2027, 4, 1), date(2030, 3, 31))
    assert (done.filed, again.filed) == (1, 0)
    until = datetime(2030, 3, 31, 15, tzinfo=UTC)
    stored = kept.store.stat(original.store_key, version=original.store_version)
    # It was locked longer at intake, and is never locked shorter.
    assert original.retain_until == stored.retain_until >= until


def test_the_last_day_of_a_fiscal_year_still_belongs_to_it(kept: Archive) -> None:
    kept.approve(kept.receive(received_on=date(2026, 3, 31)))

    _keep_up(kept)

    with kept.database.look() as session:
        assert session.scalars(select(RecordFile.fiscal_year)).one() == 2025


def test_what_is_worked_on_is_in_no_file_and_its_short_lock_is_renewed(
    kept: Archive,
) -> None:
    kept.receive(until=NOW + timedelta(days=30))

    done = _keep_up(kept)

    original = _original(kept)
    stored = kept.store.stat(original.store_key, version=original.store_version)
    assert (done.filed, done.extended) == (0, 1)
    assert original.retain_until == stored.retain_until == NOW + SHORT
    assert _keep_up(kept).extended == 0
    with kept.database.look() as session:
        (lost,) = register.attention(session, now=NOW).unclassified
    assert lost.sha256 == original.sha256


def test_nothing_goes_before_its_time_whoever_asks(kept: Archive) -> None:
    kept.approve(kept.receive())
    _keep_up(kept)
    with kept.database.begin() as session:
        file = session.scalars(select(RecordFile)).one()
        with pytest.raises(ConflictError, match="is kept until"):
            propose_file(session, file, reason="満了", by="rika", now=NOW)
    _forge_proposal(kept, file.id)

    _refused(
        kept,
        "UPDATE doomed_original SET begun_at = '2026-11-24 00:00:00'",
        "its time has not come",
    )
    # Nor does a program whose clock is wrong.
    _refused(
        kept,
        "UPDATE doomed_original SET begun_at = '2099-11-24 00:00:00'",
        "its time has not come",
    )


def _forge_proposal(kept: Archive, file_id: int) -> None:
    """Both people's acts, as somebody writes them at the database's own prompt."""
    original = _original(kept)
    with kept.database.begin() as session:
        session.execute(
            text(
                "INSERT INTO destruction (id, site, kind, record_file_id, state, "
                "reason, proposed_by, proposed_at) VALUES (99, 'main', 'file', "
                ":file, 'proposed', '-', 'rika', '2026-11-24 00:00:00')"
            ),
            {"file": file_id},
        )
        session.execute(
            text(
                "INSERT INTO doomed_original (destruction_id, original_id, sha256, "
                "size, received_on) VALUES (99, :id, :sha256, 5, '2026-11-24')"
            ),
            {"id": original.id, "sha256": original.sha256},
        )
        session.execute(
            text(
                "UPDATE destruction SET state = 'approved', approved_by = 'ryo', "
                "approved_at = '2026-11-24 00:00:00' WHERE id = 99"
            )
        )


def test_two_people_destroy_a_file_and_a_certificate_outlives_it(
    kept: Archive,
) -> None:
    file_id = _old_file(kept, b"one", b"two")
    kept.seal()
    proposal = _approved(kept, file_id)

    done = _destroy(kept, proposal)

    certificate = json.loads(
        kept.store.read(
            done.store_key or "",
            version=done.store_version or "",
            sha256=done.certificate_sha256 or "",
        )
    )
    with kept.database.look() as session:
        values = session.scalars(select(FieldValue)).all()
        file = session.get_one(RecordFile, file_id)
        acts = set(session.scalars(select(AuditEvent.act)))
    assert [one["size"] for one in certificate["originals"]] == [3, 3]
    assert certificate["approved"]["by"] == "ryo"
    assert certificate["file"]["ends_on"] == "2023-03-31"
    assert values == []
    assert file.destroyed_at == NOW
    assert {"destruction.proposed", "destruction.approved", "destruction.done"} <= acts
    original = _original(kept)
    with pytest.raises(MissingError):
        kept.store.stat(original.store_key, version=original.store_version)


def test_what_was_destroyed_rightly_is_no_difference(kept: Archive) -> None:
    file_id = _old_file(kept)
    _destroy(kept, _approved(kept, file_id))
    kept.seal()

    report = verify(kept.database, kept.store, kept.vault)

    assert report.differences == []
    assert report.checked["certificate"] == 1
    assert report.checked["field_value_erased"] == 3


def test_bytes_that_are_gone_without_a_certificate_are_missing(kept: Archive) -> None:
    kept.approve(kept.receive())
    _keep_up(kept)
    with kept.database.look() as session:
        file_id = session.scalars(select(RecordFile.id)).one()
    _forge_proposal(kept, file_id)
    original = _original(kept)
    (kept.folder / (kept.store.path_of(original.store_key) or "")).unlink()

    report = verify(kept.database, kept.store, kept.vault)

    assert [one.found for one in report.differences] == ["missing"]


def test_a_destruction_that_is_only_written_into_rows_is_found(
    kept: Archive,
) -> None:
    file_id = _old_file(kept)
    _forge_proposal(kept, file_id)
    with kept.database.begin() as session:
        session.execute(
            text("UPDATE doomed_original SET begun_at = '2026-11-24 00:00:00'")
        )
    original = _original(kept)
    (kept.folder / (kept.store.path_of(original.store_key) or "")).unlink()

    report = verify(kept.database, kept.store, kept.vault)

    assert [(one.kind, one.expected) for one in report.differences] == [
        ("certificate", destruction.BEGUN)
    ]


def test_nobody_approves_their_own_proposal(kept: Archive) -> None:
    proposal = _proposed(kept, _old_file(kept))

    with pytest.raises(ForbiddenError), kept.database.begin() as session:
        approve(session, proposal, by="rika", role=Role.RECORDS_MANAGER, now=NOW)
    with pytest.raises(ForbiddenError), kept.database.begin() as session:
        approve(session, proposal, by="ken", role=Role.APPROVER, now=NOW)

    _refused(
        kept,
        "UPDATE destruction SET state = 'approved', approved_by = 'rika'",
        "two_people",
    )


def test_nothing_goes_that_was_only_proposed(kept: Archive) -> None:
    proposal = _proposed(kept, _old_file(kept))

    with pytest.raises(ConflictError, match="not approved"):
        _destroy(kept, proposal)

    _refused(
        kept,
        "UPDATE doomed_original SET begun_at = '2026-11-24 00:00:00'",
        "two people destroy",
    )


def test_a_hold_wins_at_every_step(kept: Archive) -> None:
    file_id = _old_file(kept)
    first = _hold(kept, file_id)
    with pytest.raises(ConflictError, match="hold"):
        _proposed(kept, file_id)
    with kept.database.begin() as session:
        holds.lift(session, first, why="取下げ", by="rika", now=NOW)
    proposal = _proposed(kept, file_id)
    second = _hold(kept, file_id)
    with pytest.raises(ConflictError, match="hold"), kept.database.begin() as session:
        approve(session, proposal, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
    _refused(
        kept,
        "UPDATE destruction SET state = 'approved', approved_by = 'ryo', "
        "approved_at = '2026-11-24 00:00:00'",
        "a hold forbids it",
    )
    with kept.database.begin() as session:
        holds.lift(session, second, why="取下げ", by="rika", now=NOW)
        approve(session, proposal, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
    _hold(kept, file_id)
    with pytest.raises(ConflictError, match="hold"):
        _destroy(kept, proposal)
    _refused(
        kept,
        "UPDATE doomed_original SET begun_at = '2026-11-24 00:00:00'",
        "a hold forbids it",
    )
    original = _original(kept)
    assert kept.store.stat(original.store_key, version=original.store_version)


def test_the_store_is_told_of_holds_and_of_their_end(kept: Archive) -> None:
    filing_id = kept.receive(until=NOW + timedelta(days=200))
    with kept.database.begin() as session:
        hold = holds.hold_filing(
            session,
            session.get_one(Filing, filing_id),
            kind=HoldKind.DISCLOSURE,
            reason="開示請求 第3号",
            by="rika",
            now=NOW,
        ).id
    original = _original(kept)

    told = _keep_up(kept).told

    def stored() -> bool:
        return kept.store.stat(original.store_key, version=original.store_version).hold

    assert (told, stored()) == (1, True)
    with kept.database.begin() as session:
        holds.lift(session, hold, why="開示済み", by="rika", now=NOW)
    assert (_keep_up(kept).told, stored()) == (1, False)
    assert _keep_up(kept).told == 0


def test_a_hold_of_its_file_is_on_an_original_that_comes_later(kept: Archive) -> None:
    file_id = _old_file(kept, b"one")
    _hold(kept, file_id)
    kept.approve(kept.receive(b"two", received_on=OLD, until=LONG_AGO))

    _keep_up(kept)

    with kept.database.look() as session:
        assert set(session.scalars(select(Original.store_hold))) == {True}


def test_a_hold_says_why_and_is_lifted_once(kept: Archive) -> None:
    file_id = _old_file(kept)
    hold = _hold(kept, file_id)
    _refused(kept, "UPDATE hold SET reason = 'another'", "stays what it is")
    with pytest.raises(WrongCallError), kept.database.begin() as session:
        holds.lift(session, hold, why=" ", by="rika", now=NOW)
    with kept.database.begin() as session:
        holds.lift(session, hold, why="終結", by="rika", now=NOW)
    with pytest.raises(ConflictError), kept.database.begin() as session:
        holds.lift(session, hold, why="終結", by="rika", now=NOW)

    _refused(kept, "DELETE FROM hold", "rows stay")
    _refused(kept, "UPDATE hold SET lifted_by = 'ken'", "lifted once")


def test_a_hold_comes_too_late_for_what_has_begun_to_go(kept: Archive) -> None:
    file_id = _old_file(kept)
    _approved(kept, file_id)
    with kept.database.begin() as session:
        session.execute(
            text("UPDATE doomed_original SET begun_at = '2026-11-24 00:00:00'")
        )

    with pytest.raises(IntegrityError, match="its destruction has begun"):
        _hold(kept, file_id)


def test_a_proposal_that_was_taken_back_can_be_made_again(kept: Archive) -> None:
    file_id = _old_file(kept)
    first = _approved(kept, file_id)
    with pytest.raises(ConflictError, match="already"):
        _proposed(kept, file_id)
    with kept.database.begin() as session:
        withdraw(session, first, by="rika", now=NOW)

    with pytest.raises(ConflictError):
        _destroy(kept, first)
    second = _approved(kept, file_id)

    assert _destroy(kept, second).state == "destroyed"


def test_a_file_that_changed_since_is_proposed_anew(kept: Archive) -> None:
    file_id = _old_file(kept, b"one")
    proposal = _proposed(kept, file_id)
    kept.approve(kept.receive(b"two", received_on=OLD, until=LONG_AGO))
    _keep_up(kept)

    with (
        pytest.raises(ConflictError, match="changed since"),
        kept.database.begin() as session,
    ):
        approve(session, proposal, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)


def test_two_destructions_at_once_destroy_once(kept: Archive) -> None:
    proposal = _approved(kept, _old_file(kept, b"one", b"two", b"three"))

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: _destroy(kept, proposal), range(2)))

    with kept.database.look() as session:
        gone = session.scalars(
            select(AuditEvent).where(AuditEvent.act == destruction.DESTROYED)
        ).all()
    assert [one.state for one in done] == ["destroyed", "destroyed"]
    assert len(gone) == 3


class _Stubborn:
    """A store that takes everything and, once, does not let go."""

    def __init__(self, kept: Archive) -> None:
        self._store = kept.store
        self.refusals = 1

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def delete(self, key: str, *, version: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreError("not now")
        self._store.delete(key, version=version)


def test_what_broke_off_half_way_claims_nothing_and_goes_on(kept: Archive) -> None:
    proposal = _approved(kept, _old_file(kept))
    stubborn = _Stubborn(kept)
    with pytest.raises(StoreError):
        destroy(
            kept.database,
            stubborn,  # type: ignore[arg-type]
            proposal,
            by="rika",
            clock=lambda: NOW,
        )
    with kept.database.look() as session:
        half = session.scalars(select(DoomedOriginal)).one()
        state = session.scalars(select(Destruction.state)).one()
    assert (half.destroyed_at, state) == (None, "approved")
    with pytest.raises(ConflictError), kept.database.begin() as session:
        withdraw(session, proposal, by="rika", now=NOW)

    done = _destroy(kept, proposal)

    assert done.state == "destroyed"


def test_an_original_that_is_missing_is_certified_as_gone(kept: Archive) -> None:
    proposal = _approved(kept, _old_file(kept))
    original = _original(kept)
    (kept.folder / (kept.store.path_of(original.store_key) or "")).unlink()

    assert _destroy(kept, proposal).state == "destroyed"


def test_a_clock_that_was_set_back_destroys_nothing(kept: Archive) -> None:
    file_id = _old_file(kept)

    with pytest.raises(ConflictError, match="clock"), kept.database.begin() as session:
        propose_file(
            session,
            session.get_one(RecordFile, file_id),
            reason="満了",
            by="rika",
            now=NOW - timedelta(days=1),
        )


def test_a_mis_scan_leaves_by_two_people_when_its_short_lock_ends(
    kept: Archive,
) -> None:
    kept.receive(b"early", until=datetime.now(UTC) + timedelta(days=1))
    kept.receive(b"late", until=LONG_AGO)
    with kept.database.look() as session:
        early, late = session.scalars(select(Original.sha256).order_by(Original.id))

    def agreed(sha256: str) -> int:
        with kept.database.begin() as session:
            found = destruction.propose_originals(
                session,
                [sha256],
                kind=DestructionKind.MIS_SCAN,
                reason="二重スキャン",
                by="rika",
                now=NOW,
            )
            approve(session, found.id, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
            return found.id

    first, second = agreed(early), agreed(late)
    done = _destroy(kept, second)
    with pytest.raises(ConflictError, match="locked until"):
        _destroy(kept, first)

    assert done.state == "destroyed"
    # Its lock is not renewed any more, so that the day comes.
    assert _keep_up(kept).extended == 0


def test_what_is_filed_is_no_mis_scan(kept: Archive) -> None:
    _old_file(kept)

    with (
        pytest.raises(ConflictError, match="goes with its file"),
        kept.database.begin() as session,
    ):
        destruction.propose_originals(
            session,
            [_original(kept).sha256],
            kind=DestructionKind.MIS_SCAN,
            reason="誤り",
            by="rika",
            now=NOW,
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE original SET retain_until = '2020-01-01 00:00:00'", "never shorter"),
        ("UPDATE record_file SET ends_on = '2020-01-01'", "never shorter"),
        ("UPDATE record_file SET years = 1", "stays what it is"),
        ("UPDATE record_file SET my_number_ends_on = NULL", "stays what it is"),
        ("UPDATE original SET legal_medium = 'image'", "by a designation"),
        ("DELETE FROM filed_original", "rows stay"),
        ("DELETE FROM record_file", "rows stay"),
        ("DELETE FROM destruction", "rows stay"),
        ("DELETE FROM doomed_original", "rows stay"),
        ("UPDATE destruction SET state = 'proposed'", "one way"),
        ("UPDATE destruction SET destroyed_by = 'ken'", "one way"),
        ("UPDATE destruction SET reason = '-'", "one way|stays what it is"),
        ("UPDATE doomed_original SET destroyed_at = NULL", "stays written"),
        ("UPDATE doomed_original SET void = TRUE", "stays written"),
    ],
)
def test_the_database_refuses_to_forget(kept: Archive, change: str, words: str) -> None:
    _destroy(kept, _approved(kept, _old_file(kept)))

    _refused(kept, change, words)


def test_a_destroyed_file_takes_nothing_in(kept: Archive) -> None:
    file_id = _old_file(kept, b"one")
    _destroy(kept, _approved(kept, file_id))
    kept.receive(b"two", received_on=OLD, until=LONG_AGO)

    _refused(
        kept,
        "INSERT INTO filed_original (original_id, record_file_id, filed_at) "
        "SELECT max(original.id), min(record_file.id), '2026-11-24 00:00:00' "
        "FROM original, record_file",
        "is destroyed",
    )
