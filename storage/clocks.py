"""The clock of an entry: started with it, stopped and resumed, ended by one event.

Days are the office's: a day in Tokyo. The queue follows each change at once.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from forms.standards import AfterReturn, Channel, Standards
from kamizero.business_days import OfficeCalendar, Pause, due_on, paused_days
from kamizero.model import FieldState
from storage import audit
from storage.insertion import insert_once
from storage.office_days import calendar_of
from storage.tables import (
    HEAD,
    NEVER_DUE,
    Clock,
    ClockEnd,
    ClockStop,
    Entry,
    Field,
    FieldVersion,
    Filing,
    Medium,
    Stop,
    Work,
    WorkState,
)

TOKYO = ZoneInfo("Asia/Tokyo")

_CHANNELS = {Medium.DISC: Channel.MEDIA, Medium.E_FILING: Channel.ELECTRONIC}

# What a standard speaks of; whatever else ends an entry says nothing of punctuality.
_COUNTED = frozenset({ClockEnd.APPROVAL, ClockEnd.DELIVERY})


@dataclass(frozen=True, slots=True)
class Days:
    """How many business days an entry took so far, without and with its stops."""

    net: int
    gross: int


def start_clock(session: Session, entry: Entry, *, standards: Standards) -> None:
    """Let the term of an entry run from the day its filing was received.

    Started twice, it runs once. What is late from the beginning is due in the past.
    """
    filing = entry.filing
    channel = channel_of(filing)
    standard = standards.of(filing.form, channel, received_on=filing.received_on)
    term = standard.term
    due = due_on(
        calendar_of(session, filing.site),
        filing.received_on,
        business_days=term.business_days,
        months=term.months,
    )
    insert_once(
        session,
        Clock,
        entry_id=entry.id,
        site=filing.site,
        form=filing.form,
        channel=channel,
        received_on=filing.received_on,
        standard=standard.name,
        business_days=term.business_days,
        months=term.months,
        ends=term.ends,
        resumes=term.after_return is AfterReturn.RESUMES,
        priority=standard.priority,
        due_on=due or NEVER_DUE,
        fields=_filled(session, entry),
    )


def _filled(session: Session, entry: Entry) -> int:
    places = (HEAD, entry.n) if entry.n == 1 else (entry.n,)
    return session.scalars(
        select(func.count())
        .select_from(Field)
        .join(FieldVersion, FieldVersion.id == Field.as_written_id)
        .where(
            Field.filing_id == entry.filing_id,
            Field.entry_n.in_(places),
            FieldVersion.state != FieldState.BLANK,
        )
    ).one()


def channel_of(filing: Filing) -> Channel:
    """The way the filing came in."""
    medium = filing.bundle.medium if filing.bundle is not None else None
    return Channel.PAPER if medium is None else _CHANNELS[Medium(medium)]


def stop_clock(
    session: Session,
    entry: Entry,
    *,
    reason: Stop,
    actor: str,
    now: datetime,
    until: date | None = None,
) -> None:
    """Let the clock stand still from today on, until a day or until it is resumed.

    A stop that is on already ends with this one's beginning. Nothing happens to a
    clock that has ended.
    """
    clock = _running(session, entry)
    if clock is None:
        return
    today = office_day(now)
    _cut_stops(clock, today)
    stop = ClockStop(reason=reason, since_on=today, until_on=until)
    clock.stops.append(stop)
    set_due(session, clock)
    _tell(session, clock, "stopped", actor, now, reason=reason.value)


def resume_clock(session: Session, entry: Entry, *, actor: str, now: datetime) -> None:
    """Let the clock run again from today; harmless where it runs."""
    clock = _running(session, entry)
    if clock is None or not _cut_stops(clock, office_day(now)):
        return
    set_due(session, clock)
    _tell(session, clock, "resumed", actor, now)


def end_clock(session: Session, entry: Entry, *, by: ClockEnd, now: datetime) -> None:
    """Note that the event came; another than the standard names leaves it running.

    An entry that is withdrawn or dissolved has no more term to keep.
    """
    clock = _running(session, entry)
    if clock is None or (by in _COUNTED and by != clock.ends):
        return
    today = office_day(now)
    days = days_of(clock, calendar_of(session, clock.site), today=today)
    _cut_stops(clock, today)
    set_due(session, clock)
    clock.ended_on, clock.ended_by = today, by
    clock.net_days, clock.gross_days = days.net, days.gross
    clock.on_time = today <= clock.due_on if by in _COUNTED else None


def days_of(clock: Clock, calendar: OfficeCalendar, *, today: date) -> Days:
    """How long the entry takes so far, or took."""
    last = clock.ended_on or today
    gross = calendar.between(clock.received_on, last)
    return Days(gross - paused_days(calendar, _pauses(clock), last), gross)


def office_day(moment: datetime) -> date:
    """The date in the offices at this moment."""
    return moment.astimezone(TOKYO).date()


def _running(session: Session, entry: Entry) -> Clock | None:
    session.flush()
    return session.scalars(
        select(Clock)
        .where(Clock.entry_id == entry.id, Clock.ended_on.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _pauses(clock: Clock) -> list[Pause]:
    return [Pause(stop.since_on, stop.until_on) for stop in clock.stops]


def _cut_stops(clock: Clock, today: date) -> bool:
    """End what still stops the clock; tell whether anything did."""
    lasting = [
        stop for stop in clock.stops if stop.until_on is None or stop.until_on > today
    ]
    for stop in lasting:
        stop.until_on = max(today, stop.since_on)
    return bool(lasting)


def set_due(session: Session, clock: Clock) -> None:
    """Compute the due date anew, and let what waits in a queue follow it."""
    clock.due_on = (
        due_on(
            calendar_of(session, clock.site),
            clock.received_on,
            _pauses(clock),
            business_days=clock.business_days,
            months=clock.months,
        )
        or NEVER_DUE
    )
    session.flush()
    session.execute(
        update(Work)
        .where(
            Work.kind == "review",
            Work.subject == clock.entry_id,
            Work.state == WorkState.OPEN,
        )
        .values(deadline=clock.due_on)
    )


def _tell(
    session: Session, clock: Clock, act: str, actor: str, now: datetime, **more: str
) -> None:
    audit.record(
        session,
        actor=actor,
        act=f"clock.{act}",
        subject_kind="entry",
        subject_id=clock.entry_id,
        now=now,
        body=more,
    )
