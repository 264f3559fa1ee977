"""What somebody must look at now, as data: codes, counts, times, nothing personal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from kamizero.errors import StoreError
from kamizero.tokyo import business_date
from storage.audit import HEADS
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.machine_clock import unchecked_since
from storage.retention.register import count_unclassified
from storage.tables import (
    AnswerLine,
    AnswerList,
    AnswerState,
    AuditEvent,
    AuditSeal,
    Clock,
    Delivery,
    DeliveryState,
    Entry,
    EntryState,
    EventMessage,
    ExportBlock,
    ExportDestination,
    ExportEnd,
    ExportFile,
    ExportState,
    HostRefusal,
    LedgerDay,
    LedgerRun,
    MessageState,
    Recall,
    RecallState,
    Stamped,
    Subscription,
    SubscriptionState,
    TimeStamp,
    Work,
    WorkState,
)
from storage.time_stamps.asking import STAMP_WORK

# Kinds of work that people do in their own time.
_OF_PEOPLE = ("review", "keying")
_OF_FILES = Delivery.subscriber.startswith("export:")
# Robots come when their host is open, and what they gave up has a page of its own.
_OF_ROBOTS = or_(
    *(Work.kind.startswith(f"{step}.") for step in ("robot", "doubt", "suggest"))
)
# So long after it was put out, whoever has the version before must know of it.
CORRECTED_AFTER = timedelta(days=1)
# So long after a file lay there, its host should have said what became of it.
ANSWERED_AFTER = timedelta(days=3)
STUCK_AFTER = timedelta(minutes=15)
REMOVED_AFTER = timedelta(hours=1)
UNSEALED_AFTER = timedelta(minutes=5)
CLOCK_BACK = timedelta(minutes=5)
LEDGER_AFTER = timedelta(days=2)
# Stamping again begins earlier: what is left by then does not come by itself.
STAMPS_END_WITHIN = timedelta(days=30)
CLOCK_OFF = timedelta(minutes=1)
_OPEN: ColumnElement[str] = literal_column("'open'")
_ENDED = (
    EntryState.APPROVED,
    EntryState.RETURNED,
    EntryState.WITHDRAWN,
    EntryState.SUPERSEDED,
)

WORDS: Mapping[str, str] = {
    "database": "The database does not answer; nothing is taken in or read.",
    "store": "The object store refuses or does not answer; nothing is taken in.",
    "disk": "The disk of the data folder is nearly full; doors ask senders to wait.",
    "clock": "The clock is behind the last event; set it right before anything else.",
    "unsealed": "Events are not linked into the chain; look for `sealing_failed`.",
    "stuck": "Work of machines waits although it is due; are there workers?",
    "given_up": "Machines gave work up; people find its pages as failed.",
    "doubt": "Nobody knows whether robots registered these; see the page of robots.",
    "recalls": "Corrections are not acknowledged; run `kamizero recalls list`.",
    "robots_failed": "Robots gave entries up; see the page of robots.",
    "exports_blocked": "Entries cannot be written into files; see the page of exports.",
    "exports_stopped": "Files cannot be made; look for `export_not_planned`.",
    "exports_expired": "Nobody fetched files in time; see the page of exports.",
    "exports_left": "Files whose time is over cannot be removed; see to their places.",
    "exports_late": "Files do not reach their places; see the page of exports.",
    "refused": "Hosts refuse entries; see the page of answers.",
    "answers_open": "Answers fit nothing or are broken; see the page of answers.",
    "answers_late": "Hosts have not answered for days; see to them and their folders.",
    "events_failed": "Receivers do not take their events; run `kamizero events list`.",
    "overdue": "Entries are past the day they are due; see the overview.",
    "clock_off": "The clock differs from the authority's; set it right.",
    "clock_unchecked": "Nothing vouches for the clock; let it follow a time server.",
    "authority": "No time stamps are to be had; they are asked for again.",
    "stamps_ending": "Certificates of time stamps end within weeks, not stamped again.",
    "stamps_ended": "Certificates of time stamps ended before they were stamped again.",
    "unclassified": "Originals belong to no file; see the page of record files.",
    "ledger": "The last ledger differs; run `kamizero ledger`.",
    "ledger_missing": "No ledger was drawn up for days; does the hourly round run?",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at.

    Attributes:
        kind: a code, which `WORDS` explains.
        count: how many pieces of work, entries, events or bytes it is.
        since: since when, where that is known.
    """

    kind: str
    count: int = 1
    since: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "count": self.count,
            "since": self.since.isoformat() if self.since else None,
            "words": WORDS[self.kind],
        }


