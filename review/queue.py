"""Who works on which entry: the queue of people, leased item by item."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, true
from sqlalchemy.orm import Session

from review.refusals import WrongClaimError
from storage import work
from storage.clocks import resume_clock
from storage.database import Database
from storage.tables import NEVER_DUE, Clock, Entry, EntryState, Work
from storage.work import Claim

KIND = "review"
LEASE = timedelta(minutes=15)
# What has a lower number is to be done before the rest.
ORDINARY = 100

# Reasons of this kind say that something is open, one each.
_POINTS = frozenset({"head", "doubtful", "undecided", "finding", "page"})
_PARKED = "parked:"
# It was finished and taken back: only a person lets it go again.
_PULLED_BACK = "pulled_back"


def put_in_queue(session: Session, entry: Entry, *, now: datetime) -> None:
    """Let people see that the entry needs them; asked twice, it waits once."""
    if entry.state != EntryState.IN_REVIEW:
        # A correction that was sent back is dropped.
        return
    clock = session.get(Clock, entry.id)
    work.put(
        session,
        kind=KIND,
        subject=entry.id,
        site=entry.filing.site,
        form=entry.filing.form,
        doubt=_points(entry.reasons),
        now=now,
        # Without a clock it is neither first nor ever due.
        priority=clock.priority if clock else ORDINARY,
        deadline=clock.due_on if clock else NEVER_DUE,
    )


def claim_next(
    database: Database,
    person: str,
    *,
    now: datetime,
    site: str | None = None,
    form: str | None = None,
) -> Claim | None:
    """Lease the next entry nobody works on, None where nothing waits.

    What was handed on to this person comes first.
    """
    of_form = true() if form is None else Work.form == form
    return work.claim(
        database,
        kinds=[KIND],
        worker=person,
        lease=LEASE,
        now=now,
        site=site,
        only=[
            and_(whom, of_form)
            for whom in (Work.reserved_for == person, Work.reserved_for.is_(None))
        ],
    )


def claim(
    database: Database, person: str, *, entry_id: int, now: datetime
) -> Claim | None:
    """Lease this entry, parked or not; None where somebody holds it or all is done."""
    with database.begin() as session:
        wake(session, session.get_one(Entry, entry_id), actor=person, now=now)
    return work.claim(
        database, kinds=[KIND], worker=person, lease=LEASE, now=now, subject=entry_id
    )


def wake(
    session: Session,
    entry: Entry,
    *,
    actor: str,
    now: datetime,
    reserved_for: str | None = None,
) -> None:
    """Let a parked entry come back before its day, and its clock run again."""
    if work.hasten(
        session, kind=KIND, subject=entry.id, now=now, reserved_for=reserved_for
    ):
        resume_clock(session, entry, actor=actor, now=now)


def claim_of(session: Session, person: str, *, entry_id: int) -> Claim | None:
    """The lease this person holds on the entry, for the next of their requests.

    It may have run out: as long as nobody else asked for the entry it still holds.
    """
    return work.held_by(session, person, kind=KIND, subject=entry_id)


def hold_own(session: Session, person: str, *, entry_id: int) -> Claim | None:
    """The same, for a transaction that writes under it."""
    return work.hold_own(session, person, kind=KIND, subject=entry_id)


def extend(database: Database, claim: Claim, *, now: datetime) -> Claim:
    """Keep the lease for another quarter of an hour. Raises StaleFenceError."""
    return work.extend(database, claim, lease=LEASE, now=now)


def release(session: Session, claim: Claim, *, now: datetime) -> None:
    """Give the entry back to the queue as it is."""
    work.release(session, claim, now=now)


def parked_as(reasons: Sequence[str], wait: str) -> list[str]:
    """The reasons of an entry that is put aside."""
    return [*without_parking(reasons), f"{_PARKED}{wait}"]


def without_parking(reasons: Sequence[str]) -> list[str]:
    return [reason for reason in reasons if not reason.startswith(_PARKED)]


def pulled_back(reasons: Sequence[str]) -> list[str]:
    """The reasons of an entry that somebody took back after it was finished."""
    return [*reasons, _PULLED_BACK]


def when_finished(reasons: Sequence[str]) -> list[str]:
    """The reasons that outlive a person's finishing the entry."""
    return [one for one in without_parking(reasons) if one != _PULLED_BACK]


def leave_unclaimed(session: Session, entry: Entry, *, now: datetime) -> bool:
    """Take an entry out of the queue; False where it is in or kept for one's hands."""
    return work.call_off(
        session,
        kind=KIND,
        subject=entry.id,
        now=now,
        only=Work.reserved_for.is_(None),
    )


def hold(session: Session, claim: Claim, entry: Entry, *, now: datetime) -> None:
    """Write under the lease only. Raises StaleFenceError, WrongClaimError."""
    if (claim.kind, claim.subject) != (KIND, entry.id):
        raise WrongClaimError(
            f"The claim is for {claim.kind} {claim.subject}, not for entry "
            f"{entry.id}; open the entry again."
        )
    work.hold(session, claim, now=now)


def _points(reasons: Sequence[str]) -> int:
    return sum(reason.partition(":")[0] in _POINTS for reason in reasons)
