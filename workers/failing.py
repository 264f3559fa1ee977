"""What becomes of a page or filing whose work cannot be done: a state, on the part."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from kamizero.model import PageKind
from storage import audit, sweep
from storage.tables import Arrival, Filing, FilingStep
from workers.rooms import Rooms

# What machines work on; the review queue hands out its rows to people.
MACHINE_WORK = ("identify", "read", "check")


def give_up(
    session: Session, kind: str, subject: int, *, error: str, now: datetime
) -> None:
    """Mark what the work was about as failed, so that a person sees it."""
    if kind == "identify":
        failed = "arrival"
        for page in session.get_one(Arrival, subject).pages:
            page.kind = PageKind.FAILED
            page.error_code, page.error_message = "not_identified", error
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


def bury_poison(rooms: Rooms) -> None:
    """Mark as failed what killed every worker that took it."""
    now = rooms.clock()
    mourn = partial(give_up, error="Every worker that took it was lost.", now=now)
    sweep.bury(rooms.database, kinds=MACHINE_WORK, now=now, mourn=mourn)
