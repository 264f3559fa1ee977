"""How the office stands: charts to look at, numbers to keep, one page a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from review import daily_report, overview
from review.overview import Period
from storage.office_days import EVERYWHERE, calendar_of
from web.painting import business_day, painter_of
from web.shown.charts import Column, bar_chart, line_chart
from web.shown.waiting import sites
from web.tables import csv_answer
from web.visitors import InRooms, Receiver, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])

LENGTHS = (7, 30, 90)

Days = Annotated[int, Query(ge=1, le=366)]


@dataclass(frozen=True, slots=True)
class Looked:
    """What the overview shows: of which days and site, as of which day."""

    period: Period
    today: date
    days: int


@router.get("/overview")
def overview_page(
    request: Request, rooms: InRooms, visitor: Receiver, site: str = "", days: Days = 30
) -> Response:
    look = _look(rooms, site, days)
    with rooms.database.look() as session:
        values = _figures(session, look, rooms)
        values["sites"] = sites(session)
    return painter_of(request).page(
        request,
        "overview.html",
        visitor=visitor,
        here="overview",
        look=look,
        lengths=LENGTHS,
        keying=rooms.keying_seconds,
        **values,
    )


@router.get("/overview/flow.csv")
def flow_table(
    rooms: InRooms, visitor: Receiver, site: str = "", days: Days = 30
) -> Response:
    """What came and went, day by day."""
    del visitor
    look = _look(rooms, site, days)
    with rooms.database.look() as session:
        found = overview.flow(session, look.period)
    rows = [(day.day, day.came, day.went, day.backlog) for day in found]
    return csv_answer("flow", ("day", "received", "ended", "open"), rows)


@router.get("/overview/standards.csv")
def standards_table(
    rooms: InRooms, visitor: Receiver, site: str = "", days: Days = 30
) -> Response:
    """Each form and channel against its standard."""
    del visitor
    look = _look(rooms, site, days)
    with rooms.database.look() as session:
        found = overview.standings(session, look.period, today=look.today)
    head = ("form", "channel", "ended", "on_time", "net_days", "gross_days", "open",
            "late")  # fmt: skip
    rows = [
        (one.form, one.channel, one.done, one.on_time, _round(one.net_days),
         _round(one.gross_days), one.open, one.late)
        for one in found
    ]  # fmt: skip
    return csv_answer("standards", head, rows)


@router.get("/report/{site}")
def report_page(
    request: Request, rooms: InRooms, visitor: Receiver, site: str
) -> Response:
    """One page to print: what is late and what is stuck at one site today."""
    now = rooms.clock()
    today = business_day(now)
    with rooms.database.look() as session:
        names = sites(session)
        if site not in names:
            raise MissingError(f"There is no site {site}.")
        calendar = calendar_of(session, site)
        period = Period(today - timedelta(days=1), today, site)
        *_, yesterday, so_far = overview.flow(session, period)
        values: dict[str, Any] = {
            "site_name": names[site],
            "yesterday": yesterday,
            "so_far": so_far,
            "backlog": overview.backlog(
                session, site=site, calendar=calendar, today=today
            ),
            "overdue": daily_report.overdue(
                session, site=site, calendar=calendar, today=today
            ),
            "stuck": daily_report.stuck(session, site=site, today=today, now=now),
        }
    return painter_of(request).page(
        request,
        "report.html",
        visitor=visitor,
        here="overview",
        site=site,
        today=today,
        at=now,
        **values,
    )


def _look(rooms: InRooms, site: str, days: int) -> Looked:
    today = business_day(rooms.clock())
    first = today - timedelta(days=days - 1)
    return Looked(Period(first, today, site or None), today, days)


def _figures(session: Session, look: Looked, rooms: InRooms) -> dict[str, Any]:
    period = look.period
    calendar = calendar_of(session, period.site or EVERYWHERE)
    flow = overview.flow(session, period)
    backlog = overview.backlog(
        session, site=period.site, calendar=calendar, today=look.today
    )
    standings = overview.standings(session, period, today=look.today)
    benefit = overview.benefit(session, period)
    done = sum(one.done for one in standings)
    on_time = sum(one.on_time for one in standings)
    return {
        "flow": flow,
        "backlog": backlog,
        "standings": standings,
        "benefit": benefit,
        "saved_hours": _hours(benefit.saved_seconds(keying=rooms.keying_seconds)),
        "attainment": on_time / done if done else None,
        "flow_chart": bar_chart(
            [
                Column(f"{one.day:%m/%d}", (("came", one.came), ("went", one.went)))
                for one in flow
            ]
        ),
        "backlog_chart": line_chart([(f"{x.day:%m/%d}", x.backlog) for x in flow]),
        "age_chart": bar_chart(
            [
                Column(_word(left), (("late" if left < 0 else "left", count),))
                for left, count in backlog.days.items()
            ],
            words=20,
        ),
    }


def _hours(seconds: float) -> float:
    """In tenths; a little less than nothing is nothing, not -0.0."""
    return round(seconds / 3600, 1) + 0.0


def _word(left: int) -> str:
    if left == overview.MOST_LATE:
        return f"≤{left}"
    return f"{left}≤" if left == overview.MOST_LEFT else str(left)


def _round(days: float | None) -> float | None:
    return None if days is None else round(days, 1)
