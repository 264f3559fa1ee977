"""Who works on which entry: the queue of people, leased item by item."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from review.refusals import WrongClaimError
from storage import audit, work
from storage.database import Database
from storage.tables import Entry
from storage.work import Claim

KIND = "review"
LEASE = timedelta(minutes=15)


class Wait(StrEnum):
    """What a parked entry waits for."""

    ANSWER = "answer"
    ATTACHMENT = "attachment"
    RETURN = "return"
    OTHER = "other"


def put_in_queue(session: Session, entry: Entry, *, now: datetime) -> None:
    """Let people see that the entry needs them; asked twice, it waits once."""
    work.put(session, kind=KIND, subject=entry.id, site=entry.filing.site, now=now)


def claim_next(
    database: Database, person: str, *, site: str | None = None, now: datetime
) -> Claim | None:
    """Lease the next entry nobody works on, None where nothing waits."""
    return work.claim(
        database, kinds=[KIND], worker=person, lease=LEASE, now=now, site=site
    )


def claim(
    database: Database, person: str, *, entry_id: int, now: datetime
) -> Claim | None:
    """Lease this entry, parked or not; None where somebody holds it or all is done."""
    work.hasten(database, kind=KIND, subject=entry_id, now=now)
    return work.claim(
        database, kinds=[KIND], worker=person, lease=LEASE, now=now, subject=entry_id
    )


def claim_of(session: Session, person: str, *, entry_id: int) -> Claim | None:
    """The lease this person holds on the entry, for the next of their requests.

    It may have run out: as long as nobody else asked for the entry it still holds.
    """
    return work.held_by(session, person, kind=KIND, subject=entry_id)


def extend(database: Database, claim: Claim, *, now: datetime) -> Claim:
    """Keep the lease for another quarter of an hour. Raises StaleFenceError."""
    return work.extend(database, claim, lease=LEASE, now=now)


def release(session: Session, claim: Claim, *, now: datetime) -> None:
    """Give the entry back to the queue as it is."""
    work.release(session, claim, now=now)


def park(
    session: Session, claim: Claim, *, wait: Wait, until: datetime, now: datetime
) -> None:
    """Put the entry aside: until then it comes to nobody of itself."""
    work.release(session, claim, now=now, due_at=until)
    entry = session.get_one(Entry, claim.subject)
    entry.reasons = [*without_parking(entry.reasons), f"parked:{wait}"]
    audit.record(
        session,
        actor=claim.leased_by,
        act="entry.park",
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body={"filing": entry.filing_id, "wait": wait.value},
    )


def without_parking(reasons: Sequence[str]) -> list[str]:
    return [reason for reason in reasons if not reason.startswith("parked:")]


def leave_unclaimed(session: Session, entry: Entry, *, now: datetime) -> bool:
    """Take an entry out of the queue; False where a person holds it."""
    return work.call_off(session, kind=KIND, subject=entry.id, now=now)


def hold(session: Session, claim: Claim, entry: Entry, *, now: datetime) -> None:
    """Write under the lease only. Raises StaleFenceError, WrongClaimError."""
    if (claim.kind, claim.subject) != (KIND, entry.id):
        raise WrongClaimError(
            f"The claim is for {claim.kind} {claim.subject}, not for entry "
            f"{entry.id}; open the entry again."
        )
    work.hold(session, claim, now=now)
