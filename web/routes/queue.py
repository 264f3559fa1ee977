"""What waits for people, and the button that hands out the next."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from review.parking import open_questions
from review.waiting import MOST_COUNTED, PAGE_SIZE, Order, figures, waiting
from validation.rules import all_rules
from web.claims import fresh_claim
from web.language import Texts
from web.painting import business_day, painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.questions import question_views
from web.shown.waiting import queue_rows, sites
from web.visitors import InRooms, Looker, Reviewer, shown_to_them
from web.wanted import AGES, DOUBTS, DUES, Look, Looking, claim_next

router = APIRouter(dependencies=[Depends(shown_to_them)])

_BAD_NEWS = frozenset({"taken_by_other"})


@router.get("/queue")
def queue_page(
    request: Request, rooms: InRooms, visitor: Looker, look: Looking, after: str = ""
) -> Response:
    painter, now = painter_of(request), rooms.clock()
    with rooms.database.look() as session:
        # One more than is shown says whether there is another page.
        ahead = waiting(
            session,
            wanted=look.wanted,
            order=look.order,
            now=now,
            after=after,
            limit=PAGE_SIZE + 1,
        )
        found = ahead[:PAGE_SIZE]
        values: dict[str, Any] = {
            "queue": figures(session, today=business_day(now), now=now),
            "rows": queue_rows(session, rooms, painter, found, visitor.language),
            "choices": _choices(rooms, sites(session), painter.texts, visitor.language),
            "questions": question_views(
                session, open_questions(session, asked_of=visitor.name)
            ),
        }
    more = found[-1].cursor if len(ahead) > PAGE_SIZE else ""
    return painter.page(
        request,
        "queue.html",
        visitor=visitor,
        here="queue",
        **values,
        look=look,
        later=look.address("/queue", after=more) if more else None,
        rules=sorted(rule.id for rule in all_rules()),
        most=MOST_COUNTED,
        may_review=visitor.may_review,
        said=notice(request, visitor),
        tone="warn" if request.query_params.get("notice") in _BAD_NEWS else "good",
    )


@router.post("/queue/next")
def take_next(rooms: InRooms, visitor: Reviewer, look: Looking) -> Response:
    claim = claim_next(rooms, visitor.name, look)
    if claim is None:
        return _back(look, "all_done")
    return RedirectResponse(look.address(f"/review/{claim.subject}"), status_code=303)


@router.post("/queue/{entry_id}/open")
def open_entry(
    rooms: InRooms, visitor: Reviewer, entry_id: int, look: Looking
) -> Response:
    if fresh_claim(rooms, visitor.name, entry_id) is None:
        return _back(look, "taken_by_other")
    return RedirectResponse(look.address(f"/review/{entry_id}"), status_code=303)


def _back(look: Look, word: str) -> Response:
    return RedirectResponse(look.address("/queue", notice=word), status_code=303)


def _choices(
    rooms: Rooms, sites: Mapping[str, str], texts: Texts, language: str
) -> dict[str, list[tuple[str, str]]]:
    """What each filter can be set to, and how a page says it."""
    forms = sorted({definition.form for definition in rooms.library.all()})

    def said(key: str) -> str:
        return texts.say(key, language)

    return {
        "site": [(code, _site(code, name)) for code, name in sites.items()],
        "form": [(form, form) for form in forms],
        "due": [(word, said(f"due_filter.{word}")) for word in DUES],
        "age": [(days, said(f"age_filter.{days}")) for days in AGES],
        "doubt": [(range_, said(f"doubt_filter.{range_}")) for range_ in DOUBTS],
        "order": [(order.value, said(f"order_filter.{order}")) for order in Order],
    }


def _site(code: str, name: str) -> str:
    return code if name == code else f"{code} {name}"