def alerts_of(
    database: Database,
    store: ObjectStore,
    *,
    free_bytes: Callable[[], int],
    least_free: int,
    now: datetime,
) -> list[Alert]:
    """Everything that needs somebody now; it only looks."""
    found = [*_of_disk(free_bytes, least_free), *_of_store(store)]
    try:
        with database.look() as session:
            found += _of_rows(session, now)
    except StoreError:
        found.append(Alert("database"))
    return found


def _of_disk(free_bytes: Callable[[], int], least_free: int) -> Iterator[Alert]:
    free = free_bytes()
    if free < least_free:
        yield Alert("disk", free)


def _of_store(store: ObjectStore) -> Iterator[Alert]:
    try:
        next(iter(store.keys(HEADS)), None)
    except StoreError:
        yield Alert("store")


def _of_rows(session: Session, now: datetime) -> Iterator[Alert]:
    latest = session.scalar(select(func.max(AuditEvent.at)))
    if latest is not None and now < latest - CLOCK_BACK:
        yield Alert("clock", round((latest - now).total_seconds()), latest)
    yield from _unsealed(session, now)
    stuck = (
        Work.state == _OPEN,
        Work.kind.not_in(_OF_PEOPLE),
        ~_OF_ROBOTS,
        Work.due_at < now - STUCK_AFTER,
        (Work.lease_until.is_(None)) | (Work.lease_until < now),
    )
    yield from _counted(session, "stuck", func.min(Work.due_at), *stuck)
    dead = Work.state == WorkState.DEAD
    yield from _counted(session, "given_up", func.min(Work.done_at), dead, ~_OF_ROBOTS)
    yield from _of_robots(session)
    not_taken = (
        Delivery.corrects_id.is_not(None),
        Delivery.state.in_((DeliveryState.PENDING, DeliveryState.REJECTED)),
        Delivery.changed_at < now - CORRECTED_AFTER,
        _was_not_recalled_again(),
    )
    yield from _counted(session, "recalls", func.min(Delivery.changed_at), *not_taken)
    yield from _of_receivers(session)
    yield from _of_exports(session, now)
    yield from _of_answers(session, now)
    overdue = session.scalar(
        select(func.count())
        .select_from(Clock)
        .join(Entry, Entry.id == Clock.entry_id)
        .where(Clock.due_on < business_date(now), Entry.state.not_in(_ENDED))
    )
    if overdue:
        yield Alert("overdue", overdue)
    yield from _of_ledger(session, now)
    unchecked = unchecked_since(session)
    if unchecked is not None:
        yield Alert("clock_unchecked", 1, unchecked)
    yield from _of_stamps(session, now)
    unclassified = count_unclassified(session)
    if unclassified:
        yield Alert("unclassified", unclassified)


def _was_not_recalled_again() -> ColumnElement[bool]:
    """The version after it is what counts, where there is one."""
    again = select(Recall.id).where(
        Recall.entry_id == Delivery.entry_id, Recall.state == RecallState.IN_FORCE
    )
    return ~again.exists()


def _of_robots(session: Session) -> Iterator[Alert]:
    in_doubt = (Delivery.state == DeliveryState.IN_DOUBT, ~_OF_FILES)
    yield from _counted(session, "doubt", func.min(Delivery.changed_at), *in_doubt)
    later = Work.__table__.alias()
    again = select(later.c.id).where(
        later.c.kind == Work.kind,
        later.c.subject == Work.subject,
        later.c.id > Work.id,
    )
    # One that a person settled is registered or rejected, whatever its work was.
    waits = select(Delivery.id).where(
        Delivery.id == Work.subject, Delivery.state == DeliveryState.PENDING
    )
    given_up = (
        Work.state == WorkState.DEAD,
        Work.kind.startswith("robot."),
        ~again.exists(),
        waits.exists(),
    )
    yield from _counted(session, "robots_failed", func.min(Work.done_at), *given_up)


def _of_exports(session: Session, now: datetime) -> Iterator[Alert]:
    blocked = ExportBlock.how.is_(None)
    first = func.min(ExportBlock.found_at)
    yield from _counted(session, "exports_blocked", first, blocked)
    late = (
        ExportFile.state == ExportState.PLANNED,
        ExportFile.planned_at < now - STUCK_AFTER,
    )
    yield from _counted(session, "exports_late", func.min(ExportFile.planned_at), *late)
    expired = (Delivery.state == DeliveryState.IN_DOUBT, _OF_FILES)
    first = func.min(Delivery.changed_at)
    yield from _counted(session, "exports_expired", first, *expired)
    left = (ExportEnd.done_at.is_(None), ExportEnd.begun_at <= now - REMOVED_AFTER)
    yield from _counted(session, "exports_left", func.min(ExportEnd.begun_at), *left)
    # One that is on its way is why the next is not made.
    on_its_way = select(ExportFile.id).where(
        ExportFile.destination_id == ExportDestination.id,
        ExportFile.state == ExportState.PLANNED,
    )
    due = ExportDestination.next_at
    stopped = (due < now - STUCK_AFTER, ~on_its_way.exists())
    yield from _counted(session, "exports_stopped", func.min(due), *stopped)


