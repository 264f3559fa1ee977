"""Who is away, who decides for them (代決), and what they read afterwards (後閲)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from kamizero.model import Role
from review.refusals import RoleForbidsError
from storage import audit
from storage.tables import Absence, Person, RouteStep


def record_absence(
    session: Session,
    *,
    person: str,
    deputy: str,
    first_day: date,
    last_day: date,
    actor: str,
    now: datetime,
) -> Absence:
    """Let a deputy decide for somebody on these days, both included.

    Raises:
        WrongCallError: the two are one, unknown or no approvers, or the days are none.
    """
    for name in (person, deputy):
        _demand_approver(session, name)
    if person == deputy:
        raise WrongCallError("Nobody is their own deputy; name somebody else.")
    if last_day < first_day:
        raise WrongCallError("The last day of an absence is not before its first.")
    absence = Absence(
        person=person,
        deputy=deputy,
        first_day=first_day,
        last_day=last_day,
        recorded_by=actor,
        recorded_at=now,
    )
    session.add(absence)
    session.flush()
    _tell(session, absence, "absence.recorded", actor=actor, now=now)
    return absence


def cancel_absence(
    session: Session, absence: Absence, *, actor: str, now: datetime
) -> None:
    """Let the deputy decide no more, from now on; what they did stays.

    Raises:
        RoleForbidsError: it is somebody else's absence.
    """
    if actor not in (absence.person, absence.recorded_by):
        raise RoleForbidsError(
            f"Only {absence.person} or {absence.recorded_by} can end this absence."
        )
    if absence.cancelled_at is None:
        absence.cancelled_at = now
        _tell(session, absence, "absence.cancelled", actor=actor, now=now)


def absent_for(session: Session, *, deputy: str, day: date) -> Sequence[str]:
    """Whom this person stands in for on a day."""
    return session.scalars(
        select(Absence.person)
        .where(
            Absence.deputy == deputy,
            Absence.cancelled_at.is_(None),
            Absence.first_day <= day,
            Absence.last_day >= day,
        )
        .distinct()
        .order_by(Absence.person)
    ).all()


def to_read(session: Session, person: str) -> Sequence[RouteStep]:
    """What others did in this person's place and they did not read yet."""
    return session.scalars(
        select(RouteStep)
        .where(
            RouteStep.for_person == person,
            RouteStep.read_at.is_(None),
            RouteStep.void_at.is_(None),
        )
        .order_by(RouteStep.id)
    ).all()


def mark_read(session: Session, step: RouteStep, *, actor: str, now: datetime) -> None:
    """Say that whoever was away has read it (後閲); read twice, the first time counts.

    Raises:
        RoleForbidsError: it was done in somebody else's place.
    """
    if step.for_person != actor:
        raise RoleForbidsError("Only the person it was done for reads it afterwards.")
    if step.read_at is not None:
        return
    step.read_at = now
    audit.record(
        session,
        actor=actor,
        act="approval.read_afterwards",
        subject_kind="filing",
        subject_id=step.round.filing_id,
        now=now,
        body={"round": step.round_id, "step": step.id},
    )


def _demand_approver(session: Session, name: str) -> None:
    found = session.scalar(select(Person).where(Person.name == name))
    if found is None or not found.active or found.role != Role.APPROVER:
        raise WrongCallError(f"There is no approver called {name}.")


def _tell(
    session: Session, absence: Absence, act: str, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="absence",
        subject_id=absence.id,
        now=now,
        body={"person": absence.person, "deputy": absence.deputy},
    )
