"""The queues of work for robots: which entries are in each, and when it is open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from forms.flat_names import flat_name
from kamizero.errors import ConflictError, MissingError, WrongCallError
from kamizero.tokyo import TOKYO
from storage import audit, sites
from storage.office_days import EVERYWHERE, calendar_of
from storage.tables import Entry, LostLease, QueueStep, RobotQueue

_NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
# Subscribers that are no queue.
_TAKEN = frozenset({"api"})
_FOREVER = datetime(2000, 1, 1, tzinfo=UTC)
# Further ahead than any office stays closed.
_DAYS_AHEAD = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one queue hands out, and on what terms.

    Attributes:
        form, site: whose entries are its work; None for all.
        hours: from and until when the host takes registrations, office time HH:MM.
        business_days: only on days on which the office works.
        must_show: fields that an answer must bring back from the host's screen.
        backlog: what was approved before is its work too.
        step: where on its way an entry comes to the queue.
        writes: in review, flat names of the fields its robots may say something about.
    """

    title: str
    step: QueueStep = QueueStep.REGISTER
    writes: tuple[str, ...] = ()
    form: str | None = None
    site: str | None = None
    on_lost_lease: LostLease = LostLease.DOUBT
    lease: timedelta = timedelta(minutes=5)
    max_attempts: int = 5
    hours: tuple[str, str] | None = None
    business_days: bool = False
    must_show: tuple[str, ...] = ()
    backlog: bool = False


def add_queue(
    session: Session,
    name: str,
    terms: Terms,
    *,
    actor: str,
    now: datetime,
    definition: FormDefinition | None = None,
) -> RobotQueue:
    """Make a queue; what is approved already comes in by `put_backlogs`.

    Args:
        definition: of the form of a queue whose robots say something about fields.

    Raises:
        WrongCallError: the terms cannot be.
        ConflictError: the name is taken.
    """
    _demand_right(session, name, terms)
    _demand_writable(terms, definition)
    opens, closes = terms.hours or (None, None)
    queue = RobotQueue(
        name=name,
        title=terms.title,
        step=terms.step,
        writes=list(terms.writes) or None,
        form=terms.form,
        of_site=terms.site,
        on_lost_lease=terms.on_lost_lease,
        lease_seconds=round(terms.lease.total_seconds()),
        max_attempts=terms.max_attempts,
        opens=opens,
        closes=closes,
        business_days=terms.business_days,
        must_show=list(terms.must_show),
        since=_FOREVER if terms.backlog else now,
        # Who asks about entries in review is asked by whoever knows those.
        backlog_after=0 if terms.backlog and terms.step == QueueStep.REGISTER else None,
        made_at=now,
        made_by=actor,
    )
    session.add(queue)
    session.flush()
    _record(session, "robot_queue.added", queue, actor=actor, now=now)
    return queue


def close_queue(
    session: Session, queue: RobotQueue, *, actor: str, now: datetime
) -> None:
    """Hand nothing out any more; what is under way can still be answered for."""
    if queue.closed_at is not None:
        raise ConflictError(f"The queue {queue.name} was closed before.")
    queue.closed_at = now
    _record(session, "robot_queue.closed", queue, actor=actor, now=now)


def find_queue(
    session: Session, name: str, *, step: QueueStep | None = QueueStep.REGISTER
) -> RobotQueue:
    """The queue of that name and step, None for any. Raises MissingError."""
    queue = session.scalar(select(RobotQueue).where(RobotQueue.name == name))
    if queue is None or step not in (None, queue.step):
        raise MissingError(
            f"There is no queue {name} to {step or 'close'}; "
            "list them with GET /queues."
        )
    return queue


def all_queues(
    session: Session, *, step: QueueStep = QueueStep.REGISTER
) -> Sequence[RobotQueue]:
    """The queues of a step, by name."""
    query = select(RobotQueue).where(RobotQueue.step == step)
    return session.scalars(query.order_by(RobotQueue.name)).all()


def queues_for(session: Session, entry: Entry) -> list[RobotQueue]:
    """The open queues whose work the entry is."""
    filing = entry.filing
    return [
        queue
        for queue in all_queues(session)
        if queue.closed_at is None
        and queue.form in (None, filing.form)
        and queue.of_site in (None, filing.site)
    ]


def opens_at(session: Session, queue: RobotQueue, *, now: datetime) -> datetime | None:
    """When the queue opens next, `now` where it is open, None where it never does."""
    if queue.closed_at is not None:
        return None
    calendar = calendar_of(session, queue.of_site or EVERYWHERE)
    local = now.astimezone(TOKYO)
    first = time.fromisoformat(queue.opens or "00:00")
    for ahead in range(_DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        begin = datetime.combine(day, first, TOKYO)
        if queue.business_days and not calendar.is_open(day):
            continue
        if ahead or local < begin:
            return begin.astimezone(UTC)
        if queue.closes is None or f"{local:%H:%M}" < queue.closes:
            return now
    return None


def _demand_right(session: Session, name: str, terms: Terms) -> None:
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise WrongCallError(
            "A queue's name is 2 to 32 small letters, digits and hyphens, and not "
            f"{' or '.join(_TAKEN)}."
        )
    if session.scalar(select(RobotQueue.id).where(RobotQueue.name == name)):
        raise ConflictError(f"There is a queue {name} already.")
    if terms.site is not None:
        sites.demand_site(session, terms.site)
    if not 5 <= terms.lease.total_seconds() <= 86_400:
        raise WrongCallError("A lease lasts from 5 seconds to a day.")
    if not 1 <= terms.max_attempts <= 100:
        raise WrongCallError("A queue tries each entry 1 to 100 times.")
    if terms.hours is not None:
        opens, closes = terms.hours
        if not (_HOUR.fullmatch(opens) and _HOUR.fullmatch(closes) and opens < closes):
            raise WrongCallError("Hours are two times of one day, such as 08:30 21:00.")


def _demand_writable(terms: Terms, definition: FormDefinition | None) -> None:
    """Fields are named before a queue is asked about them, and none holds a number."""
    if terms.step == QueueStep.REGISTER:
        if terms.writes:
            raise WrongCallError("Only a queue of the step suggest writes fields.")
        return
    if definition is None or not terms.writes or terms.must_show:
        raise WrongCallError(
            "A queue that suggests values is of one form and names the fields it "
            "writes; it registers nothing, so nothing must be shown."
        )
    fields = {flat_name(one.name): one for one in definition.fields}
    for name in terms.writes:
        if name not in fields:
            raise WrongCallError(f"{definition.form} has no field {name}.")
        if fields[name].sensitive:
            raise WrongCallError(f"{name} is a number that no robot writes.")


def _record(
    session: Session, act: str, queue: RobotQueue, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="robot_queue",
        subject_id=queue.id,
        now=now,
        body={
            "name": queue.name,
            "step": str(queue.step),
            "on_lost_lease": str(queue.on_lost_lease),
        },
    )
