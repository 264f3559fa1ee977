"""How a queue of robots that suggest values stands, and what they gave up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from review.suggesting.asking import kind_of
from review.suggesting.leasing import given_up
from storage.claims import unheld
from storage.tables import Entry, EntryState, RobotQueue, Work, WorkState

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One entry whose robots did not find anything out, and their code for it."""

    entry: Entry
    code: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One queue: entries in review that wait for a robot, or that one has now.

    `lost` are the oldest of those that were given up.
    """

    queue: RobotQueue
    waiting: int
    in_hand: int
    given_up: int
    lost: Sequence[GivenUp]


def standing_of(session: Session, queue: RobotQueue, *, now: datetime) -> Standing:
    held = func.sum(case((unheld(now), 0), else_=1))
    every, in_hand = session.execute(
        select(func.count(), held)
        .select_from(Work)
        .join(Entry, Entry.id == Work.subject)
        .where(
            Work.kind == kind_of(queue),
            Work.state == WorkState.OPEN,
            Entry.state == EntryState.IN_REVIEW,
        )
    ).one()
    dead = given_up(queue)
    count = select(func.count()).select_from(dead.order_by(None).subquery())
    return Standing(
        queue=queue,
        waiting=every - (in_hand or 0),
        in_hand=in_hand or 0,
        given_up=session.scalar(count) or 0,
        lost=[
            GivenUp(session.get_one(Entry, row.subject), row.last_error or "")
            for row in session.scalars(dead.limit(_SHOWN)).all()
        ],
    )
