"""The register of paper from window and post (受付簿), and what is lent out."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, MissingError, WrongCallError
from review.sorting import received
from review.sorting.finding import the_bundle
from review.sorting.received import LONGEST_MARK, Envelope
from review.sorting.record import Clerk
from storage.sites import all_sites
from storage.tables import ReceivedPaper, Submitter, Way
from web.painting import business_day, painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.papers import (
    MOST_WAITING,
    PAGE_SIZE,
    lent_papers,
    offered_bundles,
    settled_lines,
    waiting_lines,
)
from web.visitors import InRooms, Sorter, Visitor, shown_to_them

router = APIRouter(prefix="/papers", dependencies=[Depends(shown_to_them)])


@router.get("")
def register_page(
    request: Request,
    rooms: InRooms,
    visitor: Sorter,
    registered: Annotated[int | None, Query()] = None,
) -> Response:
    return _page(request, rooms, visitor, registered=registered)


@router.post("")
def register(
    rooms: InRooms,
    visitor: Sorter,
    way: Annotated[Way, Form()],
    site: Annotated[str, Form(max_length=16)],
    received_on: Annotated[date, Form()],
    sheets: Annotated[str, Form(pattern=r"^\d{0,6}$")] = "",
    submitter: Annotated[Submitter | None, Form()] = None,
    mark: Annotated[str, Form(max_length=LONGEST_MARK)] = "",
) -> Response:
    """Write down that paper came; the page then says its number."""
    if received_on > business_day(rooms.clock()):
        raise WrongCallError("Paper is registered when it has come, not before.")
    envelope = Envelope(
        way,
        received_on,
        int(sheets) if sheets else None,
        submitter=submitter,
        mark=mark.strip(),
    )
    with rooms.database.begin() as session:
        clerk = _clerk(rooms, visitor)
        row = received.register(session, clerk, site=site, envelope=envelope)
        number = row.id
    return RedirectResponse(f"/papers?registered={number}", status_code=303)


@router.get("/settled")
def settled_page(
    request: Request, rooms: InRooms, visitor: Sorter, before: int | None = None
) -> Response:
    """What was scanned, or closed with a reason."""
    with rooms.database.look() as session:
        lines = settled_lines(session, before=before)
    return painter_of(request).page(
        request,
        "papers_settled.html",
        visitor=visitor,
        here="papers",
        papers=lines,
        older=lines[-1].row.id if len(lines) == PAGE_SIZE else None,
        said=notice(request, visitor),
    )


@router.get("/lent")
def lent_page(request: Request, rooms: InRooms, visitor: Sorter) -> Response:
    """Paper that lies in no box now."""
    with rooms.database.look() as session:
        lent = lent_papers(session)
    return painter_of(request).page(
        request, "papers_lent.html", visitor=visitor, here="papers", lent=lent
    )


@router.post("/{paper_id}/scanned")
def scanned(
    request: Request,
    rooms: InRooms,
    visitor: Sorter,
    paper_id: int,
    bundle: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Say as which bundle it was scanned: by number, #id or the receipt's code."""
    try:
        with rooms.database.begin() as session:
            paper = _paper(session, paper_id)
            found = the_bundle(session, bundle, site=paper.site)
            received.scanned_as(session, _clerk(rooms, visitor), paper, found)
    except (MissingError, ConflictError) as trouble:
        texts = painter_of(request).texts
        said = texts.say(f"papers.trouble_{trouble.code}", visitor.language)
        return _page(request, rooms, visitor, trouble=said, at=paper_id)
    return RedirectResponse("/papers?notice=paper_scanned", status_code=303)


@router.post("/{paper_id}/closed")
def close(
    rooms: InRooms,
    visitor: Sorter,
    paper_id: int,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Say why it is not scanned."""
    with rooms.database.begin() as session:
        paper = _paper(session, paper_id)
        received.close(session, _clerk(rooms, visitor), paper, reason)
    return RedirectResponse("/papers?notice=paper_closed", status_code=303)


@router.post("/{paper_id}/again")
def look_for_again(rooms: InRooms, visitor: Sorter, paper_id: int) -> Response:
    """Take back what was said to have become of it."""
    with rooms.database.begin() as session:
        paper = _paper(session, paper_id)
        received.look_for_again(session, _clerk(rooms, visitor), paper)
    return RedirectResponse("/papers?notice=paper_looked_for", status_code=303)


def _page(
    request: Request,
    rooms: Rooms,
    visitor: Visitor,
    *,
    registered: int | None = None,
    trouble: str = "",
    at: int | None = None,
) -> Response:
    today = business_day(rooms.clock())
    with rooms.database.look() as session:
        offered = offered_bundles(session, rooms.library, visitor.language)
        lines = waiting_lines(session, offered, today=today)
        sites = sorted(all_sites(session), key=lambda site: site.code != rooms.site)
    return painter_of(request).page(
        request,
        "papers.html",
        visitor=visitor,
        here="papers",
        status=422 if trouble else 200,
        papers=lines,
        more=len(lines) == MOST_WAITING,
        lost=sum(line.overdue for line in lines),
        offered=offered,
        sites=sites,
        ways=list(Way),
        submitters=list(Submitter),
        today=today,
        registered=registered,
        trouble=trouble,
        at=at,
        said=notice(request, visitor),
    )


def _paper(session: Session, paper_id: int) -> ReceivedPaper:
    found = session.get(ReceivedPaper, paper_id)
    if found is None:
        raise MissingError(f"There is no paper {paper_id} in the register.")
    return found


def _clerk(rooms: Rooms, visitor: Visitor) -> Clerk:
    return Clerk(visitor.name, visitor.role, rooms.clock())
