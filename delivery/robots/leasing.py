"""Handing work out to robots: under a lease, with a fence, while the queue is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from delivery.robots.lost import bury, gather_lost
from delivery.robots.queues import opens_at
from delivery.robots.record import erased_of
from delivery.robots.refusals import LostLeaseError
from delivery.robots.registrations import begin
from delivery.robots.way import Act, By, go
from delivery.robots.work import LOOK_UP, REGISTER, kind_of, step_of
from kamizero.errors import ConflictError, MissingError
from storage import audit, work
from storage.claims import IS_OPEN, Claim, claim_on, free
from storage.tables import Delivery, Entry, RobotQueue, Work

MOST_AT_ONCE = 50
ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Held:
    """One item in a robot's hands."""

    claim: Claim
    row: Delivery


def lease(
    session: Session,
    queue: RobotQueue,
    *,
    robot: str,
    limit: int,
    now: datetime,
    step: str = REGISTER,
) -> list[Held]:
    """The next items, nobody else's until their lease ends; none while it is closed.

    What is in doubt can be looked up at any hour.
    """
    gather_lost(session, queue, now=now)
    if step != LOOK_UP and opens_at(session, queue, now=now) != now:
        return []
    claims = work.take(
        session,
        kind=kind_of(step, queue),
        worker=robot,
        lease=timedelta(seconds=queue.lease_seconds),
        now=now,
        limit=min(limit, MOST_AT_ONCE),
    )
    rows = {row.id: row for row in _rows(session, [one.subject for one in claims])}
    gone = erased_of(session, [row.entry for row in rows.values()])
    held = []
    for claim in claims:
        row = rows[claim.subject]
        if row.entry_id in gone and step != LOOK_UP:
            # Nobody can register what was destroyed: people say what becomes of it.
            bury(session, queue, session.get_one(Work, claim.id), now=now, why=ERASED)
        else:
            held.append(Held(claim, row))
    for one in held:
        _tell(session, one, queue, step, now=now)
    return held


def may_have_any(
    session: Session, queue: RobotQueue, *, now: datetime, step: str = REGISTER
) -> bool:
    """Whether asking for a lease is worth a transaction; only a look."""
    if step != LOOK_UP and opens_at(session, queue, now=now) != now:
        return False
    waiting = select(Work.id).where(Work.kind == kind_of(step, queue), free(now))
    return session.scalar(waiting.limit(1)) is not None


def held_item(
    session: Session,
    queue: RobotQueue,
    item: int,
    *,
    robot: str,
    fence: int,
    now: datetime,
    step: str = REGISTER,
) -> Held:
    """What a robot says it holds, locked: nobody gathers or leases it meanwhile.

    Raises:
        MissingError: the queue has no such item.
        LostLeaseError: the robot does not hold it, or not any more.
    """
    row = find_item(session, queue, item)
    kind = kind_of(step_of(row) if step == REGISTER else step, queue)
    claim = work.held_by(session, robot, kind=kind, subject=item)
    if claim is None or claim.fence != fence:
        raise LostLeaseError(
            f"{robot} does not hold item {item} with fence {fence} (it is "
            f"{row.state}). Nothing was noted; do not register it, lease anew."
        )
    work.hold(session, claim, now=now)
    session.refresh(row, ["state"])
    return Held(claim, row)


def held_rows(
    session: Session, queue: RobotQueue, items: Sequence[int], *, step: str
) -> list[tuple[Claim, Delivery]]:
    """Those of the items that somebody holds now, in their order."""
    claims = {
        row.subject: claim_on(row)
        for row in session.scalars(
            select(Work).where(
                Work.kind == kind_of(step, queue),
                Work.subject.in_(items),
                Work.leased_by.is_not(None),
                IS_OPEN,
            )
        )
    }
    rows = {row.id: row for row in _rows(session, list(claims))}
    return [(claims[item], rows[item]) for item in items if item in claims]


def find_item(session: Session, queue: RobotQueue, item: int) -> Delivery:
    """An item of the queue. Raises MissingError."""
    row = next(iter(_rows(session, [item])), None)
    if row is None or row.subscriber != queue.name:
        raise MissingError(f"The queue {queue.name} has no item {item}.")
    return row


def extend(session: Session, queue: RobotQueue, held: Held, *, now: datetime) -> Claim:
    """Give the robot as long again from now."""
    lease = timedelta(seconds=queue.lease_seconds)
    return work.prolong(session, held.claim, lease=lease, now=now)


def commit(session: Session, queue: RobotQueue, held: Held, *, now: datetime) -> Claim:
    """Note that the robot registers from now on: the point of no return.

    Said again, it is noted once. The lease begins anew.

    Raises:
        LostLeaseError: the lease is over, so somebody else may have the item.
        ConflictError: the record is not in force any more.
    """
    claim = held.claim
    if held.row.state == "taken":
        return claim
    if claim.lease_until < now:
        raise LostLeaseError(
            f"The lease of item {claim.subject} ended {claim.lease_until:%H:%M:%S} "
            "UTC. Do not register it; lease anew."
        )
    if held.row.entry.state != "approved":
        raise ConflictError(
            f"Entry {held.row.entry.n} of filing {held.row.entry.filing_id} is "
            f"{held.row.entry.state} now. Do not register it; release it."
        )
    extended = extend(session, queue, held, now=now)
    go(
        session,
        held.row,
        Act.COMMIT,
        by=By.ROBOT,
        actor=claim.leased_by,
        now=now,
        about={"fence": claim.fence},
    )
    begin(session, held.row, fence=claim.fence, by=claim.leased_by, now=now)
    return extended


def release(session: Session, held: Held, *, now: datetime) -> None:
    """Give an item back that was not begun. Raises ConflictError after `committing`."""
    if held.row.state == "taken":
        raise ConflictError(
            f"Item {held.claim.subject} is at the point of no return: complete it, or "
            "fail it and say whether it is registered."
        )
    work.release(session, held.claim, now=now)


def _rows(session: Session, ids: Sequence[int]) -> Sequence[Delivery]:
    return session.scalars(
        select(Delivery)
        .where(Delivery.id.in_(ids))
        .options(
            joinedload(Delivery.entry).joinedload(Entry.filing),
            joinedload(Delivery.entry).joinedload(Entry.approval),
            joinedload(Delivery.corrects).joinedload(Delivery.entry),
        )
    ).all()


def _tell(
    session: Session, held: Held, queue: RobotQueue, step: str, *, now: datetime
) -> None:
    audit.record(
        session,
        actor=held.claim.leased_by,
        act="delivery.leased",
        subject_kind="entry",
        subject_id=held.row.entry_id,
        now=now,
        body={
            "filing": held.row.entry.filing_id,
            "subscriber": queue.name,
            "step": step,
            "fence": held.claim.fence,
            "attempt": held.claim.attempts,
        },
    )
