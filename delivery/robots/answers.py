"""What robots and people say became of an item, and what is done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from delivery.refused import refuse
from delivery.robots import registrations
from delivery.robots.comparing import differing
from delivery.robots.leasing import Held, commit
from delivery.robots.lost import doubt, tell_dead
from delivery.robots.record import flat_record
from delivery.robots.refusals import NotShownError, WayForbidsError
from delivery.robots.way import Act, By, go
from forms.definition import FormDefinition
from forms.flat_names import flat_name
from storage import work
from storage.clocks import end_clock
from storage.tables import (
    ClockEnd,
    Delivery,
    DeliveryState,
    LostLease,
    Outcome,
    RobotQueue,
    Work,
    WorkState,
)
from storage.vault import Vault
from storage.words import MASK, demand_no_number

# How a delivery stands whose last registration came out so.
_STATES = {
    Outcome.REGISTERED: DeliveryState.REGISTERED,
    Outcome.REJECTED: DeliveryState.REJECTED,
    Outcome.IN_DOUBT: DeliveryState.IN_DOUBT,
    Outcome.NOT_REGISTERED: DeliveryState.PENDING,
}


class Fault(StrEnum):
    """Whose fault a failure is: the record's, which no repetition helps, or not."""

    BUSINESS = "business"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the host's screen showed: the number it gave, and values by name."""

    host_number: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an item was not registered.

    Attributes:
        code: the host's or the robot's own; never a value of the record.
        fields: flat names of what the host refuses, as far as its screen says.
        unregistered: the robot knows that nothing is registered.
        wait: until when it is not handed out again, where the robot knows better.
    """

    kind: Fault
    code: str
    fields: tuple[str, ...] = ()
    unregistered: bool = False
    wait: timedelta | None = None

    def __post_init__(self) -> None:
        demand_no_number(self.code)


def complete(
    session: Session,
    vault: Vault,
    queue: RobotQueue,
    held: Held,
    *,
    definition: FormDefinition,
    shown: Shown,
    now: datetime,
) -> DeliveryState:
    """Note that the host has it; in doubt where its screen showed something else.

    Raises:
        NotShownError: what must be shown is missing.
        WayForbidsError: it was not committed to, and the queue asks for that.
    """
    row, claim = held.row, held.claim
    record = flat_record(session, vault, row.entry)
    masked = [name for name in shown.fields if record.get(name) == MASK]
    if masked:
        raise NotShownError(f"Leave {', '.join(masked)} out: numbers are not compared.")
    differs = differing(
        definition, record, shown.fields, must_show=_asked(queue, definition)
    )
    if row.state == DeliveryState.PENDING:
        if queue.on_lost_lease == LostLease.DOUBT:
            raise WayForbidsError(
                f"Say `committing` for item {row.id} before it is registered: only "
                "then nobody else is given it."
            )
        commit(session, queue, held, now=now)
    if differs:
        doubt(
            session,
            queue,
            row,
            session.get_one(Work, claim.id),
            code="differs",
            by=By.ROBOT,
            now=now,
            act=Act.DIFFER,
            host_number=shown.host_number,
            differs=differs,
        )
        return DeliveryState.IN_DOUBT
    work.finish(session, claim, now=now)
    registrations.end(
        session, row, Outcome.REGISTERED, now=now, host_number=shown.host_number
    )
    go(session, row, Act.COMPLETE, by=By.ROBOT, actor=claim.leased_by, now=now)
    end_clock(session, row.entry, by=ClockEnd.DELIVERY, now=now)
    return DeliveryState.REGISTERED


def _asked(queue: RobotQueue, definition: FormDefinition) -> list[str]:
    """What must be shown; in a queue of several forms, of what this one has."""
    if queue.form is not None:
        return list(queue.must_show)
    names = {flat_name(one.name) for one in definition.fields}
    return [name for name in queue.must_show if name in names]


def fail(
    session: Session,
    queue: RobotQueue,
    held: Held,
    failure: Failure,
    *,
    now: datetime,
) -> DeliveryState:
    """Note a failure: rejected, in doubt, or later again until it is given up."""
    row, claim, robot = held.row, held.claim, held.claim.leased_by
    about = {"code": failure.code}
    if failure.kind == Fault.BUSINESS:
        work.finish(session, claim, now=now)
        refuse(
            session,
            row,
            Act.REJECT,
            by=By.ROBOT,
            actor=robot,
            now=now,
            code=failure.code,
            fields=failure.fields,
            begun=(claim.fence, robot),
        )
        return DeliveryState.REJECTED
    leased = session.get_one(Work, claim.id)
    if row.state == DeliveryState.TAKEN:
        if queue.on_lost_lease == LostLease.DOUBT and not failure.unregistered:
            doubt(session, queue, row, leased, code=failure.code, by=By.ROBOT, now=now)
            return DeliveryState.IN_DOUBT
        go(session, row, Act.GIVE_BACK, by=By.ROBOT, actor=robot, now=now, about=about)
        registrations.end(
            session, row, Outcome.NOT_REGISTERED, now=now, code=failure.code
        )
    left = work.fail(
        session,
        claim,
        error=failure.code,
        retryable=True,
        now=now,
        max_attempts=queue.max_attempts,
        wait=failure.wait,
    )
    if left is WorkState.DEAD:
        tell_dead(session, queue, leased, now=now)
    return DeliveryState(row.state)


def answered(
    session: Session, row: Delivery, fence: int, *, robot: str, host_number: str = ""
) -> DeliveryState | None:
    """What became of this robot's registration under this fence, None where it is open.

    A robot that was given up as lost and comes back settles nothing; the number it
    names stands beside the doubt, for whoever looks.
    """
    known = registrations.of_fence(session, row, fence)
    if known is None or known.by != robot or known.outcome == Outcome.UNDER_WAY:
        return None
    if known.outcome == Outcome.IN_DOUBT and host_number and not known.host_number:
        known.host_number = host_number
    return _STATES[Outcome(known.outcome)]
