"""Who is looking at a page: a person with an open session, and what they may do."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from kamizero.errors import ForbiddenError
from kamizero.model import Role
from review import roles
from storage import people, site_rights
from storage.people import NotLoggedInError
from web.refusals import CsrfError
from web.rooms import Rooms, rooms_of

SESSION_COOKIE = "kamizero_session"
# Before anybody is logged in: ties the login form to the browser it was shown in.
START_COOKIE = "kamizero_start"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is logged in; `csrf` proves that a form was shown to them.

    `sites` are those whose papers they see, None where they see all.
    """

    id: int
    name: str
    role: Role
    language: str
    csrf: str
    sites: frozenset[str] | None

    @property
    def may_receive(self) -> bool:
        return self.role in roles.RECEIVERS

    @property
    def may_look(self) -> bool:
        return self.role in roles.LOOKERS

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
    def may_approve(self) -> bool:
        return self.role in roles.APPROVERS

    @property
    def may_sort(self) -> bool:
        return self.role in roles.SORTERS

    @property
    def may_take_in(self) -> bool:
        return self.role in roles.TAKERS


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
                sites=site_rights.sites_of(session, person),
            )
    except NotLoggedInError:
        return None


def anybody(request: Request) -> Visitor | None:
    """The person who asks, None where nobody is logged in."""
    visitor = find_visitor(request, rooms_of(request))
    request.state.visitor = visitor
    return visitor


async def rooms_within(
    request: Request, visitor: Annotated[Visitor | None, Depends(anybody)]
) -> Rooms:
    """The rooms, showing the papers of the person's sites; a stranger sees none."""
    return rooms_of(request).within(visitor.sites if visitor else frozenset())


async def visitor_of(
    visitor: Annotated[Visitor | None, Depends(anybody)],
) -> Visitor:
    """The person who asks. Raises NotLoggedInError."""
    if visitor is None:
        raise NotLoggedInError("Log in first.")
    return visitor


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


@dataclass(frozen=True, slots=True)
class Only:
    """A dependency that lets people of these roles through, and tells others why not.

    The table of rights is read off the routes that name it.
    """

    roles: frozenset[Role]
    words: str = ""

    async def __call__(
        self, visitor: Annotated[Visitor, Depends(visitor_of)]
    ) -> Visitor:
        """The person who asks. Raises ForbiddenError."""
        if visitor.role not in self.roles:
            raise ForbiddenError(self.words)
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


Person = Annotated[Visitor, Depends(Only(roles.PEOPLE))]
Anybody = Annotated[Visitor | None, Depends(anybody)]
Scanner = Annotated[
    Visitor, Depends(Only(roles.TAKERS, "Keyers and auditors take no files in."))
]
Receiver = Annotated[
    Visitor, Depends(Only(roles.RECEIVERS, "Keyers see what they key, nothing else."))
]
Looker = Annotated[
    Visitor,
    Depends(Only(roles.LOOKERS, "Filings are shown to those who work on them.")),
]
Viewer = Annotated[
    Visitor, Depends(Only(roles.VIEWERS, "Pages are shown to those who work on them."))
]
Sorter = Annotated[
    Visitor,
    Depends(Only(roles.SORTERS, "Sorting is done by who scans, reviews or approves.")),
]
Reviewer = Annotated[
    Visitor,
    Depends(Only(roles.REVIEWERS, "Reviewing is done by reviewers and approvers.")),
]
Approver = Annotated[
    Visitor, Depends(Only(roles.APPROVERS, "Approving is done by approvers."))
]
DestructionApprover = Annotated[
    Visitor,
    Depends(
        Only(
            roles.DESTRUCTION_APPROVERS,
            "Destruction is approved by records managers and approvers.",
        )
    ),
]
KeyingPerson = Annotated[
    Visitor,
    Depends(Only(roles.KEYERS, "Keying is done by keyers, reviewers and approvers.")),
]
ModeLooker = Annotated[
    Visitor,
    Depends(Only(roles.MODE_LOOKERS, "Modes are shown to those whom they concern.")),
]
ModeSetter = Annotated[
    Visitor,
    Depends(
        Only(
            roles.MODE_SETTERS,
            "Modes are set by records managers and administrators.",
        )
    ),
]
InRooms = Annotated[Rooms, Depends(rooms_within)]
# For what is asked without a login, and shows nobody's papers.
InAllRooms = Annotated[Rooms, Depends(rooms_of)]
