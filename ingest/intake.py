"""The one intake behind every door: bytes kept first, rows second, the source last."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.media.folder import (
    Listing,
    MediaFolders,
    media_folders,
    read_listing,
    seems_listing,
)
from ingest.media.pages import TEXT_TABLE, TablePages
from ingest.media.recording import Part, open_media
from ingest.media.table import MediaTable
from ingest.opening import media_type, open_original
from ingest.page_image import Limits, pages
from kamizero import traces
from kamizero.errors import RefusedError, WrongCallError
from storage import audit, originals, sites, work
from storage.database import Database, after_commit
from storage.interfaces import Kept, ObjectStore
from storage.tables import Arrival, ArrivalState, Filing, Job, Original, Page

Progress = Callable[[str], None]
Within = Callable[[Session, int], None]

MOST_SHEETS = 1_000_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file as a door hands it in; `read` is called once, when its turn comes.

    Attributes:
        refusal: why it must not be opened, where the door knows; its bytes are kept.
    """

    source: str
    read: Callable[[], bytes]
    refusal: RefusedError | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the door knows about the files it delivers at once.

    Raises:
        WrongCallError: a site or a number of sheets that cannot be, whichever door
            let it in.
    """

    door: str
    operator: str
    site: str
    received_on: date
    sheets: int | None = None
    sides: int = 1

    def __post_init__(self) -> None:
        sites.demand_code(self.site)
        if self.sheets is not None and not 1 <= self.sheets <= MOST_SHEETS:
            raise WrongCallError(f"A job has 1 to {MOST_SHEETS:,} sheets.")


@dataclass(frozen=True, slots=True)
class Taken:
    """One file after its bytes were kept: its pages, or why it was refused.

    Attributes:
        is_listing: it is, or wants to be, the table or the summary of a medium.
        listing: what it counts, where it was not refused.
    """

    source: str
    kept: Kept
    media_type: str
    pages: tuple[tuple[int, int, float, int], ...]
    refusal: RefusedError | None
    is_listing: bool = False
    listing: Listing | None = None


class Intake:
    """Takes jobs in; one instance per process, used by every door."""

    def __init__(
        self,
        *,
        database: Database,
        store: ObjectStore,
        limits: Limits,
        short_lock: timedelta,
        clock: Callable[[], datetime],
        hint: Callable[[str], None],
    ) -> None:
        self._database = database
        self._store = store
        self._limits = limits
        self._short_lock = short_lock
        self._clock = clock
        self._hint = hint

    def receive(
        self,
        files: Iterable[Incoming],
        delivery: Delivery,
        *,
        progress: Progress = lambda _: None,
        within: Within = lambda *_: None,
    ) -> int:
        """Keep every file's bytes, then record the job as a whole; return its id.

        A file that cannot be opened is kept and recorded as refused; the others of
        the job are taken. When this returns, everything is durable: the door may
        remove its source.

        Args:
            within: what the door records in the same transaction, given the job's id,
                so that a file is never taken twice; what it raises undoes the job.

        Raises:
            WrongCallError: the site is not known; nothing was read or kept.
        """
        with traces.span("receive", door=delivery.door, site=delivery.site):
            with self._database.look() as session:
                sites.demand_site(session, delivery.site)
            taken = []
            for file in files:
                taken.append(self._keep(file))
                progress(file.source)
            with self._database.begin() as session:
                after_commit(session, partial(self._hint, "identify"))
                job_id = _record(session, taken, delivery, now=self._clock())
                within(session, job_id)
                return job_id

    def _keep(self, file: Incoming) -> Taken:
        data = file.read()
        until = self._clock() + self._short_lock
        kept = originals.keep(self._store, data, retain_until=until)
        if seems_listing(file.source, data):
            return _listed(file, data, kept)
        try:
            if file.refusal is not None:
                raise file.refusal
            opened = open_original(data, limits=self._limits)
            found = tuple(
                (*page.size_px, page.dpi, page.depth) for page in pages(opened)
            )
            return Taken(file.source, kept, opened.media_type, found, refusal=None)
        except RefusedError as refusal:
            return Taken(file.source, kept, media_type(data), (), refusal=refusal)


def demand_come(received_on: date, *, today: date) -> None:
    """Raise WrongCallError where a person names a day that is not there yet.

    Terms and locks run from that day: one mistyped ahead is never late, and holds the
    original for years that nobody can take back. Doors that take the day from a clock
    do not ask: paper must come in even where the clock was set back.
    """
    if received_on > today:
        raise WrongCallError(
            f"Nothing was received on {received_on} yet; give today or a day before it."
        )


def _listed(file: Incoming, data: bytes, kept: Kept) -> Taken:
    """A table or summary of a medium; the rows of a table are its pages."""
    try:
        if file.refusal is not None:
            raise file.refusal
        found = read_listing(file.source, data)
    except RefusedError as refusal:
        return Taken(file.source, kept, TEXT_TABLE, (), refusal, is_listing=True)
    sheets = TablePages(data).sizes() if isinstance(found, MediaTable) else ()
    return Taken(
        file.source, kept, TEXT_TABLE, sheets, None, is_listing=True, listing=found
    )


def _record(
    session: Session, taken: Sequence[Taken], delivery: Delivery, *, now: datetime
) -> int:
    job = Job(
        site=delivery.site,
        door=delivery.door,
        operator=delivery.operator,
        created_at=now,
        received_on=delivery.received_on,
        declared_sheets=delivery.sheets,
        sides=str(delivery.sides),
    )
    session.add(job)
    session.flush()
    audit.record(
        session,
        actor=delivery.operator,
        act="job.received",
        subject_kind="job",
        subject_id=job.id,
        now=now,
        body={"door": delivery.door, "files": len(taken)},
    )
    media = media_folders(
        [_writable(file.source) for file in taken],
        [file.is_listing for file in taken],
    )
    kept = _record_originals(session, taken, media, now=now)
    parts = []
    for seq, file in enumerate(taken, start=1):
        original = kept[file.kept.sha256]
        arrival = _record_arrival(session, job, seq, file, original, now=now)
        parts.append(Part(arrival, file.listing))
    open_media(session, job, parts, media, now=now)
    return job.id


def _record_originals(
    session: Session, taken: Sequence[Taken], media: MediaFolders, *, now: datetime
) -> Mapping[str, Original]:
    """The row of each file's bytes, by SHA-256."""
    # What came on a medium was never paper here.
    electronic = {taken[n].kept.sha256 for places in media.values() for n in places}
    # In one order for every job: two that bring the same files at the same time would
    # else wait for each other for ever.
    return {
        file.kept.sha256: originals.original_row(
            session,
            file.kept,
            media_type=file.media_type,
            now=now,
            legal_medium="electronic" if file.kept.sha256 in electronic else "paper",
        )
        for file in sorted(taken, key=lambda file: file.kept.sha256)
    }


