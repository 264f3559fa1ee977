"""Returned filings (返戻): the letter is prepared, checked by another, and sent."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from review import roles
from review.returning import notices
from review.returning.addressee import known, typed
from review.returning.letter import letter_pdf
from review.returning.notices import Clerk, Content
from storage import audit
from storage.tables import AddresseeKind, LookUpReason, Posting, ReturnNotice
from web import looking
from web.looking import Shows
from web.painting import business_day, painter_of
from web.rooms import Rooms
from web.routes.notices import notice as notice_said
from web.shown.returns import letter_view, notice_view, printed
from web.visitors import InRooms, Reviewer, Visitor, shown_to_them
from web.writing import Pen

router = APIRouter(prefix="/returns", dependencies=[Depends(shown_to_them)])


_SHOWS = Shows(
    "notice_id",
    looking.notice,
    seen_by=roles.REVIEWERS,
    work=LookUpReason.RETURN,
    workers=roles.REVIEWERS,
)


@router.get("")
def returns_page(request: Request, rooms: InRooms, visitor: Reviewer) -> Response:
    painter = painter_of(request)
    pen = Pen(painter.texts, visitor.language)
    with rooms.database.look() as session:
        today = business_day(rooms.clock())
        return painter.page(
            request,
            "returns.html",
            visitor=visitor,
            here="returns",
            groups=notice_view(session, rooms.library, today=today, pen=pen),
            said=notice_said(request, visitor),
        )


@router.get("/{notice_id}", dependencies=[Depends(_SHOWS)])
def return_page(
    request: Request, rooms: InRooms, visitor: Reviewer, notice_id: int
) -> Response:
    painter = painter_of(request)
    pen = Pen(painter.texts, visitor.language)
    with rooms.database.begin() as session:
        found = _find(session, notice_id)
        _seen(session, found, visitor, rooms, "return.view")
        return painter.page(
            request,
            "return.html",
            visitor=visitor,
            here="returns",
            letter=letter_view(
                session,
                rooms.vault,
                found,
                library=rooms.library,
                offices=rooms.offices,
                visitor=visitor,
                today=business_day(rooms.clock()),
                pen=pen,
            ),
            said=notice_said(request, visitor),
        )


@router.get("/{notice_id}/letter.pdf", dependencies=[Depends(_SHOWS)])
def letter(rooms: InRooms, visitor: Reviewer, notice_id: int) -> Response:
    """The letter as it stands, with the sheet for its re-entry."""
    with rooms.database.begin() as session:
        found = _find(session, notice_id)
        said = printed(session, rooms.vault, found, library=rooms.library)
        _seen(session, found, visitor, rooms, "return.printed")
    return Response(
        content=letter_pdf(said),
        media_type="application/pdf",
        headers={"Cache-Control": "no-store"},
    )


@router.post("/{notice_id}/prepare")
def prepare(
    rooms: InRooms,
    visitor: Reviewer,
    notice_id: int,
    kind: Annotated[AddresseeKind, Form()],
    name: Annotated[str, Form(max_length=100)] = "",
    postal_code: Annotated[str, Form(max_length=16)] = "",
    address: Annotated[str, Form(max_length=200)] = "",
    reasons: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    note: Annotated[str, Form(max_length=300)] = "",
    enclosures: Annotated[list[int], Form()] = [],  # noqa: B006 - as above
) -> Response:
    with rooms.database.begin() as session:
        found = _find(session, notice_id)
        if kind is AddresseeKind.TYPED:
            addressee = typed(name, postal_code, address)
        else:
            addresses = known(session, rooms.vault, found, rooms.offices)
            if kind not in addresses:
                raise MissingError("There is no such address on record; type it in.")
            addressee = addresses[kind]
        content = Content(
            kind, addressee, tuple(reasons), note.strip(), tuple(enclosures)
        )
        notices.prepare(session, rooms.vault, found, content, _clerk(rooms, visitor))
    return _back(notice_id, "return_prepared")


@router.post("/{notice_id}/check")
def check(
    rooms: InRooms, visitor: Reviewer, notice_id: int, seen: Annotated[str, Form()]
) -> Response:
    """Another person says that address and enclosures are right."""
    with rooms.database.begin() as session:
        found = _find(session, notice_id)
        notices.check(session, found, seen=seen, by=_clerk(rooms, visitor))
    return _back(notice_id, "return_checked")


@router.post("/{notice_id}/send")
def send(
    rooms: InRooms,
    visitor: Reviewer,
    notice_id: int,
    way: Annotated[Posting, Form()],
    sent_on: Annotated[date, Form()],
    due_on: Annotated[date | None, Form()] = None,
) -> Response:
    with rooms.database.begin() as session:
        notices.send(
            session,
            _find(session, notice_id),
            way=way,
            sent_on=sent_on,
            due_on=due_on,
            by=_clerk(rooms, visitor),
        )
    return _back(notice_id, "return_sent")


@router.post("/{notice_id}/remind")
def remind(
    rooms: InRooms,
    visitor: Reviewer,
    notice_id: int,
    due_on: Annotated[date, Form()],
) -> Response:
    with rooms.database.begin() as session:
        notices.remind(
            session,
            _find(session, notice_id),
            on=business_day(rooms.clock()),
            due_on=due_on,
            by=_clerk(rooms, visitor),
        )
    return _back(notice_id, "return_reminded")


@router.post("/{notice_id}/link")
def link(
    rooms: InRooms,
    visitor: Reviewer,
    notice_id: int,
    receipt_number: Annotated[str, Form(max_length=32)],
) -> Response:
    """The filing came again without its sheet."""
    with rooms.database.begin() as session:
        notices.link(
            session,
            _find(session, notice_id),
            receipt_number=receipt_number.strip(),
            by=_clerk(rooms, visitor),
        )
    return _back(notice_id, "return_linked")


def _find(session: Session, notice_id: int) -> ReturnNotice:
    found = session.get(ReturnNotice, notice_id)
    if found is None:
        raise MissingError(f"There is no letter {notice_id}.")
    return found


def _clerk(rooms: Rooms, visitor: Visitor) -> Clerk:
    return Clerk(visitor.name, visitor.role, rooms.clock())


def _seen(
    session: Session, found: ReturnNotice, visitor: Visitor, rooms: Rooms, act: str
) -> None:
    """Somebody saw an address: that leaves a trace."""
    audit.record(
        session,
        actor=visitor.name,
        act=act,
        subject_kind="filing",
        subject_id=found.filing_id,
        now=rooms.clock(),
        body={"notice": found.id},
    )


def _back(notice_id: int, said: str) -> Response:
    return RedirectResponse(f"/returns/{notice_id}?notice={said}", status_code=303)
