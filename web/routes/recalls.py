"""Recalls: a delivered value corrected, from the register to the acknowledgements."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from delivery.recall_trail import trail_of
from delivery.refused import find_refusal
from forms.flat_names import flat_name
from kamizero.errors import MissingError, WrongCallError
from review.error_register import READERS
from review.recall import Cause, Right, propose
from storage.tables import HEAD, Entry, ErrorCase, HostRefusal, Purpose
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.fields import label_of
from web.visitors import InRooms, Only, Reviewer, Visitor, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])

Reader = Annotated[
    Visitor, Depends(Only(READERS, "Recalls stand in the register of errors."))
]
# So many fields on one form; what was wrong in more is written down as more errors.
ROWS = 3
MOST_ROWS = 20


def rights_said(
    field: Annotated[list[str], Form(max_length=MOST_ROWS)],
    value: Annotated[list[str], Form(max_length=MOST_ROWS)],
    purpose: Annotated[list[Purpose], Form(max_length=MOST_ROWS)],
) -> list[Right]:
    """What the form says. Raises WrongCallError."""
    if not len(field) == len(value) == len(purpose):
        raise WrongCallError("Each field has one value and one purpose.")
    return [
        Right(name, text, why)
        for name, text, why in zip(field, value, purpose, strict=True)
        if name
    ]


Rights = Annotated[list[Right], Depends(rights_said)]


@router.get("/recalls/{recall_id}")
def recall_page(
    request: Request, rooms: InRooms, visitor: Reader, recall_id: int
) -> Response:
    """The trail; fields by name, no value."""
    with rooms.database.look() as session:
        trail = trail_of(session, recall_id)
        entry = trail.recall.entry
        definition = rooms.library.of(entry.filing)
        return painter_of(request).page(
            request,
            "recall.html",
            visitor=visitor,
            here="overview",
            trail=trail,
            recall=trail.recall,
            case=trail.recall.case,
            refusal=trail.recall.refusal,
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
        return _form(request, rooms, visitor, entry, case=case)


@router.get("/refusals/{refusal_id}/correct")
def refused_form(
    request: Request, rooms: InRooms, visitor: Reviewer, refusal_id: int
) -> Response:
    """The same for what a host refuses: its code stands at the field, where known."""
    with rooms.database.look() as session:
        refusal = find_refusal(session, refusal_id)
        return _form(request, rooms, visitor, refusal.delivery.entry, refusal=refusal)


@router.post("/errors/{case_id}/recall")
def propose_recall(
    rooms: InRooms, visitor: Reviewer, case_id: int, right: Rights
) -> Response:
    """Say what the entry should have said; somebody else approves it."""
    with rooms.database.begin() as session:
        case, entry = _case(session, case_id)
        number = _propose(session, rooms, visitor, case, entry, right)
    return _to(number)


@router.post("/refusals/{refusal_id}/correct")
def correct_refused(
    rooms: InRooms, visitor: Reviewer, refusal_id: int, right: Rights
) -> Response:
    """Correct what a host refuses; approved by somebody else, it goes there again."""
    with rooms.database.begin() as session:
        refusal = find_refusal(session, refusal_id, locked=True)
        entry = refusal.delivery.entry
        number = _propose(session, rooms, visitor, refusal, entry, right)
    return _to(number)


def _form(
    request: Request,
    rooms: Rooms,
    visitor: Visitor,
    entry: Entry,
    *,
    case: ErrorCase | None = None,
    refusal: HostRefusal | None = None,
) -> Response:
    definition = rooms.library.of(entry.filing)
    own = [one for one in definition.fields if (one.entry or HEAD) in (HEAD, entry.n)]
    named = refusal.fields if refusal else []
    refused = [one.name for one in own if flat_name(one.name) in named]
    rows = max(ROWS, len(refused))
    return painter_of(request).page(
        request,
        "recall_form.html",
        visitor=visitor,
        here="answers" if refusal else "overview",
        case=case,
        refusal=refusal,
        entry=entry,
        receipt_number=entry.filing.receipt_number,
        rows=[*refused, *[""] * (rows - len(refused))],
        fields=[
            (field.name, f"{field.item} {label_of(field, visitor.language)}")
            for field in own
        ],
    )


def _propose(
    session: Session,
    rooms: Rooms,
    visitor: Visitor,
    cause: Cause,
    entry: Entry,
    right: Sequence[Right],
) -> int:
    return propose(
        session,
        rooms.vault,
        cause=cause,
        definition=rooms.library.of(entry.filing),
        right=right,
        recheck=rooms.recheck,
        actor=visitor.name,
        role=visitor.role,
        now=rooms.clock(),
    ).id


def _to(recall: int) -> Response:
    return RedirectResponse(
        f"/recalls/{recall}?notice=recall_proposed", status_code=303
    )


def _case(session: Session, case_id: int) -> tuple[ErrorCase, Entry]:
    case = session.get(ErrorCase, case_id)
    entry = session.get(Entry, case.entry_id) if case and case.entry_id else None
    if case is None or entry is None:
        raise MissingError(f"Error {case_id} names no filing.")
    return case, entry
