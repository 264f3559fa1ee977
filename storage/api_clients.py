"""Clients that get short-lived keys by a secret (RFC 6749, 4.4: client credentials).

A client is a key of the register like any other, but the key itself is shown to nobody:
what the client has is a secret, and what it calls with is good for minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from kamizero.errors import ForbiddenError, WrongCallError
from kamizero.model import Role
from storage import audit
from storage.api_tokens import add_token, key_named, token_of
from storage.people import NotLoggedInError
from storage.tables import AccessToken, ApiToken, ClientSecret
from storage.tokens import new_token, token_hash

LIVES_FOR = timedelta(minutes=15)


class UnknownClientError(NotLoggedInError):
    """No client of that name has that secret, or not any more."""

    code = "invalid_client"


class UnknownScopeError(ForbiddenError):
    """The client asks for more than it may."""

    code = "invalid_scope"


@dataclass(frozen=True, slots=True)
class Access:
    """A key that was just made; `token` is seen this once."""

    token: str
    scopes: tuple[str, ...]
    lives_for: timedelta


@dataclass(frozen=True, slots=True)
class Known:
    """Who calls with a key, and what this key may do."""

    client: ApiToken
    scopes: frozenset[str]


def add_client(
    session: Session,
    *,
    name: str,
    role: Role,
    scopes: Sequence[str],
    expires_at: datetime,
    now: datetime,
) -> str:
    """Make a client; its secret is seen this once. Raises NameTakenError."""
    add_token(
        session, name=name, role=role, scopes=scopes, expires_at=expires_at, now=now
    )
    return _new_secret(session, _client(session, name), now=now)


def rotate_secret(
    session: Session, *, name: str, overlap: timedelta, actor: str, now: datetime
) -> str:
    """Give a client another secret; the former one is good for so long yet.

    Raises:
        WrongCallError: there is no such client.
    """
    client = _client(session, name)
    former = session.execute(
        update(ClientSecret)
        .where(ClientSecret.token_id == client.id)
        .where(
            or_(ClientSecret.ends_at.is_(None), ClientSecret.ends_at > now + overlap)
        )
        .values(ends_at=now + overlap)
        .returning(ClientSecret.id)
    ).all()
    if not former or client.expires_at <= now:
        raise WrongCallError(
            f"{name} is no client with a secret, or has ended; make one with "
            "`kamizero token create --client`."
        )
    secret = _new_secret(session, client, now=now)
    audit.record(
        session,
        actor=actor,
        act="token.rotated",
        subject_kind="token",
        subject_id=client.id,
        now=now,
        body={"role": str(client.role)},
    )
    return secret


def give_access(
    session: Session,
    *,
    name: str,
    secret: str,
    scopes: Sequence[str] = (),
    now: datetime,
) -> Access:
    """A short-lived key for these scopes, for all of the client's where none is named.

    Raises:
        UnknownClientError: name and secret do not belong together, or have ended.
        UnknownScopeError: it asks for a scope that it has not.
    """
    client = session.scalar(
        select(ApiToken)
        .join(ClientSecret, ClientSecret.token_id == ApiToken.id)
        .where(ClientSecret.secret_hash == token_hash(secret), ApiToken.name == name)
        .where(or_(ClientSecret.ends_at.is_(None), ClientSecret.ends_at > now))
    )
    if client is None or client.expires_at <= now:
        raise UnknownClientError("Client and secret do not belong together.")
    more = set(scopes) - set(client.scopes)
    if more:
        raise UnknownScopeError(f"{name} has no scope {', '.join(sorted(more))}.")
    session.execute(
        delete(AccessToken).where(
            AccessToken.token_id == client.id, AccessToken.expires_at <= now
        )
    )
    token = new_token()
    lives_for = min(LIVES_FOR, client.expires_at - now)
    given = tuple(sorted(set(scopes) or set(client.scopes)))
    session.add(
        AccessToken(
            token_hash=token_hash(token),
            token_id=client.id,
            scopes=list(given),
            expires_at=now + lives_for,
        )
    )
    return Access(token, given, lives_for)


def known_by(session: Session, token: str, *, now: datetime) -> Known:
    """Who calls with this key, short-lived or not. Raises NotLoggedInError."""
    found = session.get(AccessToken, token_hash(token))
    if found is None:
        key = token_of(session, token, now=now)
        return Known(key, frozenset(key.scopes))
    client = found.client
    if found.expires_at <= now or client.expires_at <= now:
        raise NotLoggedInError(
            "This key has ended. Get a new one from `POST /api/v1/token`."
        )
    return Known(client, frozenset(found.scopes) & frozenset(client.scopes))


def _client(session: Session, name: str) -> ApiToken:
    client = key_named(session, name)
    session.refresh(client, with_for_update=True)
    return client


def _new_secret(session: Session, client: ApiToken, *, now: datetime) -> str:
    secret = new_token()
    session.add(
        ClientSecret(
            token_id=client.id,
            secret_hash=token_hash(secret),
            made_at=now,
            ends_at=None,
        )
    )
    session.flush()
    return secret