def _of_answers(session: Session, now: datetime) -> Iterator[Alert]:
    refused = HostRefusal.how.is_(None)
    yield from _counted(session, "refused", func.min(HostRefusal.at), refused)
    unmatched = session.scalar(
        select(func.count())
        .select_from(AnswerLine)
        .where(AnswerLine.state == AnswerState.UNMATCHED)
    )
    broken = session.scalar(
        select(func.count())
        .select_from(AnswerList)
        .where(AnswerList.broken.is_not(None), AnswerList.settled_at.is_(None))
    )
    if unmatched or broken:
        yield Alert("answers_open", (unmatched or 0) + (broken or 0))
    answering = [
        one.subscriber
        for one in session.scalars(select(ExportDestination))
        if one.terms.get("answers")
    ]
    late = (
        Delivery.subscriber.in_(answering),
        Delivery.state == DeliveryState.TAKEN,
        Delivery.changed_at < now - ANSWERED_AFTER,
    )
    yield from _counted(session, "answers_late", func.min(Delivery.changed_at), *late)


def _of_receivers(session: Session) -> Iterator[Alert]:
    """Receivers that went away by themselves, and messages nobody took for days."""
    gone = session.scalar(
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.state == SubscriptionState.DISABLED)
    )
    given_up = session.scalar(
        select(func.count())
        .select_from(EventMessage)
        .join(Subscription)
        .where(EventMessage.state == MessageState.GIVEN_UP)
        .where(Subscription.state != SubscriptionState.ENDED)
    )
    if gone or given_up:
        yield Alert("events_failed", (gone or 0) + (given_up or 0))


def _unsealed(session: Session, now: datetime) -> Iterator[Alert]:
    sealed = session.scalar(select(func.max(AuditSeal.event_id))) or 0
    # The sealer looks further back; what is behind the last link is what waits.
    count, oldest = session.execute(
        select(func.count(), func.min(AuditEvent.at)).where(AuditEvent.id > sealed)
    ).one()
    if count and oldest < now - UNSEALED_AFTER:
        yield Alert("unsealed", count, oldest)


def _counted(session: Session, kind: str, since: Any, *wanted: Any) -> Iterator[Alert]:
    count, first = session.execute(select(func.count(), since).where(*wanted)).one()
    if count:
        yield Alert(kind, count, first)


def _of_ledger(session: Session, now: datetime) -> Iterator[Alert]:
    run = session.scalar(select(LedgerRun).order_by(LedgerRun.day.desc()).limit(1))
    failing = session.scalar(
        select(func.count()).select_from(LedgerDay).where(LedgerDay.fails)
    )
    if run is not None and not run.balances:
        yield Alert("ledger", sum(run.differences.values()), run.at)
    elif failing:
        # Somebody held what was closed against its rows since.
        yield Alert("ledger", failing)
    if run is not None and run.at < now - LEDGER_AFTER:
        yield Alert("ledger_missing", 1, run.at)


def _of_stamps(session: Session, now: datetime) -> Iterator[Alert]:
    refused = (
        Work.state == _OPEN,
        Work.kind.in_(STAMP_WORK),
        Work.attempts + Work.excused > 0,
    )
    yield from _counted(session, "authority", func.min(Work.created_at), *refused)
    again = aliased(TimeStamp)
    alone = ~exists().where(again.kind == Stamped.STAMP, again.subject == TimeStamp.id)
    ended = (TimeStamp.is_proof, TimeStamp.ends_at <= now, alone)
    yield from _counted(session, "stamps_ended", func.min(TimeStamp.ends_at), *ended)
    soon = now + STAMPS_END_WITHIN
    ending = (TimeStamp.is_proof, TimeStamp.ends_at.between(now, soon), alone)
    yield from _counted(session, "stamps_ending", null(), *ending)
    latest = session.scalars(
        select(TimeStamp)
        .where(TimeStamp.is_proof)
        .order_by(TimeStamp.id.desc())
        .limit(1)
    ).one_or_none()
    if latest is not None:
        off = abs(latest.kept_at - latest.stamped_at)
        if off > CLOCK_OFF:
            yield Alert("clock_off", round(off.total_seconds()), latest.kept_at)
