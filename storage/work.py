"""Work as rows: the one place that hands things out and takes results back.

OCR steps, the review queue and robots all claim here. A claim is a lease with a
fence: whoever comes back with an older fence than the row's has lost the item.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from kamizero import traces
from kamizero.errors import StaleFenceError
from storage.claims import IS_OPEN, Claim, claim_on, free, let_go, unheld
from storage.database import Database
from storage.holding import held_rows
from storage.insertion import insert
from storage.tables import NEVER_DUE, Work, WorkState

__all__ = [
    "Claim",
    "call_off",
    "claim",
    "claim_on",
    "end",
    "extend",
    "fail",
    "finish",
    "hasten",
    "held_by",
    "hold",
    "hold_own",
    "prolong",
    "put",
    "release",
    "take",
]

# What must hold of a row besides that it is free.
_Wanted = tuple[ColumnElement[bool], ...]
# A kind, and what else must hold of its row.
_Turn = tuple[str, _Wanted]
_ANY = true()
_Ask = TypeVar("_Ask", bound=Select[*tuple[Any, ...]])

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# What failed because the machine did goes on soon after it is back.
LONGEST_OUTAGE_WAIT = timedelta(seconds=30)
MAX_ATTEMPTS = 5


def put(
    session: Session,
    *,
    kind: str,
    subject: int,
    site: str,
    now: datetime,
    priority: int = 100,
    due_at: datetime | None = None,
    deadline: date = NEVER_DUE,
    form: str | None = None,
    doubt: int = 0,
    fence: int = 0,
) -> None:
    """Ask for something to be done; nothing new where it is already asked for.

    Args:
        priority: lower is earlier.
        due_at: it is handed out to nobody before.
        deadline: among those of one priority, the earlier day comes first.
        doubt: how many points of it are open.
        fence: where it counts on from, if it was done before and claims on that time
            must stay stale.
    """
    row = insert(session, Work).values(
        kind=kind,
        subject=subject,
        site=site,
        priority=priority,
        due_at=due_at or now,
        deadline=deadline,
        form=form,
        doubt=doubt,
        state=WorkState.OPEN,
        attempts=0,
        fence=fence,
        created_at=now,
        trace=traces.here(),
    )
    session.execute(
        row.on_conflict_do_nothing(
            index_elements=["kind", "subject"],
            index_where=IS_OPEN,
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
    only: Sequence[ColumnElement[bool]] = (_ANY,),
) -> Claim | None:
    """Lease the most urgent thing nobody works on, in a transaction of its own.

    Args:
        only: what else must hold of the row for this worker to get it; whatever meets
            the first condition comes before all that meets the next.
    """
    of_these = _wanted(site=site, subject=subject)
    in_turn = [of_these if one is _ANY else (*of_these, one) for one in only]
    if not database.has_one_writer:
        with database.begin() as session:
            turns = _turns(session, kinds, in_turn, now=now)
            return _leased(session, turns, worker=worker, lease=lease, now=now)
    # Looking first keeps idle workers away from the lock of the one writer.
    with database.look() as session:
        seen = list(_seen(session, kinds, in_turn, now=now))
    if not seen:
        return None
    with database.begin() as session:
        return _leased(session, seen, worker=worker, lease=lease, now=now)


def hold(session: Session, claim: Claim, *, now: datetime) -> None:
    """Lock the row until the commit; the first line of a transaction with results.

    A lease that ran out while nobody else asked still holds.

    Raises:
        StaleFenceError: somebody else has it, or it is already done.
    """
    _held(session, claim, now=now)


def take(
    session: Session,
    *,
    kind: str,
    worker: str,
    lease: timedelta,
    now: datetime,
    limit: int,
    only: ColumnElement[bool] = _ANY,
) -> list[Claim]:
    """Lease the most urgent things of a kind that nobody works on, in one go.

    Args:
        only: what else must hold of the row.
    """
    wanted = _NEXT.where(only).limit(limit)
    rows = session.scalars(
        wanted.with_for_update(skip_locked=True, of=Work), {"kind": kind, "now": now}
    )
    return [
        _lease(row, worker=worker, now=now, until=now + lease) for row in rows.all()
    ]


def extend(
    database: Database, claim: Claim, *, lease: timedelta, now: datetime
) -> Claim:
    """Ask for more time. Raises StaleFenceError."""
    with database.begin() as session:
        return prolong(session, claim, lease=lease, now=now)


def prolong(
    session: Session, claim: Claim, *, lease: timedelta, now: datetime
) -> Claim:
    """The same in a transaction of the caller's."""
    _held(session, claim, now=now).lease_until = now + lease
    return replace(claim, lease_until=now + lease)


