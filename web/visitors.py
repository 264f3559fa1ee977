"""Who is looking at a page: a person with an open session, and what they may do."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from kamizero.errors import ForbiddenError
from kamizero.model import Role
from review import roles
from storage import people
from storage.people import NotLoggedInError
from web.refusals import CsrfError
from web.rooms import Rooms, rooms_of

SESSION_COOKIE = "kamizero_session"
# Before anybody is logged in: ties the login form to the browser it was shown in.
START_COOKIE = "kamizero_start"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_TAKES_IN = frozenset(Role) - {Role.AUDITOR, Role.ROBOT}


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is logged in; `csrf` proves that a form was shown to them."""

    id: int
    name: str
    role: Role
    language: str
    csrf: str

    @property
    def may_review(self) -> bool:
        return self.role in roles.REVIEWERS

    @property
    def may_key(self) -> bool:
        return self.role in roles.KEYERS

    @property
    def may_set_modes(self) -> bool:
        return self.role in roles.MODE_SETTERS

    @property
    def sees_papers(self) -> bool:
        """Whoever only keys sees single fields, and nothing of their papers."""
        return self.role is not Role.KEYER

    @property
    def may_approve(self) -> bool:
        return self.role in roles.APPROVERS

    @property
    def may_sort(self) -> bool:
        return self.role in roles.SORTERS

    @property
    def may_take_in(self) -> bool:
        return self.role in _TAKES_IN


def find_visitor(request: Request, rooms: Rooms) -> Visitor | None:
    """The person with an open session, None where nobody is logged in."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    try:
        with rooms.database.look() as session:
            found = people.session_of(session, token, now=rooms.clock())
            person = found.person
            return Visitor(
                id=person.id,
                name=person.name,
                role=Role(person.role),
                language=person.language,
                csrf=found.csrf,
            )
    except NotLoggedInError:
        return None


def anybody(request: Request) -> Visitor | None:
    """The person who asks, None where nobody is logged in."""
    visitor = find_visitor(request, rooms_of(request))
    request.state.visitor = visitor
    return visitor


def visitor_of(request: Request) -> Visitor:
    """The person who asks. Raises NotLoggedInError."""
    visitor = anybody(request)
    if visitor is None:
        raise NotLoggedInError("Log in first.")
    return visitor


def sees_papers(request: Request) -> None:
    """Let nobody at papers who is there for single fields. Raises ForbiddenError."""
    visitor = anybody(request)
    if visitor is not None and not visitor.sees_papers:
        raise ForbiddenError("You key single fields; their papers are not shown.")


async def shown_to_them(
    request: Request, visitor: Annotated[Visitor, Depends(visitor_of)]
) -> None:
    """Let only requests through that come from our own pages. Raises CsrfError."""
    if request.method not in SAFE_METHODS:
        check_token(await given_token(request), visitor.csrf)


async def shown_to_anybody(
    request: Request, visitor: Annotated[Visitor | None, Depends(anybody)]
) -> None:
    """The same for pages that need no login. Raises CsrfError."""
    start = request.cookies.get(START_COOKIE, "")
    check_token(await given_token(request), visitor.csrf if visitor else start)


def reviewing(visitor: Annotated[Visitor, Depends(visitor_of)]) -> Visitor:
    """A person who settles fields. Raises ForbiddenError for others."""
    if not visitor.may_review:
        raise ForbiddenError("Reviewing is done by reviewers and approvers.")
    return visitor


def sorting(visitor: Annotated[Visitor, Depends(visitor_of)]) -> Visitor:
    """A person who sorts and keeps papers. Raises ForbiddenError for others."""
    if not visitor.may_sort:
        raise ForbiddenError("Sorting is done by those who scan, review or approve.")
    return visitor


async def given_token(request: Request) -> str:
    """The proof sent along: as a header by scripts, as a field by forms."""
    header = request.headers.get("X-CSRF-Token")
    if header is not None:
        return header
    if "json" in request.headers.get("content-type", ""):
        return ""
    return str((await request.form()).get("csrf", ""))


def check_token(given: str, expected: str) -> None:
    # Compared as bytes: what a stranger sends may be any text.
    if not expected or not secrets.compare_digest(given.encode(), expected.encode()):
        raise CsrfError("This page is out of date. Open it again and repeat.")


Person = Annotated[Visitor, Depends(visitor_of)]
Anybody = Annotated[Visitor | None, Depends(anybody)]
Reviewer = Annotated[Visitor, Depends(reviewing)]
Sorter = Annotated[Visitor, Depends(sorting)]
InRooms = Annotated[Rooms, Depends(rooms_of)]
