"""What becomes of a page or filing whose work cannot be done: a state, on the part."""

from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.model import PageKind
from storage import audit, work
from storage.tables import Arrival, Filing, FilingStep
from storage.work import Claim
from workers.rooms import Rooms

# What machines work on; the review queue hands out its rows to people.
MACHINE_WORK = ("identify", "read", "check")


def give_up(session: Session, claim: Claim, *, error: str, now: datetime) -> None:
    """Mark what the work was about as failed, so that a person sees it."""
    if claim.kind == "identify":
        for page in session.get_one(Arrival, claim.subject).pages:
            page.kind = PageKind.FAILED
            page.error_code, page.error_message = "not_identified", error
        subject = "arrival"
    else:
        session.get_one(Filing, claim.subject).step = FilingStep.FAILED
        subject = "filing"
    audit.record(
        session,
        actor="kamizero",
        act=f"{subject}.failed",
        subject_kind=subject,
        subject_id=claim.subject,
        now=now,
        body={"work": claim.kind},
    )


def bury_poison(rooms: Rooms) -> None:
    """Mark as failed what killed every worker that took it."""
    for claim in work.bury(rooms.database, kinds=MACHINE_WORK, now=rooms.clock()):
        with rooms.database.begin() as session:
            give_up(session, claim, error="the worker was lost", now=rooms.clock())
