"""Contractors' work: what waits for its check, the lots, and what was found (検品)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from review import inspections
from review.inspections import Inspector
from storage.tables import Inspection, InspectionState, Verdict
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.approvals import Reason
from web.routes.notices import notice
from web.visitors import InRooms, Reviewer, Visitor, shown_to_them

router = APIRouter(prefix="/inspections", dependencies=[Depends(shown_to_them)])

_SHOWN = 50


@router.get("")
def inspections_page(request: Request, rooms: InRooms, visitor: Reviewer) -> Response:
    with rooms.database.look() as session:
        return painter_of(request).page(
            request,
            "inspections.html",
            visitor=visitor,
            here="inspections",
            batches=inspections.batches(session),
            lots=session.scalars(
                select(Inspection).order_by(Inspection.id.desc()).limit(_SHOWN)
            ).all(),
            allowed=rooms.contract_errors,
            said=notice(request, visitor),
        )


@router.post("")
def draw(
    rooms: InRooms,
    visitor: Reviewer,
    contractor: Annotated[str, Form(max_length=100)],
    day: Annotated[date, Form()],
    form: Annotated[str, Form(max_length=16)],
) -> Response:
    """Make a lot of one contractor's day, and draw its sample."""
    with rooms.database.begin() as session:
        found = inspections.draw(
            session,
            rooms.vault,
            contractor=contractor,
            day=day,
            form=form,
            allowed=rooms.contract_errors,
            by=_inspector(rooms, visitor),
        ).id
    return RedirectResponse(f"/inspections/{found}?notice=lot_drawn", status_code=303)


@router.get("/{inspection_id}")
def inspection_page(
    request: Request, rooms: InRooms, visitor: Reviewer, inspection_id: int
) -> Response:
    with rooms.database.look() as session:
        found = _find(session, inspection_id)
        drawn = [one for one in found.works if one.drawn]
        return painter_of(request).page(
            request,
            "inspection.html",
            visitor=visitor,
            here="inspections",
            lot=found,
            sample=len(drawn),
            looked=sum(one.verdict is not None for one in drawn),
            wrong=sum(one.verdict == Verdict.WRONG for one in drawn),
            is_open=found.state == InspectionState.OPEN,
            said=notice(request, visitor),
        )


@router.post("/{inspection_id}/filings/{filing_id}")
def judge(
    rooms: InRooms,
    visitor: Reviewer,
    inspection_id: int,
    filing_id: int,
    verdict: Annotated[Verdict, Form()],
    reason: Reason = "",
) -> Response:
    """One drawn filing is right or wrong; too many wrong ones send all of it back."""
    with rooms.database.begin() as session:
        found = _find(session, inspection_id)
        inspections.judge(
            session,
            found,
            filing_id=filing_id,
            verdict=verdict,
            reason=reason,
            by=_inspector(rooms, visitor),
        )
        state = InspectionState(found.state)
    said = {
        InspectionState.OPEN: "lot_looked",
        InspectionState.PASSED: "inspection_passed",
        InspectionState.RETURNED: "lot_returned",
    }[state]
    return RedirectResponse(
        f"/inspections/{inspection_id}?notice={said}", status_code=303
    )


def _inspector(rooms: Rooms, visitor: Visitor) -> Inspector:
    return Inspector(visitor.name, visitor.role, rooms.clock())


def _find(session: Session, inspection_id: int) -> Inspection:
    found = session.get(Inspection, inspection_id)
    if found is None:
        raise MissingError(f"There is no lot {inspection_id}.")
    return found
