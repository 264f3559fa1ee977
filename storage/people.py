"""Who may come in: people with passwords, and browsers that are logged in.

Nothing here can be used by whoever steals the database: passwords are Argon2 hashes,
tokens are 256 random bits of which only the hash is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session, joinedload

from kamizero.errors import ConflictError, ForbiddenError, WrongCallError
from kamizero.model import Role
from kamizero.tokyo import business_date
from storage import audit, lockout, passwords
from storage.database import Database
from storage.tables import (
    ApiToken,
    Device,
    LoginSession,
    Person,
)
from storage.tokens import new_token, token_hash

LOGGED_IN_FOR = timedelta(hours=12)

# Asked at every request: to build the statement takes longer than to run it.
_OPENED = (
    select(LoginSession)
    .where(LoginSession.token_hash == bindparam("token_hash"))
    .options(joinedload(LoginSession.person))
)

_ADVICE = "Wait, or ask an administrator to set a new password."


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a browser is given; the token is nowhere else."""

    token: str
    csrf: str
    expires_at: datetime


class NotLoggedInError(ForbiddenError):
    """The session or key is unknown, has ended, or its owner is gone."""

    code = "not_logged_in"


class NameTakenError(ConflictError):
    """A person, a key or a device has that name."""

    code = "name_taken"


def add_person(
    session: Session,
    *,
    name: str,
    role: Role,
    password: str | None,
    now: datetime,
    language: str = "ja",
    valid_from: date | None = None,
    valid_until: date | None = None,
    actor: str | None = None,
) -> Person:
    """Add somebody who may log in, for good or from one day to another.

    Args:
        password: None for who comes in by single sign-on alone.

    Raises:
        NameTakenError: somebody or something has the name.
        WrongCallError: the name, role, password or days cannot be.
    """
    name = name.strip()
    if not name:
        raise WrongCallError("A person needs a name.")
    if role in (Role.ROBOT, Role.MACHINE):
        raise WrongCallError("Only people have passwords: create a token for a robot.")
    demand_new(session, name)
    person = Person(
        name=name,
        role=role,
        password_hash=passwords.hashed(password) if password else passwords.unknown(),
        language=language,
    )
    limit(person, valid_from=valid_from, valid_until=valid_until)
    session.add(person)
    tell(session, "person.added", person, now, actor=actor)
    return person


def limit(person: Person, *, valid_from: date | None, valid_until: date | None) -> None:
    """Let somebody in from one day to another only. Raises WrongCallError."""
    demand_days(Role(person.role), valid_from, valid_until)
    if valid_from and valid_until and valid_until < valid_from:
        raise WrongCallError("The last day lies before the first.")
    person.valid_from = valid_from
    person.valid_until = valid_until


def demand_days(role: Role, valid_from: date | None, valid_until: date | None) -> None:
    """Raise WrongCallError where the role is not given for some days alone."""
    if role is Role.ADMINISTRATOR and (valid_from or valid_until):
        raise WrongCallError("An administrator's account has no first or last day.")


def may_enter(person: Person, *, now: datetime) -> bool:
    """Whether the account is open today, a business date."""
    today = business_date(now)
    has_begun = person.valid_from is None or person.valid_from <= today
    has_ended = person.valid_until is not None and person.valid_until < today
    return person.active and has_begun and not has_ended


def set_password(
    session: Session,
    *,
    name: str,
    password: str,
    now: datetime,
    actor: str | None = None,
) -> None:
    """Give a person a new password, lift the lock and end their sessions."""
    person = _person(session, name)
    if person is None:
        raise WrongCallError(f"There is nobody called {name}.")
    person.password_hash = passwords.hashed(password)
    lockout.forgive(person)
    close_sessions(session, person)
    tell(session, "person.password_set", person, now, actor=actor)


def authenticate(
    database: Database, *, name: str, password: str, now: datetime
) -> Person:
    """Check a login, in transactions of its own: a refusal must be counted too.

    Raises:
        WrongLoginError: wrong name or password, not let in today, or locked after
            too many wrong ones.
    """

    def come_in(session: Session, person: Person) -> None:
        person.last_login_at = now
        tell(session, "login.done", person, now)

    return _proven(database, name=name, password=password, now=now, then=come_in)


