"""The rows of work behind a queue: one to register, one to look up what is in doubt."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage import work
from storage.tables import NEVER_DUE, Clock, Delivery, RobotQueue

REGISTER, LOOK_UP, CORRECT = "robot", "doubt", "correct"


def kind_of(step: str, queue: RobotQueue) -> str:
    """What rows of work for this step of a queue are called."""
    if step == CORRECT:
        # It is registering too, with all that is promised of that.
        return f"{REGISTER}.{queue.id}.{CORRECT}"
    return f"{step}.{queue.id}"


def registering(queue: RobotQueue) -> tuple[str, str]:
    """The kinds of work after which something may be registered."""
    return kind_of(REGISTER, queue), kind_of(CORRECT, queue)


def step_of(row: Delivery) -> str:
    """How a delivery is registered: as a new record, or over the one that is there."""
    return REGISTER if row.corrects_id is None else CORRECT


def put_work(
    session: Session,
    queue: RobotQueue,
    row: Delivery,
    *,
    now: datetime,
    step: str = REGISTER,
    after: int = 0,
) -> None:
    """Ask for a step; what is due first is handed out first.

    Args:
        after: the last fence that anybody had for this item, whatever the step: a
            robot of before must not be taken for the one that has it now.
    """
    filing, kind = row.entry.filing, kind_of(step, queue)
    clock = session.get(Clock, row.entry_id)
    work.put(
        session,
        kind=kind,
        subject=row.id,
        site=filing.site,
        form=filing.form,
        deadline=(clock.due_on if clock else None) or NEVER_DUE,
        fence=after,
        now=now,
    )
