"""A backup comes back whole, and what was destroyed since does not come with it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

import tests.boxes
from kamizero.errors import MissingError, SetupError
from kamizero.model import Role
from review.sorting.boxes import move_sheet
from storage.backup.contents import PAGE
from storage.backup.erasures import Erasure, erasures_in, publish
from storage.backup.gone_paper import close_again
from storage.backup.making import Source, make_backup
from storage.backup.restoring import ACT, Restored, Target, restore_backup
from storage.backup.rows import POSTGRESQL_FILE, SQLITE_FILE
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.retention import boxes, paper
from storage.retention.destruction import approve, destroy, propose_file
from storage.retention.record_files import keep_up
from storage.retention.schedule import Schedule
from storage.tables import (
    AuditEvent,
    FieldValue,
    Filing,
    Hold,
    HoldKind,
    Original,
    Page,
    PaperBox,
    RecordFile,
    SheetAct,
)
from storage.vault import KeyRing, Vault
from storage.verification import verify
from tests.archive import NOW, Archive, archive, sha256
from tests.services import postgres_database

OLD, LONG_AGO = date(2019, 5, 7), datetime(2019, 9, 4, tzinfo=UTC)
OVER, YOUNG = b"a paper whose time is over", b"a paper of this year"


@dataclass
class House:
    """An installation, and the empty place another one may be restored into."""

    kept: Archive
    folder: Path
    new_url: str | None

    @property
    def backup(self) -> Path:
        return self.folder / "backup"

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    @property
    def new(self) -> Path:
        return self.folder / "new"

    def back_up(self) -> None:
        source = Source(
            database=self.kept.database,
            objects=self.kept.folder / "objects",
            keys=self.kept.folder / "keys",
        )
        make_backup(source, self.backup, keys=self.folder / "keys", by="ken", now=NOW)

    def destroy_box(self, box: int) -> None:
        disposal = tests.boxes.propose(self.kept, box)
        tests.boxes.approve(self.kept, disposal)
        tests.boxes.write_list(self.kept, disposal)
        tests.boxes.destroy(self.kept, disposal)
        self.outside.mkdir(exist_ok=True)
        publish(self.kept.database, self.kept.store, self.outside)

    def destroy_what_is_over(self) -> None:
        with self.kept.database.begin() as session:
            file = session.scalars(
                select(RecordFile).where(RecordFile.fiscal_year == 2019)
            ).one()
            proposal = propose_file(session, file, reason="満了", by="rika", now=NOW)
        with self.kept.database.begin() as session:
            approve(session, proposal.id, by="ryo", role=Role.RECORDS_MANAGER, now=NOW)
        destroy(
            self.kept.database,
            self.kept.store,
            proposal.id,
            by="rika",
            clock=lambda: NOW,
        )
        self.outside.mkdir(exist_ok=True)
        publish(self.kept.database, self.kept.store, self.outside)

    def restore(self, *, erasures: list[Erasure] | None = None) -> Restored:
        return restore_backup(
            self.backup,
            Target(self.new, self.new_url, partial(DirectoryStore, self.new)),
            keys=self.folder / "keys",
            erasures=erasures,
            by="ken",
            clock=lambda: NOW,
        )

    def opened(self) -> Archive:
        url = self.new_url or f"sqlite:///{self.new / 'kamizero.db'}"
        vault = Vault(KeyRing.load(self.new / "keys", create=False))
        return Archive(self.new, Database(url), DirectoryStore(self.new), vault)


@pytest.fixture
def small(tmp_path: Path, migrated_folder: Path) -> Iterator[House]:
    """The same on SQLite alone, for what no database has a hand in."""
    data = tmp_path / "data"
    shutil.copytree(migrated_folder, data)
    yield from _lived_in(House(archive(data, embedded_url(data)), tmp_path, None))


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Two papers filed, one of which is over, and everything sealed."""
    if request.param == "sqlite":
        yield request.getfixturevalue("small")
        return
    data = tmp_path / "data"
    with postgres_database(request.getfixturevalue("postgres")) as empty:
        kept = archive(data, request.getfixturevalue("postgres_url"))
        yield from _lived_in(House(kept, tmp_path, empty))


def _lived_in(house: House) -> Iterator[House]:
    kept = house.kept
    kept.approve(kept.receive(OVER, received_on=OLD, until=LONG_AGO))
    kept.approve(kept.receive(YOUNG))
    _file(kept)
    kept.seal()
    yield house
    kept.database.close()


