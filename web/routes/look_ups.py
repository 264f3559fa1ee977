"""Saying why papers are looked up, and the list of who did."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from review import roles
from storage import look_ups
from storage.look_ups import LONGEST_NOTE, SAID, Subject
from storage.tables import Filing, LookedAt, LookUpReason
from web.entrance import our_page
from web.looking import visit_of
from web.painting import painter_of
from web.visitors import InRooms, Only, Viewer, Visitor, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])

PAGE_SIZE = 100

Keeper = Annotated[
    Visitor,
    Depends(
        Only(roles.KEEPERS, "Who looked up what is shown to those who keep records.")
    ),
]


@router.get("/look-up")
def ask(
    request: Request,
    rooms: InRooms,
    visitor: Viewer,
    kind: LookedAt,
    number: int,
    back: str = "/",
) -> Response:
    """Ask why these papers are looked up."""
    return _form(request, rooms, visitor, Subject(kind, number), back)


@router.post("/look-up")
def say(
    request: Request,
    rooms: InRooms,
    visitor: Viewer,
    kind: Annotated[LookedAt, Form()],
    number: Annotated[int, Form()],
    reason: Annotated[LookUpReason, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Open the papers for this session, and go on to them."""
    if reason not in SAID:
        raise WrongCallError(f"{reason} is no reason that somebody says.")
    subject = Subject(kind, number)
    if reason is LookUpReason.OTHER and not note.strip():
        return _form(request, rooms, visitor, subject, back, trouble=True)
    with rooms.database.begin() as session:
        _demand(session, subject)
        look_ups.give(
            session,
            subject,
            visit=visit_of(request),
            who=visitor.name,
            reason=reason,
            note=note,
            now=rooms.clock(),
        )
    return RedirectResponse(our_page(back), status_code=303)


@router.get("/look-ups")
def look_ups_page(
    request: Request, rooms: InRooms, visitor: Keeper, before: int | None = None
) -> Response:
    """Who looked at which papers, and why."""
    with rooms.database.look() as session:
        found = look_ups.latest(session, before=before, limit=PAGE_SIZE)
        return painter_of(request).page(
            request,
            "look_ups.html",
            visitor=visitor,
            here="look-ups",
            look_ups=[
                (
                    one,
                    _number(session, look_ups.subject_of(one)),
                )
                for one in found
            ],
            older=found[-1].id if len(found) == PAGE_SIZE else None,
        )


def _form(
    request: Request,
    rooms: InRooms,
    visitor: Visitor,
    subject: Subject,
    back: str,
    *,
    trouble: bool = False,
) -> Response:
    with rooms.database.look() as session:
        _demand(session, subject)
        number = _number(session, subject)
    return painter_of(request).page(
        request,
        "look_up.html",
        visitor=visitor,
        here="filings",
        status=422 if trouble else 200,
        subject=subject,
        number=number,
        reasons=[one.value for one in SAID],
        longest=LONGEST_NOTE,
        next_page=our_page(back),
        trouble=trouble,
    )


def _demand(session: Session, subject: Subject) -> None:
    if not look_ups.exists(session, subject):
        raise MissingError(f"There is no {subject.kind} {subject.id}.")


def _number(session: Session, subject: Subject) -> str:
    """What people call the papers by."""
    if subject.kind is LookedAt.FILING:
        filing = session.get(Filing, subject.id)
        if filing is not None:
            return filing.receipt_number
    return str(subject.id)
