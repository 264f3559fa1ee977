"""The way of a filing through the machine, step by step.

receive (ingest.intake) -> identify -> read -> check -> review or ready (review.routing)
-> approve (review.approval) -> deliver (delivery).

Each step loads under its claim, works with no transaction open, and records its
result in one transaction that begins by showing its fence. A step that dies half way
leaves nothing but its open work row, and runs again from the start.
"""

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy.orm import Session

from ingest.grouping import group
from kamizero.errors import RegistrationError
from storage import work
from storage.database import after_commit
from storage.tables import Arrival, Filing, FilingStep
from storage.work import Claim
from workers.filings import open_bundles, open_filing, page_seen
from workers.looking import look_at_pages, read_pages
from workers.recording import record_looks, record_readings, record_unreadable
from workers.rooms import Rooms

Step = Callable[[Rooms, Claim], None]


def identify(rooms: Rooms, claim: Claim) -> None:
    """Look at every page of one arrival, sort them, and open its filings."""
    looks = look_at_pages(rooms, arrival_id=claim.subject)

    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        arrival = session.get_one(Arrival, claim.subject)
        record_looks(session, arrival, looks)
        open_bundles(session, arrival)
        grouped = group([page_seen(page) for page in arrival.pages])
        for filing_pages in grouped.filings:
            filing = open_filing(session, arrival, filing_pages, now=rooms.clock())
            _then(session, "read", filing, rooms)
        work.finish(session, claim, now=rooms.clock())


def read(rooms: Rooms, claim: Claim) -> None:
    """Read every field of one filing; a page that does not fit its form fails."""
    result = read_pages(rooms, filing_id=claim.subject)

    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        filing = session.get_one(Filing, claim.subject)
        if isinstance(result, RegistrationError):
            record_unreadable(session, filing, str(result))
        else:
            record_readings(session, rooms, filing, result)
            _then(session, "check", filing, rooms)
        work.finish(session, claim, now=rooms.clock())


def check(rooms: Rooms, claim: Claim) -> None:
    """Hold the values against rules and records, and decide who must look."""
    with rooms.database.begin() as session:
        work.hold(session, claim, now=rooms.clock())
        filing = session.get_one(Filing, claim.subject)
        rooms.recheck.route(session, filing)
        filing.step = FilingStep.DONE
        work.finish(session, claim, now=rooms.clock())


STEPS: Mapping[str, Step] = {"identify": identify, "read": read, "check": check}


def _then(session: Session, kind: str, filing: Filing, rooms: Rooms) -> None:
    session.flush()
    work.put(session, kind=kind, subject=filing.id, site=filing.site, now=rooms.clock())
    after_commit(session, partial(rooms.hint, kind))
