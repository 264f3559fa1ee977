"""How each queue stands, and what in it waits for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from delivery.robots import registrations
from delivery.robots.queues import opens_at
from delivery.robots.work import registering
from storage.tables import (
    Delivery,
    DeliveryState,
    Entry,
    Registration,
    RobotQueue,
    Work,
    WorkState,
)

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """One queue.

    Attributes:
        opens_at: when it is open next, `now` where it is, None for never.
        counts: deliveries by state.
        dead: how many of the pending ones no robot is given any more.
    """

    queue: RobotQueue
    opens_at: datetime | None
    counts: Mapping[DeliveryState, int]
    dead: int


@dataclass(frozen=True, slots=True)
class Open:
    """One item that waits for a person; `last` is how it was tried last."""

    queue: RobotQueue
    row: Delivery
    last: Registration | None
    error: str | None


def standing_of(session: Session, queue: RobotQueue, *, now: datetime) -> Standing:
    counts = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.subscriber == queue.name)
        .group_by(Delivery.state)
    )
    found = {DeliveryState(state): count for state, count in counts}
    dead = session.scalar(select(func.count()).select_from(_dead(queue).subquery()))
    return Standing(
        queue=queue,
        opens_at=opens_at(session, queue, now=now),
        counts={state: found.get(state, 0) for state in DeliveryState},
        dead=dead or 0,
    )


def doubts(session: Session, queue: RobotQueue) -> list[Open]:
    """What is in doubt, the oldest first."""
    rows = session.scalars(
        select(Delivery)
        .where(
            Delivery.subscriber == queue.name,
            Delivery.state == DeliveryState.IN_DOUBT,
        )
        .options(joinedload(Delivery.entry).joinedload(Entry.filing))
        .order_by(Delivery.id)
        .limit(_SHOWN)
    ).all()
    return _opened(session, queue, [(row, None) for row in rows])


def dead_letters(session: Session, queue: RobotQueue) -> list[Open]:
    """What was given up, the oldest first."""
    rows = session.execute(
        _dead(queue)
        .add_columns(Work.last_error)
        .options(joinedload(Delivery.entry).joinedload(Entry.filing))
        .order_by(Delivery.id)
        .limit(_SHOWN)
    ).all()
    return _opened(session, queue, [(row, error) for row, error in rows])


def _dead(queue: RobotQueue) -> Select[Delivery]:
    again = Work.__table__.alias()
    later = select(again.c.id).where(
        again.c.kind == Work.kind, again.c.subject == Delivery.id, again.c.id > Work.id
    )
    return (
        select(Delivery)
        .join(Work, Work.subject == Delivery.id)
        .where(
            Delivery.subscriber == queue.name,
            Delivery.state == DeliveryState.PENDING,
            Work.kind.in_(registering(queue)),
            Work.state == WorkState.DEAD,
            ~later.exists(),
        )
    )


def _opened(
    session: Session,
    queue: RobotQueue,
    found: Sequence[tuple[Delivery, str | None]],
) -> list[Open]:
    last = registrations.latest(session, [row.id for row, _ in found])
    return [Open(queue, row, last.get(row.id), error) for row, error in found]
