"""The keys of robots and systems to the API: made once, ended, never shown again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from kamizero.model import Role
from storage import audit
from storage.people import NotLoggedInError, demand_new
from storage.tables import ApiToken
from storage.tokens import new_token, token_hash


def add_token(
    session: Session,
    *,
    name: str,
    role: Role,
    scopes: Sequence[str],
    expires_at: datetime,
    now: datetime,
) -> str:
    """Make a key for a robot or system; this is the only time it can be seen.

    Raises:
        NameTakenError: a key, a person or a device has the name.
    """
    if role in (Role.APPROVER, Role.MACHINE):
        raise WrongCallError("Approving is a person's act: no key may do it.")
    demand_new(session, name)
    token = new_token()
    key = ApiToken(
        name=name,
        role=role,
        scopes=sorted(set(scopes)),
        token_hash=token_hash(token),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    _record(session, "token.added", key, actor=name, now=now)
    return token


def token_of(session: Session, token: str, *, now: datetime) -> ApiToken:
    """Whose key this is. Raises NotLoggedInError."""
    found = session.scalar(
        select(ApiToken).where(ApiToken.token_hash == token_hash(token))
    )
    if found is None or found.expires_at <= now:
        raise NotLoggedInError(
            "This API token is not known or has ended. Create a new one with "
            "`kamizero token create`."
        )
    return found


def all_tokens(session: Session) -> Sequence[ApiToken]:
    """Every key there ever was, by name."""
    return session.scalars(select(ApiToken).order_by(ApiToken.name)).all()


def key_named(session: Session, name: str) -> ApiToken:
    """The key of that name. Raises WrongCallError."""
    key = session.scalar(select(ApiToken).where(ApiToken.name == name))
    if key is None:
        raise WrongCallError(f"There is no token called {name}.")
    return key


def revoke_token(session: Session, *, name: str, now: datetime, actor: str) -> None:
    """End a key now; its name stays taken, since events know it by that.

    Raises:
        WrongCallError: there is no such key.
        ConflictError: it has ended before.
    """
    key = key_named(session, name)
    if key.expires_at <= now:
        raise ConflictError(f"The token {name} has ended before.")
    key.expires_at = now
    _record(session, "token.revoked", key, actor=actor, now=now)


def _record(
    session: Session, act: str, key: ApiToken, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="token",
        subject_id=key.id,
        now=now,
        body={"role": str(key.role)},
    )
