"""Who works on which entry: the queue of people, leased item by item."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from review.refusals import WrongClaimError
from storage import audit, work
from storage.database import Database
from storage.tables import Entry, Work, WorkState
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
    with database.begin() as session:
        _end_parking(session, entry_id, now=now)
    return work.claim(
        database, kinds=[KIND], worker=person, lease=LEASE, now=now, subject=entry_id
    )


def claim_of(session: Session, person: str, *, entry_id: int) -> Claim | None:
    """The lease this person holds on the entry, for the next of their requests.

    It may have run out: as long as nobody else asked for the entry it still holds.
    """
    row = session.scalars(
        select(Work).where(
            Work.kind == KIND,
            Work.subject == entry_id,
            Work.state == WorkState.OPEN,
            Work.leased_by == person,
        )
    ).one_or_none()
    return _claim_from(row, row.lease_until) if row and row.lease_until else None


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
    work.release(session, claim, now=now)
    row = session.get_one(Work, claim.id)
    row.due_at = until
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
    row = session.scalars(
        select(Work)
        .where(
            Work.kind == KIND,
            Work.subject == entry.id,
            Work.state == WorkState.OPEN,
            or_(Work.lease_until.is_(None), Work.lease_until < now),
        )
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return False
    row.state = WorkState.DONE
    row.done_at = now
    # Whoever let the lease run out comes too late from here on.
    row.fence += 1
    row.lease_until = None
    row.leased_by = None
    return True


def hold(session: Session, claim: Claim, entry: Entry, *, now: datetime) -> None:
    """Write under the lease only. Raises StaleFenceError, WrongClaimError."""
    if (claim.kind, claim.subject) != (KIND, entry.id):
        raise WrongClaimError(
            f"The claim is for {claim.kind} {claim.subject}, not for entry "
            f"{entry.id}; open the entry again."
        )
    work.hold(session, claim, now=now)


def _end_parking(session: Session, entry_id: int, *, now: datetime) -> None:
    session.execute(
        update(Work)
        .where(
            Work.kind == KIND,
            Work.subject == entry_id,
            Work.state == WorkState.OPEN,
            Work.due_at > now,
        )
        .values(due_at=now)
    )


def _claim_from(row: Work, lease_until: datetime) -> Claim:
    return Claim(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        site=row.site,
        fence=row.fence,
        attempts=row.attempts,
        lease_until=lease_until,
        leased_by=row.leased_by or "",
    )
