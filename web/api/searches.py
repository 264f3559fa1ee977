"""Looking filings up over the API: asked once, then read page by page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from kamizero.model import Scope
from storage.searches import keeping
from storage.searches.criteria import Criteria
from storage.searches.hits import find
from storage.tables import LookUpReason
from web.api.callers import Caller, InRooms, Needs
from web.api.filings import FilingSummary, summary
from web.api.looking import said_reason, visit_of_caller
from web.api.once import Answer, InOnce, Note
from web.asked import Asked
from web.refusals import SearchReasonError
from web.rooms import Rooms

router = APIRouter(tags=["filings"])

Searcher = Annotated[Caller, Depends(Needs(Scope.FILINGS_READ))]


class SearchBody(Asked):
    """What to look for; empty things are not asked."""

    model_config = ConfigDict(extra="forbid")


class FoundFiling(FilingSummary):
    """A filing, and the entries of it that the search is true of."""

    entries: list[int]


class FoundList(BaseModel):
    """A page of what was found, newest first; `next` is null at the end."""

    items: list[FoundFiling]
    next: int | None


@router.post("/searches", status_code=201)
def begin(
    request: Request,
    rooms: InRooms,
    caller: Searcher,
    once: InOnce,
    body: SearchBody,
    look_up_reason: Annotated[str, Header()] = "",
) -> Response:
    """Keep what you look for, sealed; `id` is where to read what was found, for a day.

    A person says why in the header `Look-Up-Reason`.
    """
    asked, reason = body.criteria(), said_reason(caller, look_up_reason)
    if reason is None:
        raise SearchReasonError
    visit = visit_of_caller(request, rooms, caller)
    # What is kept to know a request again must not be a hash of somebody's number.
    mark = rooms.vault.blind_index(f"search/{asked!r}")
    return once.run(
        {"search": mark},
        lambda note: _begin(rooms, caller, asked, reason, visit, note),
    )


@router.get("/searches/{name}")
def found(
    request: Request,
    rooms: InRooms,
    caller: Searcher,
    name: str,
    after: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FoundList:
    """The filings all of it is true of, without their values."""
    visit = visit_of_caller(request, rooms, caller)
    with rooms.database.look() as session:
        search = keeping.search_of(session, name, visit=visit)
        asked = keeping.criteria_of(search, rooms.vault)
        hits = find(session, rooms.vault, asked, before=after, limit=limit + 1)
    items = [
        FoundFiling(
            **summary(hit.filing).model_dump(), entries=[one.n for one in hit.entries]
        )
        for hit in hits[:limit]
    ]
    return FoundList(items=items, next=items[-1].id if len(hits) > limit else None)


def _begin(
    rooms: Rooms,
    caller: Caller,
    asked: Criteria,
    reason: LookUpReason,
    visit: str,
    note: Note,
) -> Answer:
    now = rooms.clock()
    with rooms.database.begin() as session:
        name = keeping.begin(
            session,
            rooms.vault,
            asked,
            visit=visit,
            who=caller.name,
            reason=reason,
            now=now,
        )
        return note(session, (201, {"id": name}))
