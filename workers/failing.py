"""What becomes of a page or filing whose work cannot be done: a state, on the part."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from delivery.exports.making import EXPORT
from kamizero.model import PageKind
from storage import audit, sweep, work
from storage.tables import Arrival, Filing, FilingStep
from storage.time_stamps.asking import STAMP_WORK
from workers.bundles import hold_job, open_run
from workers.rooms import Rooms

# What machines read; the review queue hands out its rows to people.
READING_WORK = ("identify", "sort", "read", "check")
# A stamp waits for its authority however long it is down: it is never given up.
MACHINE_WORK = (*READING_WORK, EXPORT, *STAMP_WORK)


def give_up(
    session: Session, kind: str, subject: int, *, error: str, now: datetime
) -> None:
    """Mark what the work was about as failed, so that a person sees it."""
    if kind == "identify":
        failed = "arrival"
        _fail_pages(session, session.get_one(Arrival, subject), error, now=now)
    elif kind == "sort":
        # The bundle stays as it is, and open: nothing of it passes.
        failed = "bundle"
    elif kind == EXPORT:
        # It stays planned, and no other is made before it lies in its place.
        failed = "export_file"
    else:
        failed = "filing"
        session.get_one(Filing, subject).step = FilingStep.FAILED
    audit.record(
        session,
        actor="kamizero",
        act=f"{failed}.failed",
        subject_kind=failed,
        subject_id=subject,
        now=now,
        body={"work": kind},
    )


def _fail_pages(
    session: Session, arrival: Arrival, error: str, *, now: datetime
) -> None:
    """No page of the file can be looked at; the other files of its run go on."""
    hold_job(session, arrival)
    for page in arrival.pages:
        page.kind = PageKind.FAILED
        page.error_code, page.error_message = "not_identified", error
    session.flush()
    for bundle in open_run(session, arrival):
        bundle.sorting = True
        site = arrival.job.site
        work.put(session, kind="sort", subject=bundle.id, site=site, now=now)


def bury_poison(rooms: Rooms) -> None:
    """Mark as failed what killed every worker that took it."""
    now = rooms.clock()
    mourn = partial(give_up, error="Every worker that took it was lost.", now=now)
    sweep.bury(rooms.database, kinds=READING_WORK, now=now, mourn=mourn)