def _file(kept: Archive) -> None:
    days = timedelta(days=120)
    keep_up(kept.database, kept.store, Schedule.shipped(), short_lock=days, now=NOW)


def _count(database: Database, table: type) -> int:
    with database.look() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def _bytes(kept: Archive, data: bytes) -> bytes:
    with kept.database.look() as session:
        row = session.scalars(
            select(Original).where(Original.sha256 == sha256(data))
        ).one()
    return kept.store.read(row.store_key, version=row.store_version, sha256=row.sha256)


def test_a_backup_comes_back_as_it_was_and_verifies(house: House) -> None:
    values = _count(house.kept.database, FieldValue)
    house.back_up()

    house.restore(erasures=[])

    back = house.opened()
    assert verify(back.database, back.store, back.vault).differences == []
    assert _bytes(back, OVER) == OVER
    assert _count(back.database, FieldValue) == values
    with back.database.look() as session:
        events = session.scalars(select(AuditEvent.act)).all()
    assert events.count(ACT) == events.count("backup.begun") == 1
    back.database.close()


def test_what_was_destroyed_since_is_destroyed_again(house: House) -> None:
    house.back_up()
    house.destroy_what_is_over()

    done = house.restore(erasures=erasures_in(house.outside))

    back = house.opened()
    assert done.erased == 1
    assert _bytes(back, YOUNG) == YOUNG
    with pytest.raises(MissingError):
        _bytes(back, OVER)
    # The values of the paper that is left.
    assert _count(back.database, FieldValue) == 3
    report = verify(back.database, back.store, back.vault)
    assert report.differences == []
    assert report.checked["certificate"] == 1
    back.database.close()


def test_a_hold_and_a_proposal_of_before_do_not_bring_it_back(house: House) -> None:
    with house.kept.database.begin() as session:
        file = session.scalars(
            select(RecordFile).where(RecordFile.fiscal_year == 2019)
        ).one()
        session.add(
            Hold(
                site="main",
                kind=HoldKind.AUDIT,
                reason="audit",
                record_file_id=file.id,
                set_by="rika",
                set_at=NOW,
            )
        )
    house.back_up()
    with house.kept.database.begin() as session:
        hold = session.scalars(select(Hold)).one()
        hold.lifted_by, hold.lifted_at, hold.lifted_why = "rika", NOW, "over"
    house.destroy_what_is_over()

    done = house.restore(erasures=erasures_in(house.outside))

    back = house.opened()
    assert done.erased == 1
    assert verify(back.database, back.store, back.vault).differences == []
    back.database.close()


def _demand_gone(back: Archive, *, sides: int) -> None:
    report = verify(back.database, back.store, back.vault)
    assert report.differences == []
    assert report.checked["paper_certificate"] == 1
    with back.database.look() as session:
        (box,) = session.scalars(select(PaperBox).where(PaperBox.code == "A-1"))
        disposal = boxes.open_disposal(session, box)
        assert box.gone_at == NOW
        assert disposal is not None
        assert (disposal.state, len(disposal.papers)) == ("destroyed", sides)
        assert len(boxes.sides_in(session, box)) == sides


def test_a_box_that_went_since_is_gone_again_whatever_kept_it_then(
    house: House,
) -> None:
    box = tests.boxes.boxed(house.kept, b"one", b"two")
    house.kept.seal()
    # Neither designated nor looked at: the triggers would refuse that it goes.
    house.back_up()
    tests.boxes.let_image_count(house.kept)
    tests.boxes.look_at(house.kept, box)
    house.destroy_box(box)

    done = house.restore(erasures=erasures_in(house.outside))

    back = house.opened()
    assert done.erased == 1
    _demand_gone(back, sides=2)
    back.database.close()


def test_a_box_that_was_filled_after_the_backup_is_gone_too(small: House) -> None:
    """Its paper lay in another box then, whose destruction was proposed."""
    other = tests.boxes.ready_box(small.kept, b"one")
    with small.kept.database.look() as session:
        filing = session.scalars(select(func.max(Filing.id))).one()
    waiting = tests.boxes.propose(small.kept, other)
    small.kept.seal()
    small.back_up()
    with small.kept.database.begin() as session:
        paper.withdraw(session, waiting, by="rika", now=NOW)
    with small.kept.database.begin() as session:
        page = session.scalars(select(Page).where(Page.filing_id == filing)).one()
        into = PaperBox(
            site="main", code="B-2", place="書庫2", made_at=NOW, made_by="ken"
        )
        session.add(into)
        session.flush()
        move_sheet(
            session, tests.boxes.KEN, page, act=SheetAct.MOVED, reason="-", to=into
        )
        box = into.id
    tests.boxes.look_at(small.kept, box)
    small.destroy_box(box)

    done = small.restore(erasures=erasures_in(small.outside))

    back = small.opened()
    assert done.erased == 1
    assert verify(back.database, back.store, back.vault).differences == []
    with back.database.look() as session:
        held = {
            found.code: (found.gone_at, len(boxes.sides_in(session, found)))
            for found in session.scalars(select(PaperBox))
        }
    assert held == {"A-1": (None, 0), "B-2": (NOW, 1)}
    back.database.close()


