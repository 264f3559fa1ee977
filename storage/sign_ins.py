"""Single sign-on in rows: attempts that count once, and whose account is whose."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, ForbiddenError, WrongCallError
from kamizero.model import Role
from storage import accounts, people, site_rights
from storage.sites import all_sites
from storage.tables import Person, PersonIdentity, SignInAttempt
from storage.tokens import new_token, token_hash

_LASTS = timedelta(minutes=10)
_LONGEST = 100
# Who acts where the provider's claims decide, and nobody here.
_ACTOR = "single sign-on"
EVERY_SITE = "*"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in on its way: what the provider is given, and what proves its answer."""

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Whom the provider vouches for.

    `subject` is its number of the person, `account` the name. `role` and `sites` are
    what its claims give, None where administrators give them.
    """

    issuer: str
    subject: str
    account: str
    role: Role | None
    sites: frozenset[str] | None


class UnknownAccountError(ForbiddenError):
    """Nobody here has this account, or it is somebody else's or closed."""

    def __init__(self, message: str, *, why: str) -> None:
        super().__init__(message)
        self.why = why


class AccountTakenError(ConflictError):
    """The account at the provider opens somebody else's account."""

    code = "account_taken"


def begin(session: Session, *, browser: str, back: str, now: datetime) -> Attempt:
    """Remember a browser that is sent to the provider, and forget those too old."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.expires_at <= now))
    begun = Attempt(
        state=new_token(), nonce=new_token(), verifier=new_token(), back=back
    )
    session.add(
        SignInAttempt(
            state_hash=token_hash(begun.state),
            browser_hash=token_hash(browser),
            nonce=begun.nonce,
            verifier=begun.verifier,
            back=back,
            expires_at=now + _LASTS,
        )
    )
    return begun


def take(
    session: Session, *, state: str, browser: str, now: datetime
) -> Attempt | None:
    """The attempt an answer belongs to; None where it was used, is old or another's."""
    found = session.get(SignInAttempt, token_hash(state), with_for_update=True)
    if found is None:
        return None
    session.delete(found)
    is_theirs = hmac.compare_digest(found.browser_hash, token_hash(browser))
    if not is_theirs or found.expires_at <= now:
        return None
    return Attempt(state, found.nonce, found.verifier, found.back)


def link(
    session: Session, person: Person, *, account: str, actor: str, now: datetime
) -> None:
    """Let the account at the provider open this one; "" for none.

    Raises:
        OwnAccountError: it is the account of whoever does it.
        AccountTakenError: it opens somebody else's.
        WrongCallError: the name is too long.
    """
    if person.name == actor:
        raise accounts.OwnAccountError("Ask another administrator to change it.")
    _tie(session, person, account.strip(), actor=actor, now=now)


def account_of(session: Session, person: Person) -> str:
    """The account at the provider that opens this one, "" for none."""
    found = session.get(PersonIdentity, person.id)
    return found.account if found else ""


def enter(session: Session, proven: Proven, *, own_site: str, now: datetime) -> Person:
    """The person the provider vouches for, with the role and sites its claims give.

    Raises:
        UnknownAccountError: nobody here, somebody else, or not let in today.
    """
    identity = _identity(session, proven, now=now)
    if identity is not None:
        person = identity.person
    elif proven.role is not None:
        person = _added(session, proven, proven.role, own_site, now=now)
    else:
        raise UnknownAccountError("Nobody here has this account.", why="unknown")
    if not people.may_enter(person, now=now):
        raise UnknownAccountError("The account is not open.", why="closed")
    _keep_in_step(session, person, proven, now=now)
    person.last_login_at = now
    people.tell(session, "login.done", person, now, way="single sign-on")
    return person


def _identity(
    session: Session, proven: Proven, *, now: datetime
) -> PersonIdentity | None:
    found = session.scalar(
        select(PersonIdentity).where(
            PersonIdentity.issuer == proven.issuer,
            PersonIdentity.subject == proven.subject,
        )
    )
    if found is not None:
        return found
    found = session.scalar(
        select(PersonIdentity)
        .where(PersonIdentity.account == proven.account)
        .with_for_update()
    )
    if found is None:
        return None
    if found.subject is not None:
        # The provider gave the name to another person since.
        raise UnknownAccountError("The name was somebody else's.", why="reused")
    found.issuer, found.subject = proven.issuer, proven.subject
    person = found.person
    people.tell(session, "person.bound", person, now)
    return found


def _added(
    session: Session, proven: Proven, role: Role, own_site: str, *, now: datetime
) -> Person:
    try:
        person = people.add_person(
            session,
            name=proven.account,
            role=role,
            password=None,
            actor=_ACTOR,
            now=now,
        )
    except ConflictError as error:
        # Somebody has that name here already, whom nobody tied to the provider.
        raise UnknownAccountError("The name is taken.", why="name_taken") from error
    session.flush()
    session.add(
        PersonIdentity(
            person_id=person.id,
            account=proven.account,
            issuer=proven.issuer,
            subject=proven.subject,
        )
    )
    if proven.sites is None:
        site_rights.keep_to_sites(session, person, [own_site], actor=_ACTOR, now=now)
    return person


def _keep_in_step(
    session: Session, person: Person, proven: Proven, *, now: datetime
) -> None:
    """Give the role and sites of the claims; an administrator has them from here."""
    if person.role == Role.ADMINISTRATOR:
        return
    if proven.role is not None and proven.role != person.role:
        accounts.set_role(session, person, role=proven.role, actor=_ACTOR, now=now)
    if proven.sites is None:
        return
    known = frozenset(site.code for site in all_sites(session))
    wanted = None if EVERY_SITE in proven.sites else proven.sites & known
    if wanted != site_rights.sites_of(session, person):
        chosen = None if wanted is None else sorted(wanted)
        accounts.set_sites(session, person, sites=chosen, actor=_ACTOR, now=now)


def _tie(
    session: Session, person: Person, account: str, *, actor: str, now: datetime
) -> None:
    if len(account) > _LONGEST:
        raise WrongCallError(f"An account has {_LONGEST} characters at most.")
    owner = session.scalar(
        select(PersonIdentity.person_id).where(PersonIdentity.account == account)
    )
    if owner not in (None, person.id):
        raise AccountTakenError("That account opens somebody else's already.")
    before = session.get(PersonIdentity, person.id)
    if before is not None:
        session.delete(before)
        session.flush()
    if account:
        session.add(PersonIdentity(person_id=person.id, account=account))
    people.close_sessions(session, person)
    act = "person.linked" if account else "person.unlinked"
    people.tell(session, act, person, now, actor=actor)
