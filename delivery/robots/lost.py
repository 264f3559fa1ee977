"""Robots that were lost: what they had begun goes to doubt, or back, or is given up."""

from datetime import datetime

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from delivery.robots import registrations
from delivery.robots.way import Act, By, go
from delivery.robots.work import LOOK_UP, put_work, registering
from storage import audit
from storage.claims import IS_OPEN, let_go, unheld
from storage.database import Database
from storage.tables import (
    Delivery,
    DeliveryState,
    LostLease,
    Outcome,
    RobotQueue,
    Work,
    WorkState,
)

MACHINE = "kamizero"
LOST = "lost"


def gather_all_lost(database: Database, *, now: datetime) -> None:
    """Do it for every queue; only looks where nothing was lost."""
    with database.look() as session:
        queues = [
            queue.id
            for queue in session.scalars(select(RobotQueue))
            if _is_any_lost(session, queue, now=now)
        ]
    for number in queues:
        with database.begin() as session:
            gather_lost(session, session.get_one(RobotQueue, number), now=now)


def gather_lost(session: Session, queue: RobotQueue, *, now: datetime) -> None:
    """Take what lost robots had begun out of reach, and end what killed too many."""
    query = _begun_and_lost(queue, now).with_for_update(skip_locked=True, of=Work)
    for one in session.scalars(query).all():
        delivery = session.get_one(Delivery, one.subject)
        if queue.on_lost_lease == LostLease.DOUBT:
            doubt(session, queue, delivery, one, code=LOST, by=By.MACHINE, now=now)
        else:
            _give_back(session, delivery, one, now=now)
    worn_out = _worn_out(queue, now).with_for_update(skip_locked=True)
    for one in session.scalars(worn_out).all():
        bury(session, queue, one, now=now)


def doubt(
    session: Session,
    queue: RobotQueue,
    row: Delivery,
    leased: Work,
    *,
    code: str,
    by: By,
    now: datetime,
    act: Act = Act.DOUBT,
    host_number: str = "",
    differs: tuple[str, ...] = (),
) -> None:
    """Nobody knows whether it is registered: it is nobody's work but the looker's."""
    actor = MACHINE if by == By.MACHINE else leased.leased_by or MACHINE
    go(session, row, act, by=by, actor=actor, now=now, about={"code": code})
    registrations.end(
        session,
        row,
        Outcome.IN_DOUBT,
        now=now,
        code=code,
        host_number=host_number,
        differs=differs,
    )
    leased.state, leased.done_at, leased.last_error = WorkState.DONE, now, code
    let_go(leased)
    put_work(session, queue, row, now=now, step=LOOK_UP, after=leased.fence)


def bury(
    session: Session,
    queue: RobotQueue,
    one: Work,
    *,
    now: datetime,
    why: str | None = None,
) -> None:
    """A dead letter: it waits for a person on the page of robots."""
    one.state, one.done_at = WorkState.DEAD, now
    one.last_error = why or one.last_error or LOST
    let_go(one)
    tell_dead(session, queue, one, now=now)


def tell_dead(session: Session, queue: RobotQueue, one: Work, *, now: datetime) -> None:
    delivery = session.get_one(Delivery, one.subject)
    audit.record(
        session,
        actor=MACHINE,
        act="delivery.given_up",
        subject_kind="entry",
        subject_id=delivery.entry_id,
        now=now,
        body={
            "filing": delivery.entry.filing_id,
            "subscriber": queue.name,
            "attempts": one.attempts,
        },
    )


def _give_back(session: Session, row: Delivery, one: Work, *, now: datetime) -> None:
    """The host takes a repetition as one: somebody else may register it again."""
    go(session, row, Act.GIVE_BACK, by=By.MACHINE, actor=MACHINE, now=now)
    registrations.end(session, row, Outcome.NOT_REGISTERED, now=now, code=LOST)
    one.last_error = LOST
    let_go(one)


def _is_any_lost(session: Session, queue: RobotQueue, *, now: datetime) -> bool:
    return any(
        session.scalars(query.limit(1)).first() is not None
        for query in (_begun_and_lost(queue, now), _worn_out(queue, now))
    )


def _begun_and_lost(queue: RobotQueue, now: datetime) -> Select[Work]:
    return (
        select(Work)
        .join(Delivery, Delivery.id == Work.subject)
        .where(
            Work.kind.in_(registering(queue)),
            # Of the work: the delivery has a state too.
            text("work.state = 'open'"),
            Work.lease_until < now,
            Delivery.state == DeliveryState.TAKEN,
        )
    )


def _worn_out(queue: RobotQueue, now: datetime) -> Select[Work]:
    return select(Work).where(
        Work.kind.in_(registering(queue)),
        IS_OPEN,
        Work.attempts - Work.excused >= queue.max_attempts,
        unheld(now),
    )
