"""Who may do what, read off the routes themselves: the table of roles and routes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from kamizero.model import Role
from review import roles
from web.api.callers import Needs, OnlyPeople
from web.visitors import Only, visitor_of

# What strangers reach: logging in, and whether the program is well.
OPEN_ROUTES = frozenset(
    {
        "/",
        "/login",
        "/login/provider",
        "/login/provider/back",
        "/logout/provider",
        "/language",
        "/healthz",
        "/readyz",
        "/api/v1/uploads",
        "/api/v1/token",
    }
)
_API = "/api/v1"
_HEADER = (
    "# Rights\n\n"
    "Which role reaches which page and which part of the API.\n"
    "`make docs` writes this page from the routes; a test asks each of them as each "
    "role.\n"
    "A key (API token) reaches what its scope names and never what only people do; "
    "what a filing's state and the four eyes forbid besides stands in "
    "[architecture](architecture.md).\n\n"
)


class Right(NamedTuple):
    """One route; `roles` are the people who reach it, `scope` is what a key needs."""

    method: str
    path: str
    roles: frozenset[Role]
    scope: str | None
    is_open: bool


def rights(pages: Sequence[APIRouter], api: Sequence[APIRouter]) -> list[Right]:
    """Every route of the pages and the API, by path."""
    found = [
        _right(route, prefix)
        for routers, prefix in ((pages, ""), (api, _API))
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
    ]
    return sorted(found, key=lambda right: (right.path, right.method))


def rights_markdown(table: Sequence[Right]) -> str:
    """The table as a page of the documentation."""
    people = [role for role in Role if role in roles.PEOPLE]
    names = " | ".join(role.replace("_", " ") for role in people)
    lines = [f"| route | {names} | key |", "|---|" + "---|" * (len(people) + 1)]
    for right in table:
        marks = ["●" if role in right.roles else "" for role in people]
        key = "open" if right.is_open else f"`{right.scope}`" if right.scope else ""
        cells = " | ".join([f"`{right.method} {right.path}`", *marks, key])
        lines.append(f"| {cells} |")
    return _HEADER + "\n".join(lines) + "\n"


def _right(route: APIRoute, prefix: str) -> Right:
    calls = list(_calls(route.dependant))
    allowed = roles.PEOPLE
    scope = None
    for call in calls:
        if isinstance(call, Only | OnlyPeople | Needs):
            allowed &= call.roles
        if isinstance(call, Needs):
            scope = call.scope.value
    is_closed = visitor_of in calls or any(
        isinstance(call, OnlyPeople | Needs) for call in calls
    )
    return Right(
        method=min(route.methods or {"GET"}),
        path=prefix + route.path,
        roles=allowed,
        scope=scope,
        is_open=not is_closed,
    )


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """All that is asked before the route is reached."""
    for asked in dependant.dependencies:
        if asked.call is not None:
            yield asked.call
        yield from _calls(asked)
