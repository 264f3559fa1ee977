"""Group verification: a grid of like readings, confirmed at one stroke."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from pydantic import Field as Given

from kamizero.errors import ConflictError, MissingError, StaleFenceError
from kamizero.model import Box
from review import queue
from review.keying.groups import LOT, Piece, kinds_waiting, open_lot
from review.keying.kinds import kinds_of
from review.keying.verdicts import judge_piece
from storage.tables import Field
from web.claims import claim_with, hand_of
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.groups import group_lines, heading, opened, piece_views
from web.shown.pages import turn_of
from web.shown.pictures import find_page
from web.shown.places import cell_place, place
from web.shown.snippets import margin_of, others_on, snippet
from web.visitors import InRooms, Reviewer, Visitor, shown_to_them
from web.writing import Pen

router = APIRouter(prefix="/groups", dependencies=[Depends(shown_to_them)])


class Verdict(BaseModel):
    """What a person says about one picture."""

    item: str = Given(max_length=1000)
    correct: bool


class Verdicts(BaseModel):
    verdicts: list[Verdict] = Given(max_length=LOT)


@router.get("")
def groups(request: Request, rooms: InRooms, visitor: Reviewer) -> Response:
    painter = painter_of(request)
    pen = Pen(painter.texts, visitor.language)
    with rooms.database.look() as session:
        kinds = kinds_waiting(session, person=visitor.name, now=rooms.clock())
    return painter.page(
        request,
        "groups.html",
        visitor=visitor,
        here="groups",
        groups=group_lines(kinds, rooms.library, pen),
        said=notice(request, visitor),
    )


@router.get("/lot")
def lot(
    request: Request,
    rooms: InRooms,
    visitor: Reviewer,
    form: str = "",
    kind: str = "",
) -> Response:
    """A new lot under this person's leases; back to the list where nothing is left."""
    definition = rooms.library.get(form) if form else None
    if definition is None or kind not in kinds_of(definition):
        return RedirectResponse("/groups", status_code=303)
    pieces = open_lot(
        rooms.database,
        rooms.vault,
        definition=definition,
        kind=kind,
        person=visitor.name,
        now=rooms.clock(),
    )
    if not pieces:
        return RedirectResponse("/groups?notice=lot_empty", status_code=303)
    painter = painter_of(request)
    pen = Pen(painter.texts, visitor.language)
    field = kinds_of(definition)[kind]
    return painter.page(
        request,
        "grouping.html",
        visitor=visitor,
        here="groups",
        heading=heading(definition, kind, pen),
        digit=pieces[0].says.value if pieces[0].cell else "",
        pieces=piece_views(pieces, field, rooms.vault, person=visitor.name, pen=pen),
        script_texts=painter.texts.group("script", visitor.language),
    )


@router.get("/piece.jpg")
def picture(rooms: InRooms, visitor: Reviewer, item: str) -> Response:
    """One picture of a lot, for whoever has it on their screen."""
    piece = opened(item, rooms.vault, person=visitor.name)
    with rooms.database.look() as session:
        claim_with(session, visitor.name, entry_id=piece.entry_id, fence=piece.fence)
        field = session.get_one(Field, piece.field_id)
        page, others = find_page(session, field.page_id), others_on(session, field)
        filing = field.filing
        known = rooms.library.of(filing).field(field.name)
        box, turn = Box(*field.box_px), turn_of(page)
    area = (
        cell_place(known, piece.cell, box, turn=turn)
        if piece.cell
        else place(known, box, turn=turn)
    )
    data = snippet(
        rooms.pictures.jpeg(page),
        area,
        turn=turn,
        # The next cell holds the next digit of the same number.
        margin=0 if piece.cell else margin_of(page.dpi),
        covered=() if piece.cell else others,
    )
    return Response(data, media_type="image/jpeg")


@router.post("/lot")
def judge(rooms: InRooms, visitor: Reviewer, given: Verdicts) -> Mapping[str, int]:
    """Save each verdict by itself: one that comes too late spoils no other."""
    saved = 0
    for verdict in given.verdicts:
        piece = opened(verdict.item, rooms.vault, person=visitor.name)
        try:
            _judge(rooms, visitor, piece, correct=verdict.correct)
        except (StaleFenceError, ConflictError):
            continue
        saved += 1
    return {"saved": saved, "gone": len(given.verdicts) - saved}


@router.post("/release", status_code=204)
def release(
    rooms: InRooms, visitor: Reviewer, items: Annotated[str, Form()] = ""
) -> Response:
    """Give the rest of a lot back; harmless where it is somebody else's by now."""
    for item in items.split():
        _release(rooms, visitor, item)
    return Response(status_code=204)


def _judge(rooms: Rooms, visitor: Visitor, piece: Piece, *, correct: bool) -> None:
    with rooms.database.begin() as session:
        hand = hand_of(
            session, rooms, visitor, entry_id=piece.entry_id, fence=piece.fence
        )
        filing = hand.entry.filing
        judge_piece(
            session,
            rooms.vault,
            hand=hand,
            piece=piece,
            correct=correct,
            definition=rooms.library.of(filing),
            recheck=rooms.recheck,
        )


def _release(rooms: Rooms, visitor: Visitor, item: str) -> None:
    try:
        piece = opened(item, rooms.vault, person=visitor.name)
        with rooms.database.begin() as session:
            claim = claim_with(
                session, visitor.name, entry_id=piece.entry_id, fence=piece.fence
            )
            queue.release(session, claim, now=rooms.clock())
    except (StaleFenceError, MissingError):
        # The page that left was late: the entry has gone on without it.
        return
