"""The review page and the next item for it."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from kamizero.business_days import NATIONAL
from review.item import unmasked_item
from review.parking import questions_on, reviewers
from storage.tables import Entry
from storage.work import Claim
from web.claims import fresh_claim
from web.keyboard import aids
from web.painting import business_day, painter_of
from web.refusals import TakenError
from web.rooms import Rooms
from web.shown.judgement import judgement_views
from web.shown.questions import question_views
from web.shown.task import TaskView, task_view
from web.visitors import InRooms, Reviewer, Visitor, shown_to_them
from web.wanted import Looking, claim_next
from web.writing import Pen

router = APIRouter(prefix="/review", dependencies=[Depends(shown_to_them)])

# Business days.
_USUAL_WAIT = 5


@router.get("/{entry_id}")
def review_page(
    request: Request, rooms: InRooms, visitor: Reviewer, entry_id: int
) -> Response:
    claim = fresh_claim(rooms, visitor.name, entry_id)
    if claim is None:
        return RedirectResponse("/queue?notice=taken_by_other", status_code=303)
    painter = painter_of(request)
    return painter.page(
        request,
        "review.html",
        visitor=visitor,
        here="queue",
        **_shown(request, rooms, visitor, claim),
        **_aside(rooms, visitor),
        aids=aids(),
        script_texts=painter.texts.group("script", visitor.language),
    )


@router.get("/{entry_id}/task")
def task(
    request: Request, rooms: InRooms, visitor: Reviewer, entry_id: int
) -> Response:
    """The item alone, as it is now, for the page to swap in."""
    claim = fresh_claim(rooms, visitor.name, entry_id)
    if claim is None:
        raise TakenError(f"Entry {entry_id} is with somebody else, or done.")
    return _fragment(request, rooms, visitor, claim)


@router.post("/next")
def next_task(
    request: Request, rooms: InRooms, visitor: Reviewer, look: Looking
) -> Response:
    """Claim one more item and send it, ready to be shown; nothing where none waits."""
    claim = claim_next(rooms, visitor.name, look)
    if claim is None:
        return Response(status_code=204)
    return _fragment(request, rooms, visitor, claim)


def _fragment(
    request: Request, rooms: Rooms, visitor: Visitor, claim: Claim
) -> Response:
    html = painter_of(request).paint(
        request,
        "_task.html",
        visitor=visitor,
        **_shown(request, rooms, visitor, claim),
    )
    return HTMLResponse(html)


def _shown(
    request: Request, rooms: Rooms, visitor: Visitor, claim: Claim
) -> dict[str, Any]:
    """What one item shows."""
    with rooms.database.begin() as session:
        entry = session.get_one(Entry, claim.subject)
        return {
            "task": _task(request, rooms, session, visitor, claim),
            "questions": question_views(session, questions_on(session, entry)),
            "today": business_day(rooms.clock()),
        }


def _aside(rooms: Rooms, visitor: Visitor) -> dict[str, Any]:
    """Whom an item can be given to, and until when it waits unless somebody says so."""
    today = business_day(rooms.clock())
    with rooms.database.look() as session:
        names = [name for name in reviewers(session) if name != visitor.name]
    return {
        "colleagues": names,
        "aside_first": today + timedelta(days=1),
        "aside_until": NATIONAL.after(today, _USUAL_WAIT),
    }


def _task(
    request: Request, rooms: Rooms, session: Session, visitor: Visitor, claim: Claim
) -> TaskView:
    entry = session.get_one(Entry, claim.subject)
    filing = entry.filing
    shown = unmasked_item(session, rooms.vault, entry, claim=claim, now=rooms.clock())
    definition = rooms.library.of(filing)
    return task_view(
        entry,
        shown,
        claim=claim,
        definition=definition,
        pen=Pen(painter_of(request).texts, visitor.language),
        role=visitor.role,
        judgements=judgement_views(
            session, entry, definition=definition, language=visitor.language
        ),
    )
