"""Lots of filings: drawn, looked at by sample, signed or sent back as a whole."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from review import lots
from storage.tables import ApprovalLot, Verdict
from web.painting import painter_of
from web.routes.approvals import Reason
from web.routes.notices import notice
from web.shown.lots import drawable, lot_lines, lot_view
from web.visitors import Approver, InRooms, shown_to_them

router = APIRouter(prefix="/lots", dependencies=[Depends(shown_to_them)])


@router.get("")
def lots_page(request: Request, rooms: InRooms, visitor: Approver) -> Response:
    with rooms.database.look() as session:
        return painter_of(request).page(
            request,
            "lots.html",
            visitor=visitor,
            here="approvals",
            forms=drawable(
                session, rooms.library, person=visitor.name, language=visitor.language
            ),
            lots=lot_lines(session, rooms.library, language=visitor.language),
            said=notice(request, visitor),
        )


@router.post("")
def draw(
    rooms: InRooms,
    visitor: Approver,
    form: Annotated[str, Form()],
    filings: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    with rooms.database.begin() as session:
        lot = lots.draw(
            session,
            rooms.vault,
            form=form,
            filings=filings,
            actor=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
        found = lot.id
    return RedirectResponse(f"/lots/{found}?notice=lot_drawn", status_code=303)


@router.get("/{lot_id}")
def lot_page(
    request: Request, rooms: InRooms, visitor: Approver, lot_id: int
) -> Response:
    with rooms.database.look() as session:
        return painter_of(request).page(
            request,
            "lot.html",
            visitor=visitor,
            here="approvals",
            lot=lot_view(
                session, _find(session, lot_id), rooms.library, visitor=visitor
            ),
            said=notice(request, visitor),
        )


@router.post("/{lot_id}/filings/{filing_id}")
def judge(
    request: Request,
    rooms: InRooms,
    visitor: Approver,
    lot_id: int,
    filing_id: int,
    manifest: Annotated[str, Form()],
    verdict: Annotated[Verdict, Form()],
    reason: Reason = "",
) -> Response:
    """One drawn filing is right, or all of the lot goes back."""
    why = painter_of(request).texts.say("lot.sent_back_why", rooms.language, n=lot_id)
    with rooms.database.begin() as session:
        lots.judge(
            session,
            _find(session, lot_id),
            filing_id=filing_id,
            seen=manifest,
            verdict=verdict,
            reason=reason,
            others_reason=why,
            actor=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
    said = "lot_looked" if verdict is Verdict.RIGHT else "lot_returned"
    return RedirectResponse(f"/lots/{lot_id}?notice={said}", status_code=303)


@router.post("/{lot_id}/sign")
def sign(rooms: InRooms, visitor: Approver, lot_id: int) -> Response:
    """Approve all of it, or nothing where anything changed."""
    now = rooms.clock()
    with rooms.database.begin() as session:
        lots.sign(
            session,
            rooms.store,
            rooms.vault,
            _find(session, lot_id),
            actor=visitor.name,
            role=visitor.role,
            now=now,
            retain_until=now + rooms.retention,
            deliver=rooms.deliver,
        )
    return RedirectResponse(f"/lots/{lot_id}?notice=lot_signed", status_code=303)


@router.post("/{lot_id}/dissolve")
def dissolve(rooms: InRooms, visitor: Approver, lot_id: int) -> Response:
    with rooms.database.begin() as session:
        lot = _find(session, lot_id)
        lots.dissolve(session, lot, actor=visitor.name, now=rooms.clock())
    return RedirectResponse("/lots?notice=lot_dissolved", status_code=303)


def _find(session: Session, lot_id: int) -> ApprovalLot:
    found = session.get(ApprovalLot, lot_id)
    if found is None:
        raise MissingError(f"There is no lot {lot_id}.")
    return found
