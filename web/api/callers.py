"""Who calls the API: a token with scopes, or a person's browser."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from kamizero.errors import ForbiddenError
from kamizero.model import Role, Scope
from review import roles
from storage import api_clients, site_rights
from storage.people import NotLoggedInError
from web.refusals import PersonNeededError, ScopeError
from web.rooms import Rooms, rooms_of
from web.visitors import (
    SAFE_METHODS,
    Visitor,
    check_token,
    find_visitor,
)

_PEOPLE_OF = {
    Scope.FILINGS_READ: roles.LOOKERS,
    Scope.JOBS_READ: roles.RECEIVERS,
    Scope.JOBS_WRITE: roles.TAKERS,
    Scope.ORIGINALS_READ: roles.KEEPERS,
    # Events name no person a filing is about.
    Scope.EVENTS_READ: roles.KEEPERS | {Role.ADMINISTRATOR},
    Scope.DELIVERIES_READ: roles.LOOKERS,
    # Only the program that has a record can say that it has it.
    Scope.DELIVERIES_WRITE: frozenset[Role](),
    Scope.SUBSCRIPTIONS_READ: roles.KEEPERS | {Role.ADMINISTRATOR},
    Scope.SUBSCRIPTIONS_WRITE: frozenset({Role.ADMINISTRATOR}),
    Scope.QUEUES_READ: roles.LOOKERS,
    # People settle what is in doubt on the page of robots.
    Scope.QUEUES_WORK: frozenset[Role](),
    Scope.QUEUES_SUGGEST: frozenset[Role](),
    Scope.QUEUES_SETTLE: frozenset[Role](),
    Scope.NUMBERS_READ: frozenset[Role](),
    Scope.METRICS_READ: roles.KEEPERS | {Role.ADMINISTRATOR},
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks; `name` is what events say.

    `sites` are those whose papers they reach, None where they reach all.
    """

    name: str
    role: Role
    scopes: frozenset[str]
    is_person: bool
    sites: frozenset[str] | None


def caller_of(request: Request) -> Caller:
    """The caller, by bearer token or by session.

    Raises:
        NotLoggedInError: neither is known.
        TooManyCallsError: the program calls too often.
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


def rooms_within(
    request: Request, caller: Annotated[Caller, Depends(caller_of)]
) -> Rooms:
    """The rooms, showing the papers of the caller's sites."""
    return rooms_of(request).within(caller.sites)


InRooms = Annotated[Rooms, Depends(rooms_within)]


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency that lets only callers with this scope through.

    A token has its scopes from whoever made it, a person from their role.
    """

    scope: Scope

    @property
    def roles(self) -> frozenset[Role]:
        """The people who have the scope."""
        return _PEOPLE_OF[self.scope]

    def __call__(self, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        """The caller. Raises ScopeError."""
        if self.scope not in caller.scopes:
            raise ScopeError(
                f"{caller.name} may not use {self.scope}; ask for a token with that "
                "scope."
            )
        return caller


@dataclass(frozen=True, slots=True)
class OnlyPeople:
    """A dependency for acts that no program does, whatever its scopes."""

    roles: frozenset[Role]

    def __call__(self, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        """The person. Raises PersonNeededError, ForbiddenError."""
        if not caller.is_person:
            raise PersonNeededError(
                "Approving is a person's act: no token may do it, whatever its scopes."
            )
        if caller.role not in self.roles:
            raise ForbiddenError(f"Ask {' or '.join(sorted(self.roles))} to do it.")
        return caller


def scopes_of_role(role: Role) -> frozenset[Scope]:
    """What people of this role may use the API for, from their browser."""
    return frozenset(scope for scope, having in _PEOPLE_OF.items() if role in having)


def _by_token(rooms: Rooms, token: str) -> Caller:
    with rooms.database.look() as session:
        known = api_clients.known_by(session, token, now=rooms.clock())
        found = known.client
        rooms.throttle.count(found.name)
        return Caller(
            name=found.name,
            role=Role(found.role),
            scopes=known.scopes,
            is_person=False,
            sites=site_rights.sites_of(session, found),
        )


def _by_session(visitor: Visitor) -> Caller:
    return Caller(
        name=visitor.name,
        role=visitor.role,
        scopes=scopes_of_role(visitor.role),
        is_person=True,
        sites=visitor.sites,
    )
