"""The way of a filing through the machine, step by step.

receive (ingest.intake) -> identify -> sort -> read -> check -> review or ready
(review.routing) -> approve (review.approval) -> deliver (delivery), in files as well
(export); beside it, time stamps are asked for what was approved and sealed (stamp).

Each step loads under its claim, works with no transaction open, and records its
result in one transaction that begins by showing its fence. A step that dies half way
leaves nothing but its open work row, and runs again from the start.
"""

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy.orm import Session

from delivery.exports.making import EXPORT, confirm
from kamizero.errors import RegistrationError
from storage import balance, work
from storage.database import after_commit
from storage.tables import Arrival, Bundle, ExportFile, Filing, FilingStep
from storage.time_stamps.asking import STAMP_WORK
from storage.time_stamps.keeping import add_stamp
from storage.work import Claim
from workers.bundles import hold_job, open_run
from workers.exporting import lay_file
from workers.filings import sort_bundle
from workers.looking import look_at_pages, read_pages
from workers.reading import FilingReading
from workers.recording import record_looks, record_readings, record_unreadable
from workers.rooms import Rooms
from workers.stamping import have_stamped

Step = Callable[[Rooms, Claim], None]
_Record = Callable[[Session, Filing], None]


def identify(rooms: Rooms, claim: Claim) -> None:
    """Look at every page of one arrival; with the last of a run, sort the run."""
    looks = look_at_pages(rooms, arrival_id=claim.subject)

    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        arrival = session.get_one(Arrival, claim.subject)
        hold_job(session, arrival)
        record_looks(session, arrival, looks)
        for bundle in open_run(session, arrival):
            _sort(session, bundle, rooms)
        work.finish(session, claim, now=rooms.clock())


def sort(rooms: Rooms, claim: Claim) -> None:
    """Make filings of a bundle's pages again, after a person moved them."""
    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        bundle = session.get_one(Bundle, claim.subject)
        balance.hold(session, bundle)
        _sort(session, bundle, rooms)
        work.finish(session, claim, now=rooms.clock())


def read(rooms: Rooms, claim: Claim) -> None:
    """Read every field of one filing; a page that does not fit its form fails."""
    record: _Record
    try:
        record = partial(_kept, read_pages(rooms, filing_id=claim.subject), rooms)
    except RegistrationError as misfit:
        record = partial(_misfit, str(misfit), rooms)

    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        record(session, session.get_one(Filing, claim.subject))
        work.finish(session, claim, now=rooms.clock())


def check(rooms: Rooms, claim: Claim) -> None:
    """Hold the values against rules and records, and decide who must look."""
    rooms.recheck.ask_ahead(rooms.database, claim.subject)

    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        filing = session.get_one(Filing, claim.subject)
        if filing.bundle is not None:
            balance.hold(session, filing.bundle)
        balances = rooms.recheck.route(session, filing)
        filing.step = FilingStep.DONE
        if filing.bundle is not None and balances:
            # Other filings may wait for this one.
            _release(session, filing.bundle, rooms)
        work.finish(session, claim, now=rooms.clock())


def stamp(rooms: Rooms, claim: Claim) -> None:
    """Have an outside authority say that a manifest or a sealed head was there."""
    made = have_stamped(rooms, claim)

    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        if made is not None:
            add_stamp(session, made, now=rooms.clock())
        work.finish(session, claim, now=rooms.clock())


def export(rooms: Rooms, claim: Claim) -> None:
    """Lay one planned file into its folder; its entries are taken then."""
    lay_file(rooms, claim.subject)

    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        confirm(session, session.get_one(ExportFile, claim.subject), now=rooms.clock())
        work.finish(session, claim, now=rooms.clock())


STEPS: Mapping[str, Step] = {
    "identify": identify,
    "sort": sort,
    "read": read,
    "check": check,
    EXPORT: export,
    **dict.fromkeys(STAMP_WORK, stamp),
}


def _sort(session: Session, bundle: Bundle, rooms: Rooms) -> None:
    for filing in sort_bundle(session, bundle, now=rooms.clock()):
        _then(session, "read", filing, rooms)
    _settle(session, bundle, rooms)


def _settle(session: Session, bundle: Bundle, rooms: Rooms) -> None:
    if balance.settle(session, bundle).passes:
        _release(session, bundle, rooms)


def _release(session: Session, bundle: Bundle, rooms: Rooms) -> None:
    balance.release(session, bundle, now=rooms.clock())
    after_commit(session, partial(rooms.hint, "check"))


def _kept(
    reading: FilingReading, rooms: Rooms, session: Session, filing: Filing
) -> None:
    record_readings(session, rooms, filing, reading)
    _then(session, "check", filing, rooms)


def _misfit(why: str, rooms: Rooms, session: Session, filing: Filing) -> None:
    record_unreadable(session, filing, why)
    if filing.bundle is not None:
        # Other filings may wait for this one.
        _settle(session, filing.bundle, rooms)


def _then(session: Session, kind: str, filing: Filing, rooms: Rooms) -> None:
    session.flush()
    work.put(session, kind=kind, subject=filing.id, site=filing.site, now=rooms.clock())
    after_commit(session, partial(rooms.hint, kind))
