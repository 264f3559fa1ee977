"""Work as rows: the one place that hands things out and takes results back.

OCR steps, the review queue and robots all claim here. A claim is a lease with a
fence: whoever comes back with an older fence than the row's has lost the item.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from kamizero.errors import StaleFenceError
from storage.database import Database
from storage.insertion import insert
from storage.tables import Work, WorkState

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 5

# Written out, not a parameter: only then can the partial indexes serve it.
_OPEN = text("state = 'open'")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one thing until the lease ends.

    Attributes:
        fence: counts up with every change of hands; results carry it.
        attempts: how often it was handed out, this time included.
    """

    id: int
    kind: str
    subject: int
    site: str
    fence: int
    attempts: int
    lease_until: datetime
    leased_by: str


def put(
    session: Session,
    *,
    kind: str,
    subject: int,
    site: str,
    now: datetime,
    priority: int = 100,
    due_at: datetime | None = None,
) -> None:
    """Ask for something to be done; nothing new where it is already asked for.

    Args:
        priority: lower is earlier.
    """
    row = insert(session, Work).values(
        kind=kind,
        subject=subject,
        site=site,
        priority=priority,
        due_at=due_at or now,
        state=WorkState.OPEN,
        attempts=0,
        fence=0,
        created_at=now,
    )
    session.execute(
        row.on_conflict_do_nothing(
            index_elements=["kind", "subject"],
            index_where=_OPEN,
        )
    )


def claim(
    database: Database,
    *,
    kinds: Sequence[str],
    worker: str,
    lease: timedelta,
    now: datetime,
    site: str | None = None,
    subject: int | None = None,
) -> Claim | None:
    """Lease the most urgent thing nobody works on, in a transaction of its own."""
    free = _free(now, site=site, subject=subject)
    # Looking first keeps idle workers away from the writer's lock.
    with database.look() as session:
        heads = [row for kind in kinds for row in session.scalars(_next(kind, free))]
    if not heads:
        return None
    with database.begin() as session:
        for head in sorted(heads, key=lambda row: (row.priority, row.id)):
            row = session.scalars(
                _next(head.kind, free).with_for_update(skip_locked=True)
            ).one_or_none()
            if row is not None:
                return _lease(row, worker=worker, until=now + lease)
    return None


def hold(session: Session, claim: Claim, *, now: datetime) -> None:
    """Lock the row until the commit; the first line of a transaction with results.

    A lease that ran out while nobody else asked still holds.

    Raises:
        StaleFenceError: somebody else has it, or it is already done.
    """
    _held(session, claim, now=now)


def extend(
    database: Database, claim: Claim, *, lease: timedelta, now: datetime
) -> Claim:
    """Ask for more time. Raises StaleFenceError."""
    with database.begin() as session:
        _held(session, claim, now=now).lease_until = now + lease
    return replace(claim, lease_until=now + lease)


def finish(session: Session, claim: Claim, *, now: datetime) -> None:
    """Say that it is done, in the transaction that writes the result."""
    row = _held(session, claim, now=now)
    row.state = WorkState.DONE
    row.done_at = now
    _give_up(row)


def fail(
    session: Session,
    claim: Claim,
    *,
    error: str,
    retryable: bool,
    now: datetime,
    max_attempts: int = MAX_ATTEMPTS,
) -> WorkState:
    """Give it back after an error: later again, or never (a dead letter).

    Args:
        error: a code or message without personal data.
    """
    row = _held(session, claim, now=now)
    row.last_error = error
    _give_up(row)
    if retryable and row.attempts < max_attempts:
        row.due_at = now + _wait(row.attempts)
    else:
        row.state = WorkState.DEAD
        row.done_at = now
    return WorkState(row.state)


def release(session: Session, claim: Claim, *, now: datetime) -> None:
    """Give it back unharmed: the next one finds it as if it was never taken."""
    row = _held(session, claim, now=now)
    row.attempts -= 1
    _give_up(row)


def reclaim(session: Session, *, worker: str) -> None:
    """Free what a worker had leased; only for whoever knows that it is dead.

    The attempt stays counted: a page that kills its worker must end some day.
    """
    leased = select(Work).where(Work.leased_by == worker, _OPEN)
    for row in session.scalars(leased.with_for_update()).all():
        _give_up(row)


def bury(
    database: Database,
    *,
    kinds: Sequence[str],
    now: datetime,
    max_attempts: int = MAX_ATTEMPTS,
) -> tuple[Claim, ...]:
    """End what killed every worker that took it; they are the sweep's to report.

    A worker that dies never calls `fail`, so its item would come back for ever.
    """
    lost = select(Work).where(
        Work.kind.in_(kinds),
        _OPEN,
        Work.attempts >= max_attempts,
        Work.lease_until < now,
    )
    with database.look() as session:
        if session.scalars(lost.limit(1)).first() is None:
            return ()
    with database.begin() as session:
        rows = session.scalars(lost.with_for_update(skip_locked=True)).all()
        buried = tuple(_claim(row) for row in rows)
        for row in rows:
            row.state = WorkState.DEAD
            row.done_at = now
            row.last_error = f"the worker was lost {row.attempts} times"
            _give_up(row)
    return buried


def due(session: Session, *, kinds: Sequence[str], now: datetime) -> dict[str, int]:
    """How many rows of each kind could be claimed at this moment."""
    counts = session.execute(
        select(Work.kind, func.count())
        .where(Work.kind.in_(kinds), _free(now, site=None, subject=None))
        .group_by(Work.kind)
    )
    return {kind: count for kind, count in counts}


def _free(
    now: datetime, *, site: str | None, subject: int | None
) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool] | TextClause] = [
        _OPEN,
        Work.due_at <= now,
        or_(Work.lease_until.is_(None), Work.lease_until < now),
    ]
    if site is not None:
        wanted.append(Work.site == site)
    if subject is not None:
        wanted.append(Work.subject == subject)
    return and_(*wanted)


def _next(kind: str, free: ColumnElement[bool]) -> Select[Work]:
    # One kind at a time, because the index then gives the order without a sort.
    return (
        select(Work)
        .where(Work.kind == kind, free)
        .order_by(Work.priority, Work.id)
        .limit(1)
    )


def _lease(row: Work, *, worker: str, until: datetime) -> Claim:
    row.attempts += 1
    row.fence += 1
    row.lease_until = until
    row.leased_by = worker
    return _claim(row)


def _claim(row: Work) -> Claim:
    if row.lease_until is None or row.leased_by is None:
        raise ValueError(f"work {row.id} is not leased")
    return Claim(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        site=row.site,
        fence=row.fence,
        attempts=row.attempts,
        lease_until=row.lease_until,
        leased_by=row.leased_by,
    )


def _held(session: Session, claim: Claim, *, now: datetime) -> Work:
    row = session.scalars(
        select(Work)
        .where(
            Work.id == claim.id,
            Work.fence == claim.fence,
            Work.state == WorkState.OPEN,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise StaleFenceError(
            f"{claim.leased_by} no longer holds {claim.kind} {claim.subject} "
            f"(leased until {claim.lease_until:%H:%M:%S}, it is {now:%H:%M:%S} UTC): "
            "somebody else has taken or finished it. Nothing was saved; open it again."
        )
    return row


def _give_up(row: Work) -> None:
    # A fence of its own for "nobody" makes every claim given out before stale.
    row.fence += 1
    row.lease_until = None
    row.leased_by = None


def _wait(attempts: int) -> timedelta:
    # Twenty doublings are beyond any limit, and no timedelta overflows yet.
    doublings: int = min(attempts - 1, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
