"""Recalls: a delivered value corrected, from the register to the acknowledgements."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from delivery.recall_trail import trail_of
from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import MissingError, WrongCallError
from review.error_register import READERS
from review.recall import Right, propose
from storage.tables import HEAD, Entry, ErrorCase, Purpose
from web.painting import painter_of
from web.routes.notices import notice
from web.shown.fields import label_of
from web.visitors import InRooms, Only, Reviewer, Visitor, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])

Reader = Annotated[
    Visitor, Depends(Only(READERS, "Recalls stand in the register of errors."))
]
# So many fields on one form; what was wrong in more is written down as more errors.
ROWS = 3


@router.get("/recalls/{recall_id}")
def recall_page(
    request: Request, rooms: InRooms, visitor: Reader, recall_id: int
) -> Response:
    """The trail; fields by name, no value."""
    with rooms.database.look() as session:
        trail = trail_of(session, recall_id)
        entry = trail.recall.entry
        definition = _definition(rooms.library, entry)
        return painter_of(request).page(
            request,
            "recall.html",
            visitor=visitor,
            here="overview",
            trail=trail,
            recall=trail.recall,
            case=trail.recall.case,
            entry=entry,
            fields=[
                label_of(definition.field(name), visitor.language)
                for name in trail.fields
            ],
            said=notice(request, visitor),
        )


@router.get("/errors/{case_id}/recall")
def recall_form(
    request: Request, rooms: InRooms, visitor: Reviewer, case_id: int
) -> Response:
    with rooms.database.look() as session:
        case, entry = _case(session, case_id)
        definition = _definition(rooms.library, entry)
        return painter_of(request).page(
            request,
            "recall_form.html",
            visitor=visitor,
            here="overview",
            case=case,
            entry=entry,
            receipt_number=entry.filing.receipt_number,
            rows=range(ROWS),
            fields=[
                (field.name, f"{field.item} {label_of(field, visitor.language)}")
                for field in definition.fields
                if (field.entry or HEAD) in (HEAD, entry.n)
            ],
        )


@router.post("/errors/{case_id}/recall")
def propose_recall(
    rooms: InRooms,
    visitor: Reviewer,
    case_id: int,
    field: Annotated[list[str], Form(max_length=ROWS)],
    value: Annotated[list[str], Form(max_length=ROWS)],
    purpose: Annotated[list[Purpose], Form(max_length=ROWS)],
) -> Response:
    """Say what the entry should have said; somebody else approves it."""
    if not len(field) == len(value) == len(purpose):
        raise WrongCallError("Each field has one value and one purpose.")
    with rooms.database.begin() as session:
        case, entry = _case(session, case_id)
        recall = propose(
            session,
            rooms.vault,
            case=case,
            definition=_definition(rooms.library, entry),
            right=[
                Right(name, text, why)
                for name, text, why in zip(field, value, purpose, strict=True)
                if name
            ],
            recheck=rooms.recheck,
            actor=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
        number = recall.id
    return RedirectResponse(
        f"/recalls/{number}?notice=recall_proposed", status_code=303
    )


def _case(session: Session, case_id: int) -> tuple[ErrorCase, Entry]:
    case = session.get(ErrorCase, case_id)
    entry = session.get(Entry, case.entry_id) if case and case.entry_id else None
    if case is None or entry is None:
        raise MissingError(f"Error {case_id} names no filing.")
    return case, entry


def _definition(library: Library, entry: Entry) -> FormDefinition:
    return library.get(f"{entry.filing.form}@{entry.filing.revision}")
