"""What hosts answer: entries they refuse, lines that fit nothing, broken lists."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from delivery import refused
from delivery.answers import taking, unmatched
from delivery.answers.layout import Verdict
from delivery.answers.standing import broken_lists, heard
from delivery.exports.destinations import all_destinations
from delivery.robots.queues import all_queues
from forms.flat_names import flat_name
from storage.tables import HostRefusal
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.fields import label_of
from web.visitors import InRooms, Looker, Reviewer, Visitor, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])


@router.get("/answers")
def answers_page(request: Request, rooms: InRooms, visitor: Looker) -> Response:
    with rooms.database.look() as session:
        titles = {one.name: one.title for one in all_queues(session)}
        for one in all_destinations(session):
            titles[one.subscriber] = one.terms["title"]
        refusals = refused.open_refusals(session)
        return painter_of(request).page(
            request,
            "answers.html",
            visitor=visitor,
            here="answers",
            refusals=refusals,
            labels={one.id: _labels(rooms, visitor, one) for one in refusals},
            lines=unmatched.unmatched_lines(session),
            broken=broken_lists(session),
            heard=heard(session),
            titles=titles,
            said=notice(request, visitor),
        )


@router.post("/refusals/{refusal_id}/close")
def close_refusal(rooms: InRooms, visitor: Reviewer, refusal_id: int) -> Response:
    """Say that nothing is to be done about what a host refuses."""
    with rooms.database.begin() as session:
        refused.close(session, refusal_id, actor=visitor.name, now=rooms.clock())
    return _back("answer_settled")


@router.post("/answers/lines/{line}/done")
def line_done(rooms: InRooms, visitor: Reviewer, line: int) -> Response:
    """Say that nothing is to be done about a line."""
    with rooms.database.begin() as session:
        unmatched.done(session, line, actor=visitor.name, now=rooms.clock())
    return _back("answer_settled")


@router.post("/answers/lines/{line}/entry")
def lay_line(
    rooms: InRooms,
    visitor: Reviewer,
    line: int,
    verdict: Annotated[Verdict, Form()],
    receipt_number: Annotated[str, Form(max_length=32)],
    n: Annotated[int, Form(ge=1)] = 1,
) -> Response:
    """Say which entry a line is about, and what the host says of it."""
    with rooms.database.begin() as session:
        unmatched.lay_to(
            session,
            line,
            verdict,
            receipt_number=receipt_number,
            n=n,
            actor=visitor.name,
            now=rooms.clock(),
        )
    return _back("answer_settled")


@router.post("/answers/lists/{list_id}/done")
def list_done(rooms: InRooms, visitor: Reviewer, list_id: int) -> Response:
    """Say that a broken list is done with."""
    with rooms.database.begin() as session:
        taking.settle_broken(session, list_id, actor=visitor.name, now=rooms.clock())
    return _back("answer_settled")


def _labels(rooms: Rooms, visitor: Visitor, refusal: HostRefusal) -> list[str]:
    """What the form calls the fields that the host names."""
    if not refusal.fields:
        return []
    filing = refusal.delivery.entry.filing
    definition = rooms.library.of(filing)
    known = {flat_name(one.name): one for one in definition.fields}
    return [label_of(known[name], visitor.language) for name in refusal.fields]


def _back(word: str) -> Response:
    return RedirectResponse(f"/answers?notice={word}", status_code=303)
