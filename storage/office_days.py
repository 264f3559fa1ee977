"""The days an office works: the calendar everybody knows, and its own days."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from kamizero.business_days import OfficeCalendar
from storage import audit
from storage.insertion import insert
from storage.tables import OfficeDay

# A day that holds for every site.
EVERYWHERE = ""


def calendar_of(session: Session, site: str) -> OfficeCalendar:
    """The calendar of one site; what is said of the site wins over what holds for all.

    A change moves no due date that is set already.
    """
    days = {row.day: row.opened for row in own_days(session, site)}
    return OfficeCalendar(
        closed=frozenset(day for day, opened in days.items() if not opened),
        opened=frozenset(day for day, opened in days.items() if opened),
    )


def own_days(session: Session, site: str | None = None) -> Sequence[OfficeDay]:
    """The days that were set, those of one site or all, in their order."""
    query = select(OfficeDay).order_by(OfficeDay.day, OfficeDay.site)
    if site is not None:
        query = query.where(or_(OfficeDay.site == site, OfficeDay.site == EVERYWHERE))
    return session.scalars(query).all()


def set_day(
    session: Session,
    day: date,
    *,
    opened: bool,
    note: str,
    actor: str,
    now: datetime,
    site: str = EVERYWHERE,
) -> None:
    """Say that an office works on a day, or does not; the last word counts."""
    said = {"opened": opened, "note": note, "set_by": actor, "set_at": now}
    row = insert(session, OfficeDay).values(day=day, site=site, **said)
    session.execute(
        row.on_conflict_do_update(index_elements=["day", "site"], set_=said)
    )
    _tell(session, "opened" if opened else "closed", day, site, actor=actor, now=now)


def forget_day(
    session: Session, day: date, *, actor: str, now: datetime, site: str = EVERYWHERE
) -> bool:
    """Leave the day to the calendar again; False where nothing was set."""
    gone = session.execute(
        delete(OfficeDay)
        .where(OfficeDay.day == day, OfficeDay.site == site)
        .returning(OfficeDay.day)
    ).first()
    if gone is not None:
        _tell(session, "forgotten", day, site, actor=actor, now=now)
    return gone is not None


def _tell(
    session: Session, act: str, day: date, site: str, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=f"office_day.{act}",
        subject_kind="office_day",
        subject_id=day.isoformat(),
        now=now,
        body={"site": site},
    )
