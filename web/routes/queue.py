"""What waits for people, and the button that hands out the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import queue
from review.waiting import PAGE_SIZE, Waiting, waiting
from storage.tables import Entry, EntryState, Filing, Work, WorkState
from web.claims import fresh_claim
from web.painting import Painter, painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.jobs import form_title
from web.shown.reasons import Reason, reasons
from web.visitors import InRooms, Person, Reviewer, shown_to_them

router = APIRouter(dependencies=[Depends(shown_to_them)])


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The queue in four numbers."""

    waiting: int
    worked_on: int
    oldest: datetime | None
    ready: int


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    entry_id: int
    filing_id: int
    n: int
    receipt_number: str
    received_on: date
    form: str
    title: str
    reasons: Sequence[Reason]
    doubtful: int
    since: datetime
    leased_by: str | None


@router.get("/queue")
def queue_page(
    request: Request, rooms: InRooms, visitor: Person, after: str = ""
) -> Response:
    with rooms.database.look() as session:
        found = waiting(session, after=_cursor(after))
        figures = _figures(session, now=rooms.clock())
        rows = _rows(session, rooms, painter_of(request), found, visitor.language)
    last = found[-1].cursor if len(found) == PAGE_SIZE else None
    return painter_of(request).page(
        request,
        "queue.html",
        visitor=visitor,
        here="queue",
        queue=figures,
        rows=rows,
        later=f"{last[0]}-{last[1]}" if last else None,
        may_review=visitor.may_review,
        said=notice(request, visitor),
        tone="warn"
        if request.query_params.get("notice") == "taken_by_other"
        else "good",
    )


@router.post("/queue/next")
def take_next(rooms: InRooms, visitor: Reviewer) -> Response:
    claim = queue.claim_next(rooms.database, visitor.name, now=rooms.clock())
    if claim is None:
        return RedirectResponse("/queue?notice=all_done", status_code=303)
    return RedirectResponse(f"/review/{claim.subject}", status_code=303)


@router.post("/queue/{entry_id}/open")
def open_entry(rooms: InRooms, visitor: Reviewer, entry_id: int) -> Response:
    if fresh_claim(rooms, visitor.name, entry_id) is None:
        return RedirectResponse("/queue?notice=taken_by_other", status_code=303)
    return RedirectResponse(f"/review/{entry_id}", status_code=303)


def _cursor(after: str) -> tuple[int, int] | None:
    priority, _, work = after.partition("-")
    return (int(priority), int(work)) if priority.isdigit() and work.isdigit() else None


def _figures(session: Session, *, now: datetime) -> QueueFigures:
    waiting_here = (Work.kind == queue.KIND, Work.state == WorkState.OPEN)
    count, oldest = session.execute(
        select(func.count(), func.min(Work.created_at)).where(*waiting_here)
    ).one()
    worked_on = session.scalar(
        select(func.count())
        .select_from(Work)
        .where(*waiting_here, Work.lease_until >= now)
    )
    ready = session.scalar(
        select(func.count()).select_from(Entry).where(Entry.state == EntryState.READY)
    )
    return QueueFigures(count, worked_on or 0, oldest, ready or 0)


def _rows(
    session: Session,
    rooms: Rooms,
    painter: Painter,
    found: Sequence[Waiting],
    language: str,
) -> list[QueueRow]:
    ids = {line.filing_id for line in found}
    filings = {
        filing.id: filing
        for filing in session.scalars(select(Filing).where(Filing.id.in_(ids)))
    }
    holders = _holders(session, [line.entry_id for line in found], now=rooms.clock())
    return [
        QueueRow(
            entry_id=line.entry_id,
            filing_id=line.filing_id,
            n=line.n,
            receipt_number=line.receipt_number,
            received_on=filings[line.filing_id].received_on,
            form=line.form,
            title=form_title(
                rooms.library, line.form, filings[line.filing_id].revision, language
            ),
            reasons=reasons(line.reasons, texts=painter.texts, language=language),
            doubtful=line.doubtful,
            since=line.waiting_since,
            leased_by=holders.get(line.entry_id),
        )
        for line in found
    ]


def _holders(
    session: Session, entries: Sequence[int], *, now: datetime
) -> dict[int, str | None]:
    """Who has which entry on their desk at this moment."""
    rows = session.execute(
        select(Work.subject, Work.leased_by).where(
            Work.kind == queue.KIND,
            Work.state == WorkState.OPEN,
            Work.subject.in_(entries),
            Work.lease_until >= now,
        )
    )
    return {entry: person for entry, person in rows}
