"""The ledger: whether everything that came in is somewhere, as a page and a table."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from delivery.outbox import API
from kamizero.errors import WrongCallError
from review import roles
from storage.ledger.books import Books, open_books
from storage.ledger.daily import latest_runs
from storage.ledger.report import Difference
from storage.ledger.span import Span
from web.painting import business_day, painter_of
from web.rooms import Rooms
from web.tables import csv_answer
from web.visitors import InRooms, Only, Visitor, shown_to_them

Reader = Annotated[
    Visitor,
    Depends(Only(roles.RECEIVERS, "Keyers see what they key, nothing else.")),
]

router = APIRouter(prefix="/ledger", dependencies=[Depends(shown_to_them)])

# A page must answer at once however much came in over the years.
LONGEST = timedelta(days=31)
_RUNS = 14
_HEAD = ("difference", "subject", "number", "expected", "found", "place", "job",
         "file", "page", "kind")  # fmt: skip


@router.get("")
def ledger_page(
    request: Request,
    rooms: InRooms,
    visitor: Reader,
    first: date | None = None,
    last: date | None = None,
) -> Response:
    span = _span(business_day(rooms.clock()), first, last)
    with rooms.database.look() as session:
        runs = latest_runs(session, limit=_RUNS)
    return painter_of(request).page(
        request,
        "ledger.html",
        visitor=visitor,
        here="ledger",
        books=_books(rooms, span),
        span=span,
        runs=runs,
    )


@router.get("/table.csv")
def ledger_table(
    rooms: InRooms,
    visitor: Reader,
    first: date | None = None,
    last: date | None = None,
) -> Response:
    """Each difference and sheet of the days, to take away."""
    del visitor
    ledger = _books(rooms, _span(business_day(rooms.clock()), first, last)).ledger
    rows = [row for one in ledger.differences for row in _rows(one)]
    return csv_answer("ledger", _HEAD, rows)


def _books(rooms: Rooms, span: Span) -> Books:
    with rooms.database.look() as session:
        return open_books(session, subscribers=(API,), span=span)


def _span(today: date, first: date | None, last: date | None) -> Span:
    end = last or today
    begin = first or end
    if not begin <= end <= begin + LONGEST:
        raise WrongCallError(f"Choose a period of at most {LONGEST.days} days.")
    return Span(begin, end)


def _rows(one: Difference) -> list[tuple[object, ...]]:
    about = (one.kind, one.subject_kind, one.subject_id, one.expected, one.found)
    sheets = [
        (sheet.place or None, sheet.job, sheet.file, sheet.page, sheet.kind)
        for sheet in one.sheets
    ]
    return [(*about, *sheet) for sheet in sheets or [(None,) * 5]]
