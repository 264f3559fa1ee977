"""Absences (不在) and what was done in one's place meanwhile (後閲)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from kamizero.model import Role
from review import absences
from storage.tables import Absence, Filing, RouteStep
from storage.tables import Person as PersonRow
from web.painting import business_day, painter_of
from web.routes.notices import notice
from web.shown.route import stage_label
from web.visitors import Approver, InRooms, shown_to_them
from web.writing import Pen

router = APIRouter(prefix="/absences", dependencies=[Depends(shown_to_them)])

_SHOWN = 100


@router.get("")
def absences_page(request: Request, rooms: InRooms, visitor: Approver) -> Response:
    painter = painter_of(request)
    pen = Pen(painter.texts, visitor.language)
    with rooms.database.look() as session:
        return painter.page(
            request,
            "absences.html",
            visitor=visitor,
            here="approvals",
            absences=_absences(session),
            deputies=_others(session, visitor.name),
            to_read=[
                _line(session, step, pen)
                for step in absences.to_read(session, visitor.name)
            ],
            today=business_day(rooms.clock()),
            said=notice(request, visitor),
        )


@router.post("")
def record(
    rooms: InRooms,
    visitor: Approver,
    deputy: Annotated[str, Form()],
    first_day: Annotated[date, Form()],
    last_day: Annotated[date, Form()],
) -> Response:
    """Say that one is away, and who decides meanwhile."""
    with rooms.database.begin() as session:
        absences.record_absence(
            session,
            person=visitor.name,
            deputy=deputy,
            first_day=first_day,
            last_day=last_day,
            actor=visitor.name,
            now=rooms.clock(),
        )
    return RedirectResponse("/absences?notice=absence_recorded", status_code=303)


@router.post("/{absence_id}/cancel")
def cancel(rooms: InRooms, visitor: Approver, absence_id: int) -> Response:
    with rooms.database.begin() as session:
        found = session.get(Absence, absence_id)
        if found is None:
            raise MissingError(f"There is no absence {absence_id}.")
        absences.cancel_absence(session, found, actor=visitor.name, now=rooms.clock())
    return RedirectResponse("/absences?notice=absence_cancelled", status_code=303)


@router.post("/read/{step_id}")
def mark_read(rooms: InRooms, visitor: Approver, step_id: int) -> Response:
    """Say that one has read what the deputy did (後閲)."""
    with rooms.database.begin() as session:
        step = session.get(RouteStep, step_id)
        if step is None:
            raise MissingError(f"There is no step {step_id}.")
        absences.mark_read(session, step, actor=visitor.name, now=rooms.clock())
    return RedirectResponse("/absences?notice=read_afterwards", status_code=303)


def _absences(session: Session) -> list[Absence]:
    query = (
        select(Absence)
        .where(Absence.cancelled_at.is_(None))
        .order_by(Absence.last_day.desc(), Absence.id.desc())
        .limit(_SHOWN)
    )
    return list(session.scalars(query))


def _others(session: Session, name: str) -> list[str]:
    query = (
        select(PersonRow.name)
        .where(
            PersonRow.role == Role.APPROVER,
            PersonRow.active.is_(True),
            PersonRow.name != name,
        )
        .order_by(PersonRow.name)
    )
    return list(session.scalars(query))


def _line(session: Session, step: RouteStep, pen: Pen) -> dict[str, object]:
    filing = session.get_one(Filing, step.round.filing_id)
    return {
        "id": step.id,
        "filing_id": filing.id,
        "receipt_number": filing.receipt_number,
        "label": stage_label(step.stage, pen),
        "person": step.person,
        "at": step.at,
    }
