"""Originals of a bucket come back under their locks, whatever took their place."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kamizero.errors import MissingError, SetupError, StoreError
from kamizero.model import Role
from storage.backup import objects
from storage.backup.erasures import erasures_in, publish
from storage.backup.making import Source, make_backup
from storage.backup.objects import LOCKS, OBJECTS, Lock, Named, put_back
from storage.backup.restoring import Target, restore_backup
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.interfaces import Kept, ObjectStore
from storage.retention.destruction import approve, destroy, propose_file
from storage.retention.record_files import keep_up
from storage.retention.schedule import Schedule
from storage.s3.store import S3Store
from storage.tables import AuditHead, Original, RecordFile
from storage.vault import KeyRing, Vault
from storage.verification import verify
from tests.archive import Archive, archive, sha256
from tests.buckets import a_bucket
from tests.services import postgres_database

OLD = date(2019, 5, 7)
OVER, YOUNG = b"a paper whose time is over", b"a paper of this year"


@dataclass
class House:
    """An installation on a bucket, and an empty place with a bucket of its own."""

    kept: Archive
    over_at: datetime
    folder: Path
    new_url: str | None
    new_store: ObjectStore

    def back_up(self) -> None:
        source = Source(self.kept.database, self.kept.store, self.kept.folder / "keys")
        keys = self.folder / "keys"
        make_backup(source, self.folder / "backup", keys=keys, by="ken", now=_now())

    def destroy_what_is_over(self) -> None:
        time.sleep(max((self.over_at - _now()).total_seconds(), 0))
        database = self.kept.database
        with database.begin() as session:
            file = session.scalars(
                select(RecordFile).where(RecordFile.fiscal_year == OLD.year)
            ).one()
            proposal = propose_file(session, file, reason="満了", by="rika", now=_now())
        with database.begin() as session:
            who = Role.RECORDS_MANAGER
            approve(session, proposal.id, by="ryo", role=who, now=_now())
        destroy(database, self.kept.store, proposal.id, by="rika", clock=_now)
        (self.folder / "outside").mkdir()
        publish(database, self.kept.store, self.folder / "outside")

    def restore(self, *, store: ObjectStore | None = None) -> Archive:
        new, place = self.folder / "new", store or self.new_store
        restore_backup(
            self.folder / "backup",
            Target(new, self.new_url, lambda: place, in_bucket=store is None),
            keys=self.folder / "keys",
            erasures=erasures_in(self.folder / "outside"),
            by="ken",
            clock=_now,
        )
        url = self.new_url or embedded_url(new)
        vault = Vault(KeyRing.load(new / "keys", create=False))
        return Archive(new, Database(url), self.new_store, vault)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, s3_address: str
) -> Iterator[House]:
    data = tmp_path / "data"
    data.mkdir()
    stores = [S3Store(a_bucket(s3_address)) for _ in range(2)]
    if request.param == "sqlite":
        yield from _lived_in(data, embedded_url(data), None, stores)
        return
    url = request.getfixturevalue("postgres_url")
    with postgres_database(request.getfixturevalue("postgres")) as empty:
        yield from _lived_in(data, url, empty, stores)


def _lived_in(
    data: Path, url: str, new_url: str | None, stores: list[S3Store]
) -> Iterator[House]:
    kept = replace(archive(data, url), store=stores[0])
    # Whole seconds: the store never locks for less than asked.
    over_at = _now().replace(microsecond=0) + timedelta(seconds=5)
    kept.approve(kept.receive(OVER, received_on=OLD, until=over_at))
    kept.approve(kept.receive(YOUNG))
    lock = timedelta(days=120)
    keep_up(kept.database, kept.store, Schedule.shipped(), short_lock=lock, now=_now())
    kept.seal()
    yield House(kept, over_at, data.parent, new_url, stores[1])
    kept.database.close()


def test_what_lay_in_a_bucket_comes_back_locked_and_without_what_went(
    house: House,
) -> None:
    young = _row(house.kept, YOUNG)
    house.kept.store.hold(young.store_key, version=young.store_version, on=True)
    house.back_up()
    house.destroy_what_is_over()

    back = house.restore()

    there = _row(back, YOUNG)
    assert there.store_version != young.store_version
    found = back.store.stat(there.store_key, version=there.store_version)
    before = house.kept.store.stat(young.store_key, version=young.store_version)
    assert (found.retain_until, found.hold) == (before.retain_until, True)
    over = _row(back, OVER)
    with pytest.raises(MissingError):
        back.store.stat(over.store_key, version=over.store_version)
    report = verify(back.database, back.store, back.vault)
    assert report.differences == []
    assert report.checked["certificate"] == 1
    with pytest.raises(IntegrityError), back.database.begin() as session:
        session.execute(update(AuditHead).values(store_version="another"))
    back.database.close()


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_a_bucket_is_not_restored_into_a_folder(house: House, tmp_path: Path) -> None:
    house.back_up()
    (house.folder / "outside").mkdir()

    with pytest.raises(SetupError, match="lay in a bucket"):
        house.restore(store=DirectoryStore(tmp_path / "other"))


class SlowStore(DirectoryStore):
    """Takes long for everything, and no lock that is over."""

    now = datetime(2026, 12, 1, tzinfo=UTC)

    def put(self, data: bytes, *, prefix: str, retain_until: datetime) -> Kept:
        if retain_until <= self.now:
            raise StoreError("InvalidArgument")
        self.now += timedelta(seconds=50)
        return super().put(data, prefix=prefix, retain_until=retain_until)


def test_a_restore_takes_as_long_as_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SlowStore(tmp_path / "new")
    locks = []
    for data in (b"one", b"two", b"three"):
        named = Named(f"originals/{sha256(data)}", "a version")
        path = tmp_path / OBJECTS / named.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        locks.append(Lock(named, store.now - timedelta(days=1), hold=False))
    (tmp_path / LOCKS).write_text("".join(f"{one.line()}\n" for one in locks))
    # In turn: which of several at a time comes first is chance.
    monkeypatch.setattr(objects, "_AT_ONCE", 1)

    versions = put_back(tmp_path, store, erased=frozenset(), clock=lambda: store.now)

    assert list(versions) == [one.named for one in locks]


def _row(kept: Archive, data: bytes) -> Original:
    with kept.database.look() as session:
        wanted = select(Original).where(Original.sha256 == sha256(data))
        return session.scalars(wanted).one()


def _now() -> datetime:
    return datetime.now(UTC)