def _record_arrival(
    session: Session,
    job: Job,
    seq: int,
    file: Taken,
    original: Original,
    *,
    now: datetime,
) -> Arrival:
    first = _first_arrival(session, original)
    arrival = Arrival(
        job_id=job.id,
        seq=seq,
        original_id=original.id,
        source=_writable(file.source),
        state=_state(file, first),
        error_code=file.refusal.refusal_code if file.refusal else None,
        error_message=str(file.refusal) if file.refusal else None,
        first_arrival_id=first.id if first else None,
        page_count=len(file.pages),
    )
    session.add(arrival)
    session.flush()
    if arrival.state == ArrivalState.TAKEN and file.pages:
        _record_pages(session, arrival, file)
        work.put(session, kind="identify", subject=arrival.id, site=job.site, now=now)
    audit.record(
        session,
        actor=job.operator,
        act=f"arrival.{arrival.state}",
        subject_kind="arrival",
        subject_id=arrival.id,
        now=now,
        body={
            "original": original.sha256,
            "job": job.id,
            "pages": arrival.page_count,
        },
    )
    return arrival


def _writable(source: str) -> str:
    """The name in characters a database takes.

    Names from older Windows shares are no UTF-8, and a form field may hold NUL.
    """
    name = source.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return name.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _state(file: Taken, first: Arrival | None) -> ArrivalState:
    if file.refusal is not None:
        return ArrivalState.REFUSED
    return ArrivalState.DUPLICATE if first else ArrivalState.TAKEN


def _first_arrival(session: Session, original: Original) -> Arrival | None:
    return session.scalars(
        select(Arrival)
        .where(Arrival.original_id == original.id, Arrival.state == ArrivalState.TAKEN)
        .order_by(Arrival.id)
    ).first()


def _record_pages(session: Session, arrival: Arrival, file: Taken) -> None:
    for number, (width, height, dpi, depth) in enumerate(file.pages, start=1):
        session.add(
            Page(
                arrival_id=arrival.id,
                number=number,
                width_px=width,
                height_px=height,
                dpi=dpi,
                depth=depth,
            )
        )


def job_filings(session: Session, job_id: int) -> Sequence[Filing]:
    """The filings of a job; those of the first arrival where bytes came twice."""
    arrivals = session.scalars(select(Arrival).where(Arrival.job_id == job_id))
    wanted = [arrival.first_arrival_id or arrival.id for arrival in arrivals]
    return session.scalars(
        select(Filing).where(Filing.arrival_id.in_(wanted)).order_by(Filing.id)
    ).all()
