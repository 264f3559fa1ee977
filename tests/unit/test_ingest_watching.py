"""A watched file is taken when it is quiet, and removed when it is kept."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from ingest.intake import Delivery, Incoming, Within
from ingest.watching import WatchedFolder
from kamizero.errors import StoreError

QUIET = 10.0


@dataclass
class FakeIntake:
    """Takes everything but what it is told to fail on; something may happen meanwhile.

    A fault befalls every file, or the one that is named as faulty.
    """

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    fault: Exception | None = None
    faulty: str | None = None
    while_reading: Callable[[], object] = lambda: None

    def receive(
        self, files: Iterable[Incoming], delivery: Delivery, *, within: Within
    ) -> int:
        read = []
        for file in files:
            read.append((file.source, file.read()))
            self.while_reading()
            if self.fault and self.faulty in (None, file.source):
                raise self.fault
        self.taken += read
        self.deliveries.append(delivery)
        within(Session(), len(self.deliveries))
        return len(self.deliveries)


@dataclass
class FakeLedger:
    """Remembers as the real one does, where nothing but the program can fail."""

    marks: set[str] = field(default_factory=set)

    def was_taken(self, mark: str) -> bool:
        return mark in self.marks

    def note(self, mark: str, name: str, size: int, delivery: Delivery) -> Within:
        del name, size, delivery
        return lambda *_: self.marks.add(mark)


@dataclass
class Share:
    """A folder scanners write to, its watcher, and a clock that tests move."""

    folder: Path
    intake: FakeIntake = field(default_factory=FakeIntake)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    now: float = 1000.0
    writes: int = 0
    day: date = date(2020, 12, 9)

    def __post_init__(self) -> None:
        self.watched = WatchedFolder(
            self.folder,
            intake=self.intake,
            ledger=self.ledger,
            delivery=lambda: Delivery("watched folder", "scanner", "HQ", self.day),
            quiet_seconds=QUIET,
            monotonic=lambda: self.now,
        )

    def write(self, name: str, data: bytes = b"scan") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        # Two writes within one tick of the file system's clock are two all the same.
        self.writes += 1
        os.utime(path, (self.writes, self.writes))
        return path

    def look_after(self, seconds: float) -> list[int]:
        self.now += seconds
        return self.watched.look()

    @property
    def taken(self) -> list[tuple[str, bytes]]:
        return self.intake.taken


@pytest.fixture
def share(tmp_path: Path) -> Share:
    folder = tmp_path / "share"
    folder.mkdir()
    return Share(folder)


def test_a_file_is_taken_after_its_quiet_time_and_removed(share: Share) -> None:
    path = share.write("a.tif")

    first = share.look_after(0)
    early = share.look_after(QUIET - 0.1)
    assert (first, early, share.taken) == ([], [], [])
    jobs = share.look_after(0.1)

    assert jobs == [1]
    assert share.taken == [("a.tif", b"scan")]
    assert not path.exists()
    assert share.look_after(QUIET) == []


def test_every_file_is_a_job_of_its_own(share: Share) -> None:
    share.write("b.tif", b"b")
    share.write("2020/12/a.tif", b"a")

    share.look_after(0)
    jobs = share.look_after(QUIET)

    assert jobs == [1, 2]
    assert share.taken == [("2020/12/a.tif", b"a"), ("b.tif", b"b")]


def test_a_file_that_still_grows_waits(share: Share) -> None:
    for pages in range(1, 5):
        share.write("slow.tif", b"page" * pages)
        assert share.look_after(QUIET - 1) == []

    share.look_after(QUIET)

    assert share.taken == [("slow.tif", b"page" * 4)]


def test_a_file_rewritten_in_the_same_size_waits(share: Share) -> None:
    share.write("a.tif", b"one")
    share.look_after(0)
    share.write("a.tif", b"two")

    assert share.look_after(QUIET) == []
    share.look_after(QUIET)

    assert share.taken == [("a.tif", b"two")]


def test_a_file_that_grows_while_it_is_read_stays_and_is_taken_whole(
    share: Share,
) -> None:
    # Canon devices close the file after each page and go on after seconds.
    path = share.write("canon.pdf", b"page 1")
    share.look_after(0)
    share.intake.while_reading = lambda: share.write("canon.pdf", b"page 1, page 2")

    share.look_after(QUIET)
    assert path.exists()
    share.intake.while_reading = lambda: None
    share.look_after(0)
    share.look_after(QUIET)

    assert [data for _, data in share.taken] == [b"page 1", b"page 1, page 2"]
    assert not path.exists()


@pytest.mark.parametrize("fault", [StoreError("disk full"), OSError("gone")])
def test_a_file_that_cannot_be_kept_stays_and_is_tried_again(
    share: Share, fault: Exception
) -> None:
    path = share.write("a.tif")
    share.look_after(0)
    share.intake.fault = fault

    assert share.look_after(QUIET) == []
    assert path.read_bytes() == b"scan"
    share.intake.fault = None

    assert share.look_after(1) == [1]
    assert not path.exists()


def test_what_a_sender_calls_a_file_stays_out_of_logs(share: Share) -> None:
    name = "山田太郎.tif"
    share.write(name)
    share.intake.fault = PermissionError(13, "Permission denied", name)
    share.look_after(0)

    with capture_logs() as said:
        share.look_after(QUIET)

    assert [(one["event"], one["error"]) for one in said] == [
        ("watched_file_not_taken", "Permission denied")
    ]


def test_a_file_that_cannot_be_kept_does_not_hold_up_the_next(share: Share) -> None:
    share.write("a.tif", b"a")
    share.write("b.tif", b"b")
    share.look_after(0)
    share.intake.fault = StoreError("disk full")
    share.intake.faulty = "a.tif"

    share.look_after(QUIET)

    assert share.taken == [("b.tif", b"b")]


def test_another_file_of_a_name_that_was_taken_waits_its_own_time(
    share: Share,
) -> None:
    path = share.write("a.tif", b"one")
    os.utime(path, (7, 7))
    share.look_after(0)
    share.look_after(QUIET)
    # Devices number files anew, and some file systems have coarse clocks.
    os.utime(share.write("a.tif", b"two"), (7, 7))

    assert share.look_after(1) == []
    assert share.look_after(QUIET) == [2]


def test_a_file_that_vanishes_is_forgotten(share: Share) -> None:
    path = share.write("a.tif")
    share.look_after(0)
    path.unlink()

    assert share.look_after(QUIET) == []


def test_a_kill_between_taking_and_removing_takes_nothing_twice(share: Share) -> None:
    path = share.write("a.tif", b"one")
    share.look_after(0)
    share.look_after(QUIET)
    again = Share(share.folder, intake=share.intake, ledger=share.ledger)
    path.write_bytes(b"one")
    os.utime(path, (share.writes, share.writes))
    again.look_after(0)

    assert again.look_after(QUIET) == []
    assert share.taken == [("a.tif", b"one")]
    assert not path.exists()


def test_other_bytes_of_the_same_name_size_and_time_are_taken(share: Share) -> None:
    for data in (b"one", b"two"):
        os.utime(share.write("a.tif", data), (7, 7))
        share.look_after(0)
        share.look_after(QUIET)

    assert share.taken == [("a.tif", b"one"), ("a.tif", b"two")]


def test_a_file_that_may_not_be_removed_is_taken_once(share: Share) -> None:
    class Kept(type(share.folder)):  # type: ignore[misc]
        """A path of a share on which nothing may be removed."""

        def unlink(self, missing_ok: bool = False) -> None:
            del missing_ok
            raise PermissionError("read-only share")

    folder = Kept(share.folder)
    share = Share(folder)
    share.write("a.tif", b"one")
    share.look_after(0)

    taken = [share.look_after(QUIET) for _ in range(3)]
    assert taken == [[1], [], []]
    share.write("a.tif", b"another")
    share.look_after(0)

    assert share.look_after(QUIET) == [2]


@pytest.mark.parametrize(
    "name",
    [
        "NETSCAN.XST",
        "NEXTNAME.DAT",
        "Thumbs.db",
        ".hidden.tif",
        "~lock.tif",
        "a.tif.filepart",
        "a.PART",
        "a.tmp",
    ],
)
def test_side_files_and_files_still_being_copied_are_left_alone(
    share: Share, name: str
) -> None:
    path = share.write(name)
    share.look_after(0)

    assert share.look_after(QUIET) == []
    assert path.exists()


def test_links_are_not_followed(share: Share, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"not a scan")
    (share.folder / "link.tif").symlink_to(secret)
    (share.folder / "inside").symlink_to(tmp_path)

    share.look_after(0)

    assert share.look_after(QUIET) == []


@pytest.mark.parametrize(
    "name", ["届書 (1).tif", "a\nb.tif", "'; DROP TABLE.tif", "a" * 240 + ".tif"]
)
def test_hostile_names_are_taken_as_they_are(share: Share, name: str) -> None:
    share.write(name)
    share.look_after(0)

    share.look_after(QUIET)

    assert share.taken == [(name, b"scan")]


def test_a_name_that_is_no_unicode_is_taken(share: Share) -> None:
    raw = os.fsencode(share.folder) + "/届書.tif".encode("shift_jis")
    Path(os.fsdecode(raw)).write_bytes(b"scan")
    share.look_after(0)

    share.look_after(QUIET)

    assert [data for _, data in share.taken] == [b"scan"]


def test_a_share_that_is_gone_for_a_while_is_watched_again(share: Share) -> None:
    away = share.folder.rename(share.folder.with_name("away"))
    assert share.look_after(0) == []
    away.rename(share.folder)
    share.write("a.tif")
    share.look_after(0)

    assert share.look_after(QUIET) == [1]


def test_each_job_is_received_on_the_day_it_is_taken(share: Share) -> None:
    for day, name in ((date(2020, 12, 9), "a.tif"), (date(2020, 12, 10), "b.tif")):
        share.day = day
        share.write(name)
        share.look_after(0)
        share.look_after(QUIET)

    days = [delivery.received_on.day for delivery in share.intake.deliveries]
    assert days == [9, 10]


def test_a_folder_with_a_table_is_one_job(share: Share) -> None:
    share.write("cd/letters/a.pdf", b"a")
    share.write("cd/SHFD0006.CSV", b"table")
    share.write("b.tif", b"b")
    share.look_after(0)

    jobs = share.look_after(QUIET)

    assert jobs == [1, 2]
    assert share.taken == [
        ("cd/SHFD0006.CSV", b"table"),
        ("cd/letters/a.pdf", b"a"),
        ("b.tif", b"b"),
    ]
    assert list(share.folder.iterdir()) == []


def test_a_folder_is_not_taken_while_any_of_it_is_still_copied(share: Share) -> None:
    share.write("cd/SHFD0006.CSV", b"tab")
    share.look_after(0)
    share.look_after(QUIET - 1)
    share.write("cd/letter.pdf", b"a")

    assert share.look_after(QUIET - 1) == []
    share.write("cd/big.pdf.part", b"a")
    assert share.look_after(QUIET) == []
    assert share.look_after(QUIET) == []
    (share.folder / "cd/big.pdf.part").rename(share.folder / "cd/big.pdf")
    share.look_after(0)

    assert share.look_after(QUIET) == [1]
    assert len(share.taken) == 3


def test_a_folder_that_is_named_so_waits_for_its_table(share: Share) -> None:
    share.write("媒体003/letter.pdf", b"a")
    share.look_after(0)
    share.look_after(QUIET / 2)
    share.write("媒体003/SHFD0006.CSV", b"table")
    share.look_after(QUIET / 2)

    assert share.look_after(QUIET) == [1]
    assert len(share.taken) == 2


def test_a_folder_that_changes_while_it_is_read_is_taken_whole_later(
    share: Share,
) -> None:
    share.write("cd/SHFD0006.CSV", b"table")
    letter = share.write("cd/z.pdf", b"page 1")
    share.look_after(0)
    share.intake.while_reading = lambda: share.write("cd/z.pdf", b"page 1, page 2")

    assert share.look_after(QUIET) == []
    assert share.taken == []
    share.intake.while_reading = lambda: None
    share.look_after(0)

    assert share.look_after(QUIET) == [1]
    assert share.taken[-1] == ("cd/z.pdf", b"page 1, page 2")
    assert not letter.exists()


def test_a_kill_before_a_folder_is_removed_takes_nothing_twice(share: Share) -> None:
    def written() -> None:
        share.writes = 0
        share.write("cd/SHFD0006.CSV", b"table")
        share.write("cd/letter.pdf", b"a")

    written()
    share.look_after(0)
    share.look_after(QUIET)
    written()
    share.look_after(0)

    assert share.look_after(QUIET) == []
    assert len(share.taken) == 2
    assert list(share.folder.iterdir()) == []


def test_a_table_beside_scans_makes_no_medium_of_the_watched_folder(
    share: Share,
) -> None:
    share.write("SHFD0006.CSV", b"table")
    share.write("a.tif", b"a")
    share.look_after(0)

    assert share.look_after(QUIET) == [1, 2]