def change_password(
    database: Database, *, name: str, old: str, new: str, keep: str, now: datetime
) -> None:
    """Somebody's own new password; only the session with the token `keep` stays.

    Raises:
        WrongLoginError: the old password is wrong; it counts as at the login.
        WrongCallError: the new one is too short.
    """
    new_hash = passwords.hashed(new)

    def change(session: Session, person: Person) -> None:
        person.password_hash = new_hash
        close_sessions(session, person, but=keep)
        tell(session, "person.password_changed", person, now)

    _proven(database, name=name, password=old, now=now, then=change)


def _proven(
    database: Database,
    *,
    name: str,
    password: str,
    now: datetime,
    then: Callable[[Session, Person], None],
) -> Person:
    """The person whose password this is, after what they proved themselves for."""
    with database.look() as session:
        person = _person(session, name)
    # Unknown names take as long as known ones, so that none can be found out.
    right = passwords.fits(
        person.password_hash if person else passwords.nobody(), password
    )
    if person is None or not may_enter(person, now=now):
        raise lockout.refusal()
    with database.begin() as session:
        person = session.get_one(Person, person.id, with_for_update=True)
        lockout.demand_unlocked(person, now=now, advice=_ADVICE)
        if right:
            lockout.forgive(person)
            then(session, person)
            return person
        record = partial(tell, session, person=person, now=now)
        lockout.count_wrong(person, now=now, record=record)
    raise lockout.refusal(person, advice=_ADVICE)


def open_session(
    session: Session,
    person: Person,
    *,
    now: datetime,
    lasts: timedelta = LOGGED_IN_FOR,
) -> NewSession:
    """Log a browser in, and forget those that have ended."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= now))
    opened = NewSession(
        token=new_token(),
        csrf=new_token(),
        expires_at=now + lasts,
    )
    session.add(
        LoginSession(
            token_hash=token_hash(opened.token),
            person_id=person.id,
            csrf=opened.csrf,
            expires_at=opened.expires_at,
        )
    )
    return opened


def session_of(session: Session, token: str, *, now: datetime) -> LoginSession:
    """Who this browser is. Raises NotLoggedInError."""
    found = session.scalar(_OPENED, {"token_hash": token_hash(token)})
    if found is None or found.expires_at <= now or not may_enter(found.person, now=now):
        raise NotLoggedInError("You are not logged in any more. Log in again.")
    return found


def close_session(session: Session, token: str) -> None:
    """Log a browser out; harmless where it is not logged in."""
    session.execute(
        delete(LoginSession).where(LoginSession.token_hash == token_hash(token))
    )


def close_sessions(session: Session, person: Person, *, but: str = "") -> None:
    """Log a person out everywhere, except where the token `but` is."""
    session.execute(
        delete(LoginSession).where(
            LoginSession.person_id == person.id,
            LoginSession.token_hash != token_hash(but),
        )
    )


def demand_new(session: Session, name: str) -> None:
    """Events and idempotent answers know people, keys and devices by name alone.

    Raises:
        NameTakenError: somebody or something has the name.
    """
    for table, what in (
        (Person, "somebody"),
        (ApiToken, "a token"),
        (Device, "a device"),
    ):
        if session.scalar(select(table.id).where(table.name == name)) is not None:
            raise NameTakenError(f"There already is {what} called {name}.")


def _person(session: Session, name: str) -> Person | None:
    return session.scalar(select(Person).where(Person.name == name))


def tell(
    session: Session,
    act: str,
    person: Person,
    now: datetime,
    *,
    actor: str | None = None,
    **about: str,
) -> None:
    """Write down what was done to an account; by its owner where nobody is named."""
    # A new account has no number yet.
    session.flush()
    audit.record(
        session,
        actor=actor or person.name,
        act=act,
        subject_kind="person",
        subject_id=person.id,
        now=now,
        body={"role": str(person.role), **about},
    )
