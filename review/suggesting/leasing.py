"""Handing entries in review to robots that look something up: a lease and a fence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, MissingError, StaleFenceError
from review.suggesting.asking import kind_of
from storage import audit, work
from storage.claims import IS_OPEN, Claim, claim_on, free, let_go, unheld
from storage.tables import Entry, EntryState, RobotQueue, Work, WorkState

MACHINE = "kamizero"
LOST = "lost"
_CLEARED = 100

_ENTRY = select(Entry.id).where(Entry.id == Work.subject).correlate(Work)
_IN_REVIEW = _ENTRY.where(Entry.state == EntryState.IN_REVIEW).exists()
# No mere absence: an entry that the robot's site does not see is not settled.
_SETTLED = _ENTRY.where(Entry.state != EntryState.IN_REVIEW).exists()


@dataclass(frozen=True, slots=True)
class Held:
    """One entry in a robot's hands."""

    claim: Claim
    entry: Entry


def lease(
    session: Session, queue: RobotQueue, *, robot: str, limit: int, now: datetime
) -> list[Held]:
    """The next entries that people have not settled, until their lease ends."""
    _clear(session, queue, now=now)
    claims = work.take(
        session,
        kind=kind_of(queue),
        worker=robot,
        lease=timedelta(seconds=queue.lease_seconds),
        now=now,
        limit=limit,
        only=and_(_IN_REVIEW, ~_worn(queue)),
    )
    held = [Held(one, session.get_one(Entry, one.subject)) for one in claims]
    for one in held:
        tell(
            session,
            "suggestion.leased",
            one.entry,
            queue,
            actor=robot,
            now=now,
            fence=one.claim.fence,
            attempt=one.claim.attempts,
        )
    return held


def may_have_any(session: Session, queue: RobotQueue, *, now: datetime) -> bool:
    """Whether asking for a lease is worth a transaction; only a look."""
    waiting = select(Work.id).where(Work.kind == kind_of(queue), free(now))
    return session.scalar(waiting.limit(1)) is not None


def held_entry(
    session: Session,
    queue: RobotQueue,
    number: int,
    *,
    robot: str,
    fence: int,
    now: datetime,
) -> Held:
    """What a robot says it holds, locked.

    Raises:
        MissingError: there is no such entry.
        StaleFenceError: the robot does not hold it, or not any more.
    """
    entry = _entry(session, queue, number)
    claim = work.held_by(session, robot, kind=kind_of(queue), subject=number)
    if claim is None or claim.fence != fence:
        raise StaleFenceError(
            f"{robot} does not hold entry {number} with fence {fence}. Nothing was "
            "noted; lease anew."
        )
    work.hold(session, claim, now=now)
    return Held(claim, entry)


def _entry(session: Session, queue: RobotQueue, number: int) -> Entry:
    # Not by its key alone: one of another site is not there for whoever asks.
    entry = session.scalar(select(Entry).where(Entry.id == number))
    if entry is None:
        raise MissingError(f"The queue {queue.name} has no entry {number}.")
    return entry


def still_held(
    session: Session, queue: RobotQueue, fences: Mapping[int, int]
) -> list[Held]:
    """Those of the entries that are held under these fences now, in their order."""
    rows = session.scalars(
        select(Work).where(
            Work.kind == kind_of(queue),
            Work.subject.in_(fences),
            Work.leased_by.is_not(None),
            IS_OPEN,
        )
    )
    claims = {row.subject: claim_on(row) for row in rows}
    return [
        Held(claims[number], session.get_one(Entry, number))
        for number, fence in fences.items()
        if number in claims and claims[number].fence == fence
    ]


def extend(session: Session, queue: RobotQueue, held: Held, *, now: datetime) -> Claim:
    """Give the robot as long again from now."""
    lease = timedelta(seconds=queue.lease_seconds)
    return work.prolong(session, held.claim, lease=lease, now=now)


def fail(
    session: Session,
    queue: RobotQueue,
    held: Held,
    *,
    code: str,
    wait: timedelta | None,
    now: datetime,
) -> WorkState:
    """Later again, later each time, until it is given up; people settle it anyway."""
    left = work.fail(
        session,
        held.claim,
        error=code,
        retryable=True,
        now=now,
        max_attempts=queue.max_attempts,
        wait=wait,
    )
    if left is WorkState.DEAD:
        _tell_dead(session, queue, held.entry, held.claim.attempts, now=now)
    return left


def release(session: Session, held: Held, *, now: datetime) -> None:
    """Give it back untouched."""
    work.release(session, held.claim, now=now)


def try_again(
    session: Session, queue: RobotQueue, number: int, *, actor: str, now: datetime
) -> None:
    """Put a dead letter back.

    Raises:
        MissingError: there is no such entry.
        ConflictError: it is no dead letter.
    """
    entry = _entry(session, queue, number)
    last = session.scalars(given_up(queue).where(Work.subject == number)).one_or_none()
    if last is None:
        raise ConflictError(
            f"Entry {number} is no dead letter of {queue.name}. Load the page again."
        )
    work.put(
        session,
        kind=kind_of(queue),
        subject=number,
        site=entry.filing.site,
        form=entry.filing.form,
        deadline=last.deadline,
        fence=last.fence,
        now=now,
    )
    tell(session, "suggestion.tried_again", entry, queue, actor=actor, now=now)


def given_up(queue: RobotQueue) -> Select[Work]:
    """The dead letters of a queue whose entries are in review still."""
    again = Work.__table__.alias()
    later = select(again.c.id).where(
        again.c.kind == Work.kind, again.c.subject == Work.subject, again.c.id > Work.id
    )
    return (
        select(Work)
        .join(Entry, Entry.id == Work.subject)
        .where(
            Work.kind == kind_of(queue),
            Work.state == WorkState.DEAD,
            Entry.state == EntryState.IN_REVIEW,
            ~later.exists(),
        )
        .order_by(Work.id)
    )


def _clear(session: Session, queue: RobotQueue, *, now: datetime) -> None:
    """End what people settled meanwhile, and give up what killed too many robots.

    Only some at a time: whoever asks for a lease does not wait for all that is done.
    """
    mine = select(Work).where(Work.kind == kind_of(queue), IS_OPEN, unheld(now))
    for row in _locked(session, mine.where(_SETTLED)):
        _end(row, WorkState.DONE, now)
    for row in _locked(session, mine.where(_worn(queue))):
        _end(row, WorkState.DEAD, now)
        row.last_error = row.last_error or LOST
        entry = session.get_one(Entry, row.subject)
        _tell_dead(session, queue, entry, row.attempts, now=now)


def _locked(session: Session, query: Select[Work]) -> Sequence[Work]:
    some = query.order_by(Work.id).limit(_CLEARED)
    return session.scalars(some.with_for_update(skip_locked=True, of=Work)).all()


def _worn(queue: RobotQueue) -> ColumnElement[bool]:
    return Work.attempts - Work.excused >= queue.max_attempts


def _end(row: Work, state: WorkState, now: datetime) -> None:
    row.state, row.done_at = state, now
    let_go(row)


def _tell_dead(
    session: Session, queue: RobotQueue, entry: Entry, attempts: int, *, now: datetime
) -> None:
    tell(
        session,
        "suggestion.given_up",
        entry,
        queue,
        actor=MACHINE,
        now=now,
        attempts=attempts,
    )


def tell(
    session: Session,
    act: str,
    entry: Entry,
    queue: RobotQueue,
    *,
    actor: str,
    now: datetime,
    **about: int,
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body={"filing": entry.filing_id, "n": entry.n, "queue": queue.name, **about},
    )
