"""Who calls the API: a token with scopes, or a person's browser."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request

from kamizero.model import Role
from storage import people
from storage.people import NotLoggedInError
from web.refusals import PersonNeededError, ScopeError
from web.rooms import Rooms, rooms_of
from web.visitors import (
    SAFE_METHODS,
    Visitor,
    check_token,
    find_visitor,
)


class Scope(StrEnum):
    """What a token may be used for."""

    FILINGS_READ = "filings:read"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    ORIGINALS_READ = "originals:read"
    EVENTS_READ = "events:read"


_EVERYBODY = frozenset({Scope.FILINGS_READ, Scope.JOBS_READ})
_KEEPERS = frozenset({Role.AUDITOR, Role.RECORDS_MANAGER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks; `name` is what events say."""

    name: str
    role: Role
    scopes: frozenset[str]
    is_person: bool


def caller_of(request: Request) -> Caller:
    """The caller, by bearer token or by session.

    Raises:
        NotLoggedInError: neither is known.
        CsrfError: a browser's request that did not come from our pages.
    """
    rooms = rooms_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(rooms, token.strip())
    visitor = find_visitor(request, rooms)
    if visitor is None:
        raise NotLoggedInError("Send a token: `Authorization: Bearer …`.")
    if request.method not in SAFE_METHODS:
        check_token(request.headers.get("X-CSRF-Token", ""), visitor.csrf)
    return _by_session(visitor)


def needs(scope: Scope) -> Callable[[Caller], Caller]:
    """A dependency that lets only callers with this scope through."""

    def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.scopes:
            raise ScopeError(
                f"{caller.name} may not use {scope}; ask for a token with that scope."
            )
        return caller

    return check


def person(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """A dependency for acts that no program does."""
    if not caller.is_person:
        raise PersonNeededError(
            "Approving is a person's act: no token may do it, whatever its scopes."
        )
    return caller


def _by_token(rooms: Rooms, token: str) -> Caller:
    with rooms.database.look() as session:
        found = people.token_of(session, token, now=rooms.clock())
        return Caller(
            name=found.name,
            role=Role(found.role),
            scopes=frozenset(found.scopes),
            is_person=False,
        )


def _by_session(visitor: Visitor) -> Caller:
    scopes = set[str](_EVERYBODY)
    if visitor.may_take_in:
        scopes.add(Scope.JOBS_WRITE)
    if visitor.role in _KEEPERS:
        scopes |= {Scope.ORIGINALS_READ, Scope.EVENTS_READ}
    return Caller(
        name=visitor.name,
        role=visitor.role,
        scopes=frozenset(scopes),
        is_person=True,
    )
