"""Looking at papers outside one's task asks for a reason, wherever they are shown.

A route that shows what stands on papers names `Shows`, one of the API `ShowsCallers`;
a test holds every route against the two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import Role
from review import queue, roles
from storage import look_ups
from storage.look_ups import Subject
from storage.tables import (
    Entry,
    EntryState,
    Filing,
    LookedAt,
    LookUpReason,
    Page,
    ReturnNotice,
)
from storage.tokens import token_hash
from web.refusals import ReasonNeededError
from web.rooms import Rooms
from web.visitors import SESSION_COOKIE, InRooms, Visitor, visitor_of

# Nothing can be read on a picture that is no wider (px).
THUMBNAIL = 240

Finder = Callable[[Session, int], Sequence[Subject]]
"""What a number in the address opens: the first is asked about, any suffices."""


def filing(session: Session, number: int) -> Sequence[Subject]:
    """The filing of this number."""
    del session
    return [Subject(LookedAt.FILING, number)]


def bundle(session: Session, number: int) -> Sequence[Subject]:
    """The bundle of this number."""
    del session
    return [Subject(LookedAt.BUNDLE, number)]


def original(session: Session, number: int) -> Sequence[Subject]:
    """The original of this number."""
    del session
    return [Subject(LookedAt.ORIGINAL, number)]


def notice(session: Session, number: int) -> Sequence[Subject]:
    """The filing that a letter sends back."""
    found = session.get(ReturnNotice, number)
    return [Subject(LookedAt.FILING, found.filing_id)] if found else []


def page(session: Session, number: int) -> Sequence[Subject]:
    """A page's filing, or the page where it has none; its bundle suffices too."""
    found = session.get(Page, number)
    if found is None:
        return []
    own = Subject(LookedAt.PAGE, number)
    if found.filing_id is not None:
        own = Subject(LookedAt.FILING, found.filing_id)
    if found.bundle_id is None:
        return [own]
    return [own, Subject(LookedAt.BUNDLE, found.bundle_id)]


@dataclass(frozen=True, slots=True)
class Shows:
    """A dependency that lets through who said why, or whose task the papers are.

    Attributes:
        number: the part of the address that says which papers.
        subjects: what they are.
        seen_by: the roles that see them at all; others the route itself refuses.
        work: why those whose work it is look at them, noted without asking.
    """

    number: str
    subjects: Finder
    seen_by: frozenset[Role] = roles.LOOKERS
    work: LookUpReason | None = None
    workers: frozenset[Role] = frozenset()

    def __call__(
        self,
        request: Request,
        rooms: InRooms,
        visitor: Annotated[Visitor, Depends(visitor_of)],
    ) -> None:
        """Raises ReasonNeededError."""
        if visitor.role not in self.seen_by or _is_thumbnail(request):
            return
        visit = visit_of(request)
        with rooms.database.look() as session:
            subjects = named(session, request, self.number, self.subjects)
            if not subjects or look_ups.is_open(session, visit, subjects):
                return
            reason = self._work(session, subjects[0], visitor, rooms.clock())
        open_papers(rooms, subjects[0], visit=visit, who=visitor.name, reason=reason)

    def _work(
        self, session: Session, subject: Subject, visitor: Visitor, now: datetime
    ) -> LookUpReason | None:
        """Why the papers are this person's work, None where they are not."""
        if subject.kind is LookedAt.FILING and _holds(session, subject, visitor, now):
            return LookUpReason.TASK
        if visitor.role not in self.workers:
            return None
        waits = self.work is not LookUpReason.APPROVAL or _is_ready(session, subject)
        return self.work if waits else None


def open_papers(
    rooms: Rooms, subject: Subject, *, visit: str, who: str, reason: LookUpReason | None
) -> None:
    """Write down why they are opened. Raises ReasonNeededError where nobody said."""
    if reason is None:
        raise ReasonNeededError(subject)
    with rooms.database.begin() as session:
        look_ups.give(
            session, subject, visit=visit, who=who, reason=reason, now=rooms.clock()
        )


def visit_of(request: Request) -> str:
    """The session that reasons and views are kept by; its token is not in there."""
    return token_hash(request.cookies.get(SESSION_COOKIE, ""))


def see_page(rooms: Rooms, page_id: int, *, visit: str, who: str) -> None:
    """Write down that a page was shown, once a visit."""
    with rooms.database.look() as session:
        if look_ups.saw_page(session, page_id, visit=visit):
            return
    with rooms.database.begin() as session:
        look_ups.see_page(session, page_id, visit=visit, who=who, now=rooms.clock())


def named(
    session: Session, request: Request, number: str, subjects: Finder
) -> Sequence[Subject]:
    """What the address names; nothing where it is not there, which the route says."""
    given = str(request.path_params[number])
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return []
    return [
        one for one in subjects(session, int(given)) if look_ups.exists(session, one)
    ]


def _is_thumbnail(request: Request) -> bool:
    width = request.query_params.get("width", "")
    return width.isascii() and width.isdigit() and int(width) <= THUMBNAIL


def _holds(session: Session, subject: Subject, visitor: Visitor, now: datetime) -> bool:
    """Whether the person works on an entry of the filing at this moment."""
    numbers = session.scalars(select(Entry.id).where(Entry.filing_id == subject.id))
    claims = (
        queue.claim_of(session, visitor.name, entry_id=number) for number in numbers
    )
    return any(claim is not None and claim.lease_until >= now for claim in claims)


def _is_ready(session: Session, subject: Subject) -> bool:
    query = select(Filing.id).where(
        Filing.id == subject.id,
        Filing.entries.any(Entry.state == EntryState.READY),
    )
    return session.scalar(query) is not None
