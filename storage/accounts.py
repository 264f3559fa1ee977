"""The accounts of people, as administrators keep them: closed, limited, confirmed."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, MissingError, WrongCallError
from kamizero.model import Role
from kamizero.tokyo import business_date
from storage import audit, lockout, people, site_rights
from storage.tables import AuditEvent, Person

UNUSED_AFTER = timedelta(days=90)
# Half a year: so often somebody looks at who may do what.
CONFIRMED_EVERY = timedelta(days=183)

_CONFIRMED = "rights.confirmed"
_LIST = ("rights", "list")


class OwnAccountError(ConflictError):
    """Nobody closes the account they are logged in with, or widens its rights."""

    code = "own_account"


class LastAdministratorError(ConflictError):
    """Without an administrator nobody could open an account again."""

    code = "last_administrator"


class RightsChangedError(ConflictError):
    """The list is not the one that was shown."""

    code = "rights_changed"


def all_people(session: Session) -> Sequence[Person]:
    """Everybody who has or had an account, by name."""
    return session.scalars(select(Person).order_by(Person.name)).all()


def person_of(session: Session, person_id: int) -> Person:
    """Raises MissingError."""
    found = session.get(Person, person_id)
    if found is None:
        raise MissingError(f"There is no person {person_id}.")
    return found


def person_named(session: Session, name: str) -> Person:
    """Raises WrongCallError."""
    found = session.scalar(select(Person).where(Person.name == name))
    if found is None:
        raise WrongCallError(f"There is nobody called {name}.")
    return found


class AccountState(StrEnum):
    """How an account stands; the first that fits."""

    DISABLED = "disabled"
    NOT_YET = "not_yet"
    OVER = "over"
    LOCKED = "locked"
    UNUSED = "unused"
    OPEN = "open"


def state_of(person: Person, *, now: datetime) -> AccountState:
    """How somebody's account stands at this moment."""
    today = business_date(now)
    if not person.active:
        return AccountState.DISABLED
    if person.valid_from and today < person.valid_from:
        return AccountState.NOT_YET
    if person.valid_until and person.valid_until < today:
        return AccountState.OVER
    if person.locked_until and lockout.holds(person.locked_until, now=now):
        return AccountState.LOCKED
    seen = person.last_login_at
    if seen is not None and now - seen > UNUSED_AFTER:
        return AccountState.UNUSED
    return AccountState.OPEN


def disable(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """Close an account and end its sessions; harmless where it is closed.

    Raises:
        OwnAccountError: it is the account of whoever does it.
        LastAdministratorError: nobody could open it again.
    """
    _demand_another(person, actor)
    if not person.active:
        return
    _demand_administrator_besides(session, person)
    person.active = False
    people.close_sessions(session, person)
    people.tell(session, "person.disabled", person, now, actor=actor)


def enable(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """Open an account again, and lift its lock."""
    if person.active:
        return
    person.active = True
    lockout.forgive(person)
    people.tell(session, "person.enabled", person, now, actor=actor)


def set_days(
    session: Session,
    person: Person,
    *,
    valid_from: date | None,
    valid_until: date | None,
    actor: str,
    now: datetime,
) -> None:
    """Let somebody in from one day to another only. Raises WrongCallError."""
    people.limit(person, valid_from=valid_from, valid_until=valid_until)
    people.tell(session, "person.days_set", person, now, actor=actor)


def set_role(
    session: Session, person: Person, *, role: Role, actor: str, now: datetime
) -> None:
    """Give somebody another role and end their sessions; harmless where they have it.

    Raises:
        OwnAccountError: it is the account of whoever does it.
        LastAdministratorError: nobody would give out rights any more.
        WrongCallError: people cannot have the role, or not with a last day.
    """
    _demand_another(person, actor)
    if role in (Role.ROBOT, Role.MACHINE):
        raise WrongCallError(f"Nobody who logs in is a {role}.")
    before = Role(person.role)
    if role is before:
        return
    _demand_administrator_besides(session, person)
    people.demand_days(role, person.valid_from, person.valid_until)
    person.role = role
    people.close_sessions(session, person)
    people.tell(session, "person.role_set", person, now, actor=actor, was=before.value)


def set_sites(
    session: Session,
    person: Person,
    *,
    sites: Sequence[str] | None,
    actor: str,
    now: datetime,
) -> None:
    """Show somebody the papers of these sites, None for all; end their sessions.

    Raises:
        OwnAccountError: it is the account of whoever does it.
        WrongCallError: a site is not known.
    """
    _demand_another(person, actor)
    if sites is None:
        site_rights.see_every_site(session, person, actor=actor, now=now)
    else:
        site_rights.keep_to_sites(session, person, sites, actor=actor, now=now)
    people.close_sessions(session, person)


def log_out(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """End all sessions of somebody."""
    people.close_sessions(session, person)
    people.tell(session, "person.logged_out", person, now, actor=actor)


def sites_seen(session: Session, person: Person) -> str:
    """The sites whose papers somebody sees, "*" for all."""
    sites = site_rights.sites_of(session, person)
    return "*" if sites is None else " ".join(sorted(sites))


def fingerprint(session: Session, listed: Sequence[Person]) -> str:
    """What a confirmation says it confirmed; it tells nobody who is on the list."""
    lines: list[Any] = [
        [
            person.id,
            str(person.role),
            person.active,
            sites_seen(session, person),
            str(person.valid_from or ""),
            str(person.valid_until or ""),
        ]
        for person in sorted(listed, key=lambda one: one.id)
    ]
    return hashlib.sha256(rfc8785.dumps(lines)).hexdigest()


def confirm(session: Session, *, shown: str, actor: str, now: datetime) -> None:
    """Say that everybody on the list shall have the rights that it says.

    Raises:
        RightsChangedError: the list changed after it was shown.
    """
    listed = all_people(session)
    if fingerprint(session, listed) != shown:
        raise RightsChangedError("The list changed: look at it again.")
    kind, subject = _LIST
    audit.record(
        session,
        actor=actor,
        act=_CONFIRMED,
        subject_kind=kind,
        subject_id=subject,
        now=now,
        body={"list": shown, "people": len(listed)},
    )


def last_confirmed(session: Session) -> AuditEvent | None:
    """When the list was confirmed last, and by whom."""
    kind, subject = _LIST
    return session.scalar(
        select(AuditEvent)
        .where(
            AuditEvent.subject_kind == kind,
            AuditEvent.subject_id == subject,
            AuditEvent.act == _CONFIRMED,
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )


def is_due(confirmed: AuditEvent | None, *, now: datetime) -> bool:
    """Whether it is time to look at the list of rights again."""
    return confirmed is None or now - confirmed.at > CONFIRMED_EVERY


def _demand_another(person: Person, actor: str) -> None:
    if person.name == actor:
        raise OwnAccountError("Ask another administrator to change your account.")


def _demand_administrator_besides(session: Session, person: Person) -> None:
    if person.role == Role.ADMINISTRATOR and not _others(session, person):
        raise LastAdministratorError(
            f"{person.name} is the last administrator: add another one first."
        )


def _others(session: Session, person: Person) -> list[int]:
    # All of them are locked, in one order, so that two administrators who close each
    # other's account do not both find the other one open.
    open_ones = session.scalars(
        select(Person.id)
        .where(Person.role == Role.ADMINISTRATOR, Person.active)
        .order_by(Person.id)
        .with_for_update()
    ).all()
    return [one for one in open_ones if one != person.id]
