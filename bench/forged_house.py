"""An archive that somebody forges, who reaches nothing outside it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from storage.database import Database
from storage.directory import DirectoryStore
from storage.keyring import KeyRing
from storage.proofs.outside import Outside
from storage.time_stamps.anchors import Anchors
from storage.time_stamps.asking import Stamping
from storage.vault import Vault
from tests.archive import Archive, archive
from tests.stamping import OutsideAuthority, StampRoom

FILINGS = 5

Names = set[tuple[str, str]]
"""Differences of which at least one must be reported: kind and id."""


@dataclass
class House:
    """One archive with stamped, anchored heads, and everything a forger has of it."""

    room: StampRoom
    anchors: Anchors

    @property
    def kept(self) -> Archive:
        return self.room.kept

    def differences(self) -> Names:
        return set(self.room.differences(self.outside()))

    def outside(self) -> Outside:
        return replace(self.room.outside(), anchors=self.anchors)

    def anchored(self, seq: int) -> Names:
        """The first anchored head over a link of the chain."""
        seqs = [head.seq for head in self.anchors.heads() if head.seq >= seq]
        return {("anchor", str(seqs[0]))} if seqs else set()


def build_house(folder: Path, *, migrated: Path | None = None) -> None:
    """Filings that are approved, sealed, stamped and anchored one after the other."""
    data, outside = folder / "data", folder / "outside"
    outside.mkdir(parents=True)
    if migrated is None:
        data.mkdir()
    else:
        shutil.copytree(migrated, data)
    archive(data, f"sqlite:///{data / 'kamizero.db'}").database.close()
    with _opened(folder) as house:
        for number in range(FILINGS):
            house.kept.approve(house.kept.receive(b"paper %d" % number))
            house.kept.seal()
            house.room.work()
            house.room.now += timedelta(hours=1)
        house.kept.seal()
        house.room.work()


@contextmanager
def a_copy(house: Path, folder: Path) -> Iterator[House]:
    """The house as a forger finds it: a copy without the database's guards."""
    shutil.copytree(house, folder)
    with _opened(folder) as opened:
        with opened.kept.database.begin() as session:
            named = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in session.scalars(named).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        yield opened
    shutil.rmtree(folder)


@contextmanager
def _opened(folder: Path) -> Iterator[House]:
    data = folder / "data"
    # Its tables are there: asking whether they are costs as much as all the rest.
    kept = Archive(
        folder=data,
        database=Database(f"sqlite:///{data / 'kamizero.db'}"),
        store=DirectoryStore(data),
        vault=Vault(KeyRing.load(data / "keys")),
    )
    anchors = Anchors(folder / "outside")
    room = StampRoom(kept, Stamping(site="main", anchors=anchors))
    room.stamping = replace(
        room.stamping, authority=OutsideAuthority(folder / "authority", room.clock)
    )
    try:
        yield House(room, anchors)
    finally:
        kept.database.close()