def finish(session: Session, claim: Claim, *, now: datetime) -> None:
    """Say that it is done, in the transaction that writes the result."""
    row = _held(session, claim, now=now)
    row.state = WorkState.DONE
    row.done_at = now
    if row.leased_at is not None:
        # A clock that was set back measures nothing.
        row.seconds = max((now - row.leased_at).total_seconds(), 0.0)
    let_go(row)


def fail(
    session: Session,
    claim: Claim,
    *,
    error: str,
    retryable: bool,
    now: datetime,
    max_attempts: int | None = MAX_ATTEMPTS,
    wait: timedelta | None = None,
    longest: timedelta = LONGEST_WAIT,
) -> WorkState:
    """Give it back after an error: later again, or never (a dead letter).

    It waits twice as long each time. Attempts that count for nothing do not make it
    wait longer after one that counts, and the other way round.

    Args:
        error: a code or message without personal data.
        wait: how long until it is tried again, where whoever failed knows better.
        longest: it never waits for longer.
        max_attempts: None where the work itself is not to blame, however often; the
            attempt then counts for nothing, here and in the sweep.
    """
    row = _held(session, claim, now=now)
    row.last_error = error
    let_go(row)
    if max_attempts is None:
        row.excused += 1
    blamed = row.attempts - row.excused
    if retryable and (max_attempts is None or blamed < max_attempts):
        alike = row.excused if max_attempts is None else blamed
        row.due_at = now + (_wait(alike, longest) if wait is None else wait)
    else:
        row.state = WorkState.DEAD
        row.done_at = now
    return WorkState(row.state)


def release(
    session: Session,
    claim: Claim,
    *,
    now: datetime,
    due_at: datetime | None = None,
    reserved_for: str | None = None,
) -> None:
    """Give it back unharmed: the next one finds it as if it was never taken.

    Args:
        due_at: until then it comes to nobody of itself.
        reserved_for: whom alone it is handed out to from now on.
    """
    row = _held(session, claim, now=now)
    row.attempts -= 1
    if due_at is not None:
        row.due_at = due_at
    if reserved_for is not None:
        row.reserved_for = reserved_for
    let_go(row)


def held_by(session: Session, worker: str, *, kind: str, subject: int) -> Claim | None:
    """The claim this worker has on the subject, its lease run out or not."""
    row = session.scalars(
        _OWN, {"kind": kind, "subject": subject, "worker": worker}
    ).one_or_none()
    return claim_on(row) if row is not None else None


def hold_own(session: Session, worker: str, *, kind: str, subject: int) -> Claim | None:
    """The same, for a transaction with results: its row stays locked until the end."""
    row = session.scalars(
        _OWN_LOCKED, {"kind": kind, "subject": subject, "worker": worker}
    ).one_or_none()
    if row is None:
        return None
    held_rows(session)[Work, row.id] = row
    return claim_on(row)


def hasten(
    session: Session,
    *,
    kind: str,
    subject: int,
    now: datetime,
    reserved_for: str | None = None,
) -> bool:
    """Make it due now, where it was put off; tell whether it was."""
    row = session.scalars(
        _open(kind, subject).where(Work.due_at > now).with_for_update()
    ).one_or_none()
    if row is None:
        return False
    row.due_at = now
    row.reserved_for = reserved_for or row.reserved_for
    return True


