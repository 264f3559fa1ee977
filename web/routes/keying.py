"""Keying single fields blind: one snippet a person, each answer saved at once."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel
from pydantic import Field as Given
from sqlalchemy.orm import Session

from forms.definition import Field as FormField
from kamizero.model import Box, FieldState
from review.keying import pool
from review.keying.turns import Keyer, differing, key
from review.refusals import WrongClaimError
from storage import work
from storage.tables import Field, Page
from storage.work import Claim
from web.keyboard import aids
from web.painting import painter_of
from web.rooms import Rooms
from web.shown.keying import keying_view
from web.shown.pages import turn_of
from web.shown.pictures import find_page
from web.shown.places import place
from web.shown.snippets import margin_of, others_on, snippet
from web.shown.task import eras
from web.visitors import InRooms, KeyingPerson, Visitor, shown_to_them
from web.writing import Pen, from_typed

router = APIRouter(prefix="/keying", dependencies=[Depends(shown_to_them)])


class Fenced(BaseModel):
    fence: int


class Keyed(Fenced):
    """What a person says is written in the field on their screen."""

    value: str = Given(default="", max_length=1000)
    state: FieldState = FieldState.READ


@router.get("")
def keying_page(request: Request, visitor: KeyingPerson) -> Response:
    painter = painter_of(request)
    return painter.page(
        request,
        "keying.html",
        visitor=visitor,
        here="keying",
        aids=aids(),
        eras=eras(Pen(painter.texts, visitor.language)),
        script_texts=painter.texts.group("script", visitor.language),
    )


@router.post("/next")
def next_field(
    request: Request, rooms: InRooms, visitor: KeyingPerson
) -> Mapping[str, Any]:
    """The field this person keys next."""
    return _next(request, rooms, visitor)


@router.post("/{field_id}")
def answer(
    request: Request,
    rooms: InRooms,
    visitor: KeyingPerson,
    field_id: int,
    keyed: Keyed,
) -> Mapping[str, Any]:
    """Save what was keyed, and give the next field."""
    with rooms.database.begin() as session:
        claim = pool.claim_of(
            session, visitor.name, field_id=field_id, fence=keyed.fence
        )
        field = session.get_one(Field, field_id)
        definition = rooms.library.of(field.filing)
        keyer = Keyer(
            claim=claim, role=visitor.role, now=rooms.clock(), recheck=rooms.recheck
        )
        key(
            session,
            rooms.vault,
            keyer,
            definition=definition,
            value=from_typed(definition.field(field.name), keyed.value),
            state=keyed.state,
        )
    return _next(request, rooms, visitor)


@router.post("/{field_id}/lease", status_code=204)
def extend(rooms: InRooms, visitor: KeyingPerson, field_id: int, body: Fenced) -> None:
    with rooms.database.look() as session:
        claim = pool.claim_of(
            session, visitor.name, field_id=field_id, fence=body.fence
        )
    work.extend(rooms.database, claim, lease=pool.LEASE, now=rooms.clock())


@router.post("/{field_id}/release", status_code=204)
def release(
    rooms: InRooms,
    visitor: KeyingPerson,
    field_id: int,
    fence: Annotated[int, Form()],
) -> Response:
    """Give the field back; harmless where it is keyed or somebody else's by now."""
    try:
        with rooms.database.begin() as session:
            claim = pool.claim_of(session, visitor.name, field_id=field_id, fence=fence)
            work.release(session, claim, now=rooms.clock())
    except WrongClaimError:
        return Response(status_code=204)
    return Response(status_code=204)


@router.get("/{field_id}/snippet.jpg")
def picture(
    rooms: InRooms, visitor: KeyingPerson, field_id: int, fence: int
) -> Response:
    """The field alone, for whoever has it on their screen."""
    with rooms.database.look() as session:
        pool.claim_of(session, visitor.name, field_id=field_id, fence=fence)
        field = session.get_one(Field, field_id)
        page, others = find_page(session, field.page_id), others_on(session, field)
        area = _area(rooms, field, page)
    data = snippet(
        rooms.pictures.jpeg(page),
        area,
        turn=turn_of(page),
        margin=margin_of(page.dpi),
        covered=others,
    )
    return Response(data, media_type="image/jpeg")


def _area(rooms: Rooms, field: Field, page: Page) -> Box:
    return place(_form_field(rooms, field), Box(*field.box_px), turn=turn_of(page))


def _form_field(rooms: Rooms, field: Field) -> FormField:
    filing = field.filing
    return rooms.library.of(filing).field(field.name)


def _next(request: Request, rooms: Rooms, visitor: Visitor) -> Mapping[str, Any]:
    claim = pool.claim_next(
        rooms.database, visitor.name, visitor.role, now=rooms.clock()
    )
    if claim is None:
        return {"task": None}
    pen = Pen(painter_of(request).texts, visitor.language)
    with rooms.database.look() as session:
        return {"task": asdict(_view(session, rooms, claim, pen))}


def _view(session: Session, rooms: Rooms, claim: Claim, pen: Pen) -> Any:
    field = session.get_one(Field, claim.subject)
    return keying_view(
        claim,
        _form_field(rooms, field),
        differing(session, rooms.vault, field),
        pen=pen,
    )
