"""Work nobody is at: what waits, and what was lost with its worker."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.claims import IS_OPEN, free, let_go, unheld
from storage.database import Database
from storage.tables import Work, WorkState

# Far more than a machine loses by bad luck: power cuts and restarts count as well.
MOST_LOSSES = 20


def due(session: Session, *, kinds: Sequence[str], now: datetime) -> dict[str, int]:
    """How many rows of each kind could be claimed at this moment."""
    counts = session.execute(
        select(Work.kind, func.count())
        .where(Work.kind.in_(kinds), free(now))
        .group_by(Work.kind)
    )
    return {kind: count for kind, count in counts}


def reclaim(session: Session, *, worker: str) -> None:
    """Free what a worker had leased; only for whoever knows that it is dead.

    The attempt stays counted: a page that kills its worker must end some day.
    """
    leased = select(Work).where(Work.leased_by == worker, IS_OPEN)
    for row in session.scalars(leased.with_for_update()).all():
        let_go(row)


def bury(
    database: Database,
    *,
    kinds: Sequence[str],
    now: datetime,
    mourn: Callable[[Session, str, int], None],
    max_attempts: int = MOST_LOSSES,
) -> None:
    """End what killed every worker that took it.

    A worker that dies never calls `fail`, so its item would come back for ever. What
    failed because the store was down was excused and is not counted.

    Args:
        mourn: writes down what becomes of the subject (kind of work and id), in the
            transaction that ends the work: a dead row whose subject still looks
            alive is seen by nobody.
    """
    lost = select(Work).where(
        Work.kind.in_(kinds),
        IS_OPEN,
        Work.attempts - Work.excused >= max_attempts,
        unheld(now),
    )
    with database.look() as session:
        # Idle workers stay away from the writer's lock.
        if session.scalars(lost.limit(1)).first() is None:
            return
    with database.begin() as session:
        for row in session.scalars(lost.with_for_update(skip_locked=True)).all():
            row.state = WorkState.DEAD
            row.done_at = now
            row.last_error = f"the worker was lost {row.attempts - row.excused} times"
            let_go(row)
            mourn(session, row.kind, row.subject)