def call_off(
    session: Session,
    *,
    kind: str,
    subject: int,
    now: datetime,
    only: ColumnElement[bool] = _ANY,
) -> bool:
    """End it because nothing is left to do; False where somebody is at it.

    Args:
        only: what else must hold of the row.
    """
    row = session.scalars(
        _open(kind, subject).where(unheld(now), only).with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return False
    row.state = WorkState.DONE
    row.done_at = now
    # Whoever let the lease run out comes too late from here on.
    let_go(row)
    return True


def end(session: Session, *, kind: str, subject: int, now: datetime) -> None:
    """End it because its subject is no more; whoever is at it has lost it."""
    for row in session.scalars(_open(kind, subject).with_for_update()):
        row.state = WorkState.DONE
        row.done_at = now
        let_go(row)


def _leased(
    session: Session,
    turns: Iterable[_Turn],
    *,
    worker: str,
    lease: timedelta,
    now: datetime,
) -> Claim | None:
    for kind, wanted in turns:
        row = session.scalars(
            _narrowed(_NEXT_LOCKED, wanted), {"kind": kind, "now": now}
        ).one_or_none()
        if row is not None:
            return _lease(row, worker=worker, now=now, until=now + lease)
    return None


def _turns(
    session: Session, kinds: Sequence[str], in_turn: Sequence[_Wanted], *, now: datetime
) -> Iterable[_Turn]:
    """What to try one after the other; a single kind needs no look for its order."""
    if len(kinds) > 1:
        return _seen(session, kinds, in_turn, now=now)
    return [(kind, wanted) for wanted in in_turn for kind in kinds]


def _seen(
    session: Session, kinds: Sequence[str], in_turn: Sequence[_Wanted], *, now: datetime
) -> Iterator[_Turn]:
    """The kinds there is something of, by the urgency of their first rows."""
    for wanted in in_turn:
        heads = _heads(tuple(kinds), wanted) if wanted else _all_heads(tuple(kinds))
        for kind in session.scalars(heads, {"now": now}).all():
            yield kind, wanted


def _heads(kinds: Sequence[str], wanted: _Wanted) -> Select[str]:
    """The kinds by their first rows, the most urgent first: one question for all.

    Each kind by itself, because the index then gives its order without a sort.
    """
    firsts = [
        _narrowed(_FIRST, wanted)
        .where(Work.kind == literal(kind, literal_execute=True))
        .subquery()
        for kind in kinds
    ]
    found = union_all(*(select(first) for first in firsts)).subquery()
    return select(found.c.kind).order_by(found.c.priority, found.c.deadline, found.c.id)


# Idle workers ask it twice a second.
@cache
def _all_heads(kinds: tuple[str, ...]) -> Select[str]:
    return _heads(kinds, ())


def _wanted(*, site: str | None, subject: int | None) -> _Wanted:
    found: list[ColumnElement[bool]] = []
    if site is not None:
        found.append(Work.site == site)
    if subject is not None:
        found.append(Work.subject == subject)
    return tuple(found)


def _narrowed(ask: _Ask, wanted: _Wanted) -> _Ask:
    return ask.where(*wanted) if wanted else ask


def _open(
    kind: str | BindParameter[str], subject: int | BindParameter[int]
) -> Select[Work]:
    return select(Work).where(Work.kind == kind, Work.subject == subject, IS_OPEN)


# Asked at every act of a person and of a worker: to build a statement takes longer than
# to run it.
# Written out, as kinds are: PostgreSQL takes a number that it must not know for a tenth
# of all rows, and plans anew each time once there are many.
_ONE = literal_column("1", Integer)
_BY_URGENCY = (Work.priority, Work.deadline, Work.id)
_FIRST = (
    select(Work.kind, *_BY_URGENCY)
    .where(free(bindparam("now")))
    .order_by(*_BY_URGENCY)
    .limit(_ONE)
)
_NEXT = (
    select(Work)
    .where(Work.kind == bindparam("kind"), free(bindparam("now")))
    .order_by(*_BY_URGENCY)
    .limit(_ONE)
)
_NEXT_LOCKED = _NEXT.with_for_update(skip_locked=True)
_OWN = _open(bindparam("kind"), bindparam("subject")).where(
    Work.leased_by == bindparam("worker")
)
_OWN_LOCKED = _OWN.with_for_update().execution_options(populate_existing=True)
_LOCKED = (
    select(Work)
    .where(Work.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def _lease(row: Work, *, worker: str, now: datetime, until: datetime) -> Claim:
    row.attempts += 1
    row.fence += 1
    row.leased_at = now
    row.lease_until = until
    row.leased_by = worker
    return claim_on(row)


def _held(session: Session, claim: Claim, *, now: datetime) -> Work:
    held = held_rows(session)
    row: Work | None = held.get((Work, claim.id))
    if row is None:
        row = session.scalars(_LOCKED, {"id": claim.id}).one_or_none()
    if row is None or row.fence != claim.fence or row.state != WorkState.OPEN:
        raise StaleFenceError(
            f"{claim.leased_by} no longer holds {claim.kind} {claim.subject} "
            f"(leased until {claim.lease_until:%H:%M:%S}, it is {now:%H:%M:%S} UTC): "
            "somebody else has taken or finished it. Nothing was saved; open it again."
        )
    held[Work, row.id] = row
    return row


def _wait(attempts: int, longest: timedelta) -> timedelta:
    # Twenty doublings are beyond any limit, and no timedelta overflows yet.
    doublings: int = min(attempts - 1, 20)
    return min(FIRST_WAIT * (1 << doublings), longest)
