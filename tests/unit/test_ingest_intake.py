"""The bytes are kept before any row names them, and every file leaves a trace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from ingest.doors.ledger import Ledger
from ingest.intake import Delivery, Incoming, Intake, demand_come, job_filings
from ingest.page_image import Limits
from ingest.watching import WatchedFolder
from kamizero.errors import StoreError, WrongCallError
from storage.columns import Table
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.interfaces import Kept
from storage.originals import read_original
from storage.tables import (
    Arrival,
    ArrivalState,
    AuditEvent,
    Filing,
    Job,
    Original,
    Page,
    Site,
    Work,
)
from tests.scanner import saved, sheet, tiff

NOW = datetime(2020, 12, 10, 1, 0, tzinfo=UTC)
LOCK = timedelta(days=120)
DELIVERY = Delivery("watched folder", "scanner", "HQ", date(2020, 12, 9), sheets=3)

SCAN = saved(sheet(1), "PNG", dpi=(200, 200))
TRUNCATED = saved(sheet(2), "JPEG")[:-100]


class FullStore(DirectoryStore):
    """A store whose disk is full after so many files."""

    room = 0

    def put(self, data: bytes, *, prefix: str, retain_until: datetime) -> Kept:
        if self.room == 0:
            raise StoreError("The disk is full. Free space, then try again.")
        self.room -= 1
        return super().put(data, prefix=prefix, retain_until=retain_until)


@dataclass
class Room:
    """An intake with what stands behind it."""

    folder: Path
    database: Database
    limits: Limits = field(default_factory=Limits)
    hints: list[str] = field(default_factory=list)
    hinted: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.store = FullStore(self.folder, clock=lambda: NOW)
        self.store.room = 100

    @property
    def intake(self) -> Intake:
        return Intake(
            database=self.database,
            store=self.store,
            limits=self.limits,
            short_lock=LOCK,
            clock=lambda: NOW,
            hint=self._hint,
        )

    def _hint(self, kind: str) -> None:
        self.hinted()
        self.hints.append(kind)

    def receive(self, *files: tuple[str, bytes]) -> int:
        incoming = [Incoming(name, lambda data=data: data) for name, data in files]  # type: ignore[misc]
        return self.intake.receive(incoming, DELIVERY)

    def count(self, table: type[Table]) -> int:
        with self.database.look() as session:
            return session.scalars(select(func.count()).select_from(table)).one()

    def states(self) -> list[str]:
        with self.database.look() as session:
            return list(session.scalars(select(Arrival.state).order_by(Arrival.id)))

    def arrival(self, number: int) -> Arrival:
        with self.database.look() as session:
            arrival = session.get_one(Arrival, number)
            assert arrival.original
            assert arrival.pages is not None
            return arrival


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    database = Database(embedded_url(tmp_path))
    database.upgrade()
    with database.begin() as session:
        session.add(Site(code="HQ", name="本部"))
    yield Room(tmp_path, database)
    database.close()


def test_a_job_records_what_the_door_knows(room: Room) -> None:
    job_id = room.receive(("a.png", SCAN))

    with room.database.look() as session:
        job = session.get_one(Job, job_id)
        assert (job.door, job.operator, job.site) == ("watched folder", "scanner", "HQ")
        assert (job.received_on, job.declared_sheets) == (date(2020, 12, 9), 3)


def test_the_bytes_are_kept_as_received_for_the_short_lock(room: Room) -> None:
    room.receive(("a.png", SCAN))

    original = room.arrival(1).original
    assert read_original(room.store, original) == SCAN
    assert (original.media_type, original.size) == ("image/png", len(SCAN))
    assert original.retain_until == NOW + LOCK


def test_every_page_is_recorded_with_its_measures(room: Room) -> None:
    room.receive(("a.tif", tiff("group4", "1", count=2)))

    pages = room.arrival(1).pages
    assert [page.number for page in pages] == [1, 2]
    assert {(page.width_px, page.height_px) for page in pages} == {(300, 424)}
    assert {(page.dpi, page.depth) for page in pages} == {(200, 1)}


def test_each_file_becomes_work_and_a_hint_after_the_commit(room: Room) -> None:
    seen: list[int] = []
    room.hinted = lambda: seen.append(room.count(Work))

    room.receive(("a.png", SCAN), ("b.tif", tiff("group4", "1")))

    with room.database.look() as session:
        work = list(session.scalars(select(Work).order_by(Work.subject)))
    assert [(row.kind, row.subject, row.site) for row in work] == [
        ("identify", 1, "HQ"),
        ("identify", 2, "HQ"),
    ]
    assert room.hints == ["identify"]
    # Another connection already saw the rows when the hint came.
    assert seen == [2]


def test_the_same_bytes_twice_in_a_job_are_one_original(room: Room) -> None:
    room.receive(("a.png", SCAN), ("copy.png", SCAN))

    assert room.states() == [ArrivalState.TAKEN, ArrivalState.DUPLICATE]
    assert room.count(Original) == 1
    assert room.arrival(2).first_arrival_id == 1


def test_the_same_bytes_in_two_jobs_are_work_once(room: Room) -> None:
    room.receive(("a.png", SCAN))
    room.receive(("again.png", SCAN))

    assert room.states() == [ArrivalState.TAKEN, ArrivalState.DUPLICATE]
    assert [room.count(table) for table in (Job, Original, Page, Work)] == [2, 1, 1, 1]
    assert room.arrival(2).pages == []


def test_a_third_copy_names_the_first(room: Room) -> None:
    for _ in range(3):
        room.receive(("a.png", SCAN))

    assert room.arrival(3).first_arrival_id == 1


def test_a_duplicate_s_job_has_the_filings_of_the_first(room: Room) -> None:
    room.receive(("a.png", SCAN))
    with room.database.begin() as session:
        session.add(
            Filing(
                receipt_number="R1",
                arrival_id=1,
                site="HQ",
                form="2200",
                revision="2020-12",
                received_on=DELIVERY.received_on,
                created_at=NOW,
            )
        )
    second = room.receive(("again.png", SCAN))

    with room.database.look() as session:
        filings = job_filings(session, second)

    assert [filing.receipt_number for filing in filings] == ["R1"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(TRUNCATED, "damaged"), (b"", "empty"), (b"hello", "wrong_type")],
)
def test_a_refused_file_keeps_its_bytes_and_says_why(
    room: Room, data: bytes, code: str
) -> None:
    room.receive(("bad", data), ("good.png", SCAN))

    refused = room.arrival(1)
    assert room.states() == [ArrivalState.REFUSED, ArrivalState.TAKEN]
    assert refused.error_code == code
    assert refused.error_message
    assert refused.error_message.endswith(".")
    assert read_original(room.store, refused.original) == data
    assert room.count(Work) == 1


def test_a_file_refused_twice_is_refused_twice_and_kept_once(room: Room) -> None:
    room.receive(("bad.jpg", TRUNCATED))
    room.receive(("bad.jpg", TRUNCATED))

    assert room.states() == [ArrivalState.REFUSED, ArrivalState.REFUSED]
    assert room.count(Original) == 1


def test_a_file_refused_for_a_limit_is_taken_once_the_limit_is_raised(
    room: Room,
) -> None:
    room.limits = Limits(file_bytes=10)
    room.receive(("a.png", SCAN))
    room.limits = Limits()
    room.receive(("a.png", SCAN))

    assert room.states() == [ArrivalState.REFUSED, ArrivalState.TAKEN]
    assert room.count(Work) == 1


def test_a_full_disk_leaves_no_row(room: Room) -> None:
    room.store.room = 1

    with pytest.raises(StoreError, match="Free space"):
        room.receive(("a.png", SCAN), ("b.png", saved(sheet(2), "PNG")))

    assert [room.count(table) for table in (Job, Original, Arrival)] == [0, 0, 0]
    assert room.hints == []


def test_a_full_disk_leaves_the_watched_file_until_there_is_room(room: Room) -> None:
    share = room.folder / "share"
    share.mkdir()
    path = share / "a.png"
    path.write_bytes(SCAN)
    room.store.room = 0
    watched = WatchedFolder(
        share,
        intake=room.intake,
        ledger=Ledger(room.database, lambda: NOW),
        delivery=lambda: DELIVERY,
        quiet_seconds=0,
        monotonic=lambda: 0,
    )

    watched.look()
    watched.look()
    assert path.read_bytes() == SCAN
    assert room.count(Arrival) == 0
    room.store.room = 1
    watched.look()

    assert not path.exists()
    assert room.states() == [ArrivalState.TAKEN]


def test_a_database_that_fails_leaves_no_row_and_no_hint(room: Room) -> None:
    with room.database.begin() as session:
        session.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON work "
                "BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        )

    with pytest.raises(IntegrityError, match="no room"):
        room.receive(("a.png", SCAN))

    assert [room.count(table) for table in (Job, Original, Arrival)] == [0, 0, 0]
    assert room.hints == []
    # The bytes lie in the store without a row: a sweep may find them, nothing is lost.
    assert len(list(room.store.keys("originals"))) == 1


@pytest.mark.parametrize(
    ("name", "recorded"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("'; DROP TABLE arrival; --", "'; DROP TABLE arrival; --"),
        ("a\nb\x1b[31m.tif", "a\nb\x1b[31m.tif"),
        ("nul\0.tif", "nul\N{REPLACEMENT CHARACTER}.tif"),
        ("\udc93\udccd.tif", "\N{REPLACEMENT CHARACTER}" * 2 + ".tif"),
        ("届書 (1).tif", "届書 (1).tif"),
        ("n" * 5000, "n" * 5000),
    ],
)
def test_a_hostile_name_is_recorded_and_leads_nowhere(
    room: Room, name: str, recorded: str
) -> None:
    room.receive((name, SCAN))

    arrival = room.arrival(1)
    assert arrival.source == recorded
    assert arrival.original.store_key == f"originals/{arrival.original.sha256[:2]}/" + (
        arrival.original.sha256
    )


def test_events_carry_ids_and_never_names_of_files(room: Room) -> None:
    room.receive(("山田太郎.png", SCAN), ("山田花子.jpg", TRUNCATED))

    with room.database.look() as session:
        events = list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))
    acts = [event.act for event in events]
    assert acts.count("job.received") == 1
    assert acts.count("original.kept") == 2
    assert acts.count("arrival.taken") == 1
    assert acts.count("arrival.refused") == 1
    assert "山田" not in "".join(str(event.body) for event in events)


def test_progress_names_each_file_as_it_is_kept(room: Room) -> None:
    told: list[str] = []
    files = [Incoming("a.png", lambda: SCAN), Incoming("b", lambda: b"")]

    room.intake.receive(files, DELIVERY, progress=told.append)

    assert told == ["a.png", "b"]


@pytest.mark.parametrize("site", ["", "x" * 17, "a\0b", "two\nlines"])
def test_a_site_that_can_be_no_code_is_refused(site: str) -> None:
    with pytest.raises(WrongCallError, match="site's code"):
        replace(DELIVERY, site=site)


def test_a_site_nobody_added_is_refused_before_anything_is_kept(room: Room) -> None:
    with pytest.raises(WrongCallError, match=r"no site 'KOBE'; known are: HQ"):
        room.intake.receive(
            [Incoming("a.png", lambda: SCAN)], replace(DELIVERY, site="KOBE")
        )

    assert room.count(Job) == room.count(Site) - 1 == 0
    assert list(room.store.keys("originals")) == []


@pytest.mark.parametrize("day", [date(2020, 12, 11), date.max])
def test_nobody_says_that_something_came_on_a_day_to_come(day: date) -> None:
    with pytest.raises(WrongCallError, match="Nothing was received"):
        demand_come(day, today=date(2020, 12, 10))


@pytest.mark.parametrize("sheets", [0, -1, 2**40])
def test_a_number_of_sheets_that_cannot_be_is_refused(sheets: int) -> None:
    with pytest.raises(WrongCallError, match="sheets"):
        replace(DELIVERY, sheets=sheets)
