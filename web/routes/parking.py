"""Putting an entry aside with a question, answering it, and handing an entry on."""

from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from review import parking
from review.parking import PAGE_SIZE, Asking
from storage.tables import Wait
from web.claims import claim_with
from web.painting import TOKYO, painter_of
from web.routes.notices import notice
from web.shown.questions import question_views
from web.visitors import InRooms, Looker, Reviewer, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])

# Whoever starts in the morning finds what was to come back that day.
_MORNING = time(0, 0)

Note = Annotated[str, Form(max_length=1000)]


@router.get("/queue/parked")
def parked_page(
    request: Request, rooms: InRooms, visitor: Looker, after: str = ""
) -> Response:
    with rooms.database.look() as session:
        found = parking.open_questions(session, after=_cursor(after))
        views = question_views(session, found)
    last = found[-1] if len(found) == PAGE_SIZE else None
    return painter_of(request).page(
        request,
        "parked.html",
        visitor=visitor,
        here="queue",
        questions=views,
        later=f"/queue/parked?after={last.until.timestamp()}_{last.id}"
        if last
        else None,
        may_review=visitor.may_review,
        said=notice(request, visitor),
    )


@router.post("/review/{entry_id}/park", status_code=204)
def park(
    rooms: InRooms,
    visitor: Reviewer,
    entry_id: int,
    fence: Annotated[int, Form()],
    wait: Annotated[Wait, Form()],
    until: Annotated[date, Form()],
    asked_of: Annotated[str, Form(max_length=100)] = "",
    note: Note = "",
) -> None:
    """Put the entry on this person's desk aside."""
    morning = datetime.combine(until, _MORNING, TOKYO)
    asking = Asking(wait, morning, asked_of, note)
    with rooms.database.begin() as session:
        claim = claim_with(session, visitor.name, entry_id=entry_id, fence=fence)
        parking.park(session, claim, asking=asking, now=rooms.clock())


@router.post("/review/{entry_id}/hand-on", status_code=204)
def hand_on(
    rooms: InRooms,
    visitor: Reviewer,
    entry_id: int,
    fence: Annotated[int, Form()],
    to: Annotated[str, Form(max_length=100)],
    note: Note = "",
) -> None:
    """Give the entry on this person's desk to somebody else."""
    with rooms.database.begin() as session:
        claim = claim_with(session, visitor.name, entry_id=entry_id, fence=fence)
        parking.hand_on(session, claim, to=to, note=note, now=rooms.clock())


@router.post("/queue/questions/{question_id}")
def answer(
    rooms: InRooms,
    visitor: Reviewer,
    question_id: int,
    answer: Annotated[str, Form(min_length=1, max_length=1000)],
) -> Response:
    """Write an answer down; the entry comes back to whoever asked."""
    with rooms.database.begin() as session:
        question = parking.question_of(session, question_id)
        parking.answer(
            session, question, text=answer, actor=visitor.name, now=rooms.clock()
        )
    return RedirectResponse("/queue?notice=answered", status_code=303)


def _cursor(after: str) -> tuple[datetime, int] | None:
    until, _, number = after.partition("_")
    try:
        return datetime.fromtimestamp(float(until), TOKYO), int(number)
    except (ValueError, OverflowError, OSError):
        return None
