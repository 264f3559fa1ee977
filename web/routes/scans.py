"""How well each device scanned: the page, and the table to take away."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ingest.legal_image import Fault
from kamizero.errors import WrongCallError
from review import roles
from review.chart_readings import LARGEST_POINTS
from review.scan_quality import LONGEST, SMALLEST_DPI, DayOfDevice, scan_quality
from web.painting import business_day, painter_of
from web.tables import csv_answer
from web.visitors import InRooms, Only, Visitor, shown_to_them

Reader = Annotated[
    Visitor,
    Depends(Only(roles.RECEIVERS, "Keyers see what they key, nothing else.")),
]

router = APIRouter(prefix="/scans", dependencies=[Depends(shown_to_them)])

_WEEK = timedelta(days=6)
_HEAD = (
    "day",
    "site",
    "door",
    "operator",
    "pages",
    "blank",
    "lowest_dpi",
    "in_colour",
    "lowest_sharpness",
    "largest_skew",
    "chart_points",
    "chart_day",
    *(fault.value for fault in Fault),
    "refused",
)


@router.get("")
def scans_page(
    request: Request,
    rooms: InRooms,
    visitor: Reader,
    first: date | None = None,
    last: date | None = None,
) -> Response:
    period = _period(business_day(rooms.clock()), first, last)
    with rooms.database.look() as session:
        days = scan_quality(session, first=period[0], last=period[1])
    return painter_of(request).page(
        request,
        "scans.html",
        visitor=visitor,
        here="jobs",
        days=days,
        first=period[0],
        last=period[1],
        faults=[fault.value for fault in Fault],
        smallest_dpi=SMALLEST_DPI,
        largest_points=LARGEST_POINTS,
    )


@router.get("/table.csv")
def scans_table(
    rooms: InRooms,
    visitor: Reader,
    first: date | None = None,
    last: date | None = None,
) -> Response:
    """The same, to take away."""
    del visitor
    period = _period(business_day(rooms.clock()), first, last)
    with rooms.database.look() as session:
        days = scan_quality(session, first=period[0], last=period[1])
    return csv_answer("scan-quality", _HEAD, [_row(day) for day in days])


def _period(today: date, first: date | None, last: date | None) -> tuple[date, date]:
    end = last or today
    begin = first or end - _WEEK
    if not begin <= end <= begin + LONGEST:
        raise WrongCallError(f"Choose a period of at most {LONGEST.days} days.")
    return begin, end


def _row(day: DayOfDevice) -> tuple[object, ...]:
    return (
        day.day,
        day.site,
        day.door,
        day.operator,
        day.pages,
        day.blank,
        day.lowest_dpi,
        day.in_colour,
        day.lowest_sharpness,
        day.largest_skew,
        day.chart.points if day.chart else None,
        day.chart.day if day.chart else None,
        *(day.faults[fault] for fault in Fault),
        " ".join(f"{code}:{count}" for code, count in sorted(day.refused.items())),
    )
