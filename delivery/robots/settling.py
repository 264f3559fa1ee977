"""Settling what is in doubt or was given up: by a look in the host, or by hand."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delivery.refused import refuse
from delivery.robots import registrations
from delivery.robots.refusals import WayForbidsError
from delivery.robots.way import Act, By, go
from delivery.robots.work import LOOK_UP, kind_of, put_work, step_of
from kamizero.errors import ConflictError
from storage import audit, work
from storage.claims import IS_OPEN
from storage.clocks import end_clock
from storage.tables import (
    ClockEnd,
    Delivery,
    DeliveryState,
    Outcome,
    Registration,
    RobotQueue,
    Work,
    WorkState,
)

# Fences of work count up from 1: none was ever this.
_BY_HAND = 0


class Settled(StrEnum):
    """What a look in the host says."""

    REGISTERED = "registered"
    REJECTED = "rejected"
    NOT_REGISTERED = "not_registered"


_ENDS = {
    Settled.REGISTERED: (Act.SETTLE, Outcome.REGISTERED),
    Settled.NOT_REGISTERED: (Act.SETTLE_OPEN, Outcome.NOT_REGISTERED),
}


def settle(
    session: Session,
    queue: RobotQueue,
    row: Delivery,
    outcome: Settled,
    *,
    by: By,
    actor: str,
    now: datetime,
    host_number: str = "",
    code: str = "",
) -> DeliveryState:
    """Say what became of an item; whoever was looking it up need not any more.

    What is not registered is work again.

    Raises:
        WayForbidsError: it is not in doubt.
        ConflictError: a person may also settle a dead letter, and it is none.
    """
    session.refresh(row, ["state"], with_for_update=True)
    # Of something in doubt a person says the same as a robot that looks.
    is_doubt = row.state == DeliveryState.IN_DOUBT
    if not is_doubt and by != By.PERSON:
        raise WayForbidsError(
            f"Item {row.id} is {row.state} and not in doubt any more: somebody has "
            "settled it. Nothing was noted."
        )
    if not is_doubt:
        demand_dead(session, queue, row)
    settler = By.SETTLER if is_doubt else by
    begun = None if is_doubt else (_BY_HAND, actor)
    if outcome == Settled.REJECTED:
        refuse(
            session,
            row,
            Act.SETTLE_REJECTED,
            by=settler,
            actor=actor,
            now=now,
            code=code,
            begun=begun,
            settled_by=actor,
        )
    else:
        act, end = _ENDS[outcome]
        registrations.end(
            session,
            row,
            end,
            now=now,
            host_number=host_number,
            code=code,
            settled_by=actor,
            begun=begun,
        )
        about = {"code": code} if code else None
        go(session, row, act, by=settler, actor=actor, now=now, about=about)
    last = _last_fence(session, queue, row)
    work.end(session, kind=kind_of(LOOK_UP, queue), subject=row.id, now=now)
    if outcome == Settled.REGISTERED:
        end_clock(session, row.entry, by=ClockEnd.DELIVERY, now=now)
    if outcome == Settled.NOT_REGISTERED:
        put_work(session, queue, row, now=now, step=step_of(row), after=last)
    return DeliveryState(row.state)


def try_again(
    session: Session, queue: RobotQueue, row: Delivery, *, actor: str, now: datetime
) -> None:
    """Put a dead letter back among the work, its attempts counted anew."""
    session.refresh(row, ["state"], with_for_update=True)
    dead = demand_dead(session, queue, row)
    put_work(session, queue, row, now=now, step=step_of(row), after=dead.fence)
    audit.record(
        session,
        actor=actor,
        act="delivery.tried_again",
        subject_kind="entry",
        subject_id=row.entry_id,
        now=now,
        body={"filing": row.entry.filing_id, "subscriber": queue.name},
    )


def demand_dead(session: Session, queue: RobotQueue, row: Delivery) -> Work:
    """The dead letter. Raises ConflictError where robots still work on it, or did."""
    last = session.scalars(
        select(Work)
        .where(Work.kind == kind_of(step_of(row), queue), Work.subject == row.id)
        .order_by(Work.id.desc())
        .limit(1)
    ).one_or_none()
    if (
        row.state != DeliveryState.PENDING
        or last is None
        or last.state != WorkState.DEAD
    ):
        raise ConflictError(
            f"Item {row.id} is {row.state} and no dead letter. Load the page again."
        )
    return last


def _last_fence(session: Session, queue: RobotQueue, row: Delivery) -> int:
    """The last fence of an item in doubt: of its registrations, or of who looks."""
    registered = select(func.max(Registration.fence)).where(
        Registration.delivery_id == row.id
    )
    looked = select(Work.fence).where(
        Work.kind == kind_of(LOOK_UP, queue), Work.subject == row.id, IS_OPEN
    )
    # Whatever was leased was let go once since, which counts up as well.
    return max(session.scalar(registered) or 0, session.scalar(looked) or 0) + 1
