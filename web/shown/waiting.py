"""The lines of the queue as a page shows them: why, how doubtful, and due when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.business_days import OfficeCalendar
from review.waiting import Waiting
from storage.office_days import calendar_of
from storage.tables import NEVER_DUE, Site
from web.language import Texts
from web.painting import Painter, business_day
from web.rooms import Rooms
from web.shown.jobs import form_title
from web.shown.reasons import Reason, reasons


@dataclass(frozen=True, slots=True)
class Due:
    """When something must be done by, and how that stands today."""

    on: date | None
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    entry_id: int
    filing_id: int
    n: int
    receipt_number: str
    received_on: date
    site: str
    form: str
    title: str
    first: bool
    due: Due
    reasons: Sequence[Reason]
    doubtful: int
    since: datetime
    leased_by: str | None
    reserved_for: str | None


def queue_rows(
    session: Session,
    rooms: Rooms,
    painter: Painter,
    found: Sequence[Waiting],
    language: str,
) -> list[QueueRow]:
    """The lines of one page of the queue."""
    now = rooms.clock()
    calendars = {site: calendar_of(session, site) for site in {x.site for x in found}}
    return [
        QueueRow(
            entry_id=line.entry_id,
            filing_id=line.filing_id,
            n=line.n,
            receipt_number=line.receipt_number,
            received_on=line.received_on,
            site=line.site,
            form=line.form,
            title=form_title(rooms.library, line.form, line.revision, language),
            first=line.first,
            due=due_of(
                line.deadline,
                calendar=calendars[line.site],
                today=business_day(now),
                texts=painter.texts,
                language=language,
            ),
            reasons=reasons(line.reasons, texts=painter.texts, language=language),
            doubtful=line.doubtful,
            since=line.waiting_since,
            leased_by=line.leased_by if _is_held(line, now) else None,
            reserved_for=line.reserved_for,
        )
        for line in found
    ]


def due_of(
    deadline: date,
    *,
    calendar: OfficeCalendar,
    today: date,
    texts: Texts,
    language: str,
) -> Due:
    """How a deadline stands, in business days."""
    if deadline == NEVER_DUE:
        return Due(None, texts.say("due.stopped", language), "")
    if deadline < today:
        n = calendar.between(deadline, today)
        return Due(deadline, texts.say("due.late", language, n=n), "bad")
    if deadline == today:
        return Due(deadline, texts.say("due.today", language), "warn")
    n = calendar.between(today, deadline)
    return Due(deadline, texts.say("due.left", language, n=n), "")


def sites(session: Session) -> Mapping[str, str]:
    """Every site: its code and name."""
    rows = session.execute(select(Site.code, Site.name).order_by(Site.code))
    return {code: name for code, name in rows}


def _is_held(line: Waiting, now: datetime) -> bool:
    return line.lease_until is not None and line.lease_until >= now