def test_outside_a_restore_nobody_says_that_a_box_is_gone(house: House) -> None:
    box = tests.boxes.boxed(house.kept, b"one")
    told = {
        "paper_disposal": 1,
        "site": "main",
        "box": {"code": "A-1", "place": "書庫1"},
        "pages": [1],
        "proposed": {"by": "rika", "at": NOW.isoformat()},
        "approved": {"by": "ryo", "at": NOW.isoformat()},
        "list_sha256": "0" * 64,
        "destroyed": {"by": "rika", "at": NOW.isoformat(), "way": "-"},
    }

    with pytest.raises(IntegrityError, match="begins as a proposal"):
        close_again(
            house.kept.database,
            house.kept.store,
            told,
            reason="-",
            by="eve",
            now=NOW,
        )

    with house.kept.database.look() as session:
        assert session.get_one(PaperBox, box).gone_at is None


def test_what_the_backup_knows_as_destroyed_is_left_alone(small: House) -> None:
    small.destroy_what_is_over()
    small.back_up()

    done = small.restore(erasures=erasures_in(small.outside))

    assert done.erased == 0
    back = small.opened()
    assert verify(back.database, back.store, back.vault).differences == []
    back.database.close()


def _half(house: House) -> None:
    (house.backup / PAGE).unlink()


def _changed(house: House) -> None:
    (rows,) = (
        house.backup / name
        for name in (SQLITE_FILE, POSTGRESQL_FILE)
        if (house.backup / name).exists()
    )
    with rows.open("ab") as file:
        file.write(b"x")


def _lacking(house: House) -> None:
    next(house.backup.glob("objects/originals/*/*")).unlink()


def _newer(house: House) -> None:
    page = house.backup / PAGE
    page.write_text(page.read_text().replace('"revision": "0', '"revision": "9'))


def _other_format(house: House) -> None:
    page = house.backup / PAGE
    page.write_text(page.read_text().replace('"format": 1', '"format": 2'))


def _lived(house: House) -> None:
    house.new.mkdir()
    (house.new / "kamizero.db").write_bytes(b"somebody's rows")


def _keyless(house: House) -> None:
    shutil.rmtree(house.folder / "keys")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_half, "no whole backup"),
        (_changed, "was changed"),
        (_lacking, "lacks objects/originals"),
        (_newer, "newer kamizero"),
        (_other_format, "format 2"),
        (_lived, "is not empty"),
        (_keyless, "no keys"),
    ],
)
def test_what_cannot_be_restored_whole_is_not_restored_at_all(
    small: House, harm: Callable[[House], None], words: str
) -> None:
    small.back_up()
    harm(small)

    with pytest.raises(SetupError, match=words):
        small.restore(erasures=[])

    assert not (small.new / "keys").exists()


def test_rows_are_not_taken_before_everything_is_done(house: House) -> None:
    house.back_up()
    broken = [Erasure("0" * 64, {"originals": [{"sha256": sha256(OVER)}]})]

    with pytest.raises(KeyError):
        house.restore(erasures=broken)

    url = house.new_url or f"sqlite:///{house.new / 'kamizero.db.restoring'}"
    assert not (house.new / "kamizero.db").exists()
    database = Database(url)
    with pytest.raises(SetupError, match="not finished"):
        database.upgrade()
    database.close()


def test_keys_never_lie_beside_what_they_open(small: House) -> None:
    source = Source(small.kept.database, None, small.kept.folder / "keys")

    with pytest.raises(SetupError, match="not apart"):
        make_backup(source, small.backup, keys=small.backup / "keys", by="ken", now=NOW)

    assert not small.backup.exists()


def test_a_certificate_that_was_changed_is_refused(small: House) -> None:
    small.destroy_what_is_over()
    (path,) = small.outside.iterdir()
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(SetupError, match="was changed"):
        erasures_in(small.outside)
