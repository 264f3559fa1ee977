"""What somebody must look at now, for who keeps the house: counts and times only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from review import roles
from web.bar import bar_of
from web.painting import painter_of
from web.visitors import InRooms, Only, Visitor

Watcher = Annotated[
    Visitor,
    Depends(Only(roles.WATCHERS, "Alerts are for who keeps or checks the house.")),
]

router = APIRouter(prefix="/alerts")

# Where the bar leads whoever may do something about it.
_PLACES = {
    "given_up": "jobs",
    "doubt": "robots",
    "robots_failed": "robots",
    "exports_blocked": "exports",
    "exports_stopped": "exports",
    "exports_expired": "exports",
    "exports_left": "exports",
    "exports_late": "exports",
    "refused": "answers",
    "answers_open": "answers",
    "answers_late": "answers",
    "overdue": "overview",
    "ledger": "ledger",
    "ledger_missing": "ledger",
    "unclassified": "retention",
}


@router.get("")
def alerts_page(request: Request, rooms: InRooms, visitor: Watcher) -> Response:
    bar = bar_of(visitor.role)
    reached = {place.name for place in (*bar.daily, *bar.seldom)}
    return painter_of(request).page(
        request,
        "alerts.html",
        visitor=visitor,
        here="alerts",
        alerts=rooms.alerts(),
        places={kind: place for kind, place in _PLACES.items() if place in reached},
    )
