"""Filings: the list, and one filing with all that is known of it."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kamizero.errors import MissingError
from review import completion, returns
from review.acts import Act
from review.history import history
from review.transitions import acts_from
from storage.tables import (
    Approval,
    Entry,
    EntryState,
    Field,
    Filing,
    ReturnNotice,
)
from web import looking
from web.looking import Shows
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.events import event_views
from web.shown.filing import (
    find_filing,
    findings_of,
    heading,
    original_of,
    value_groups,
)
from web.shown.findings import finding_views
from web.shown.jobs import FilingLine, filing_line, standing
from web.shown.pages import page_views
from web.shown.route import stamps_of
from web.visitors import InRooms, Looker, Reviewer, shown_to_them
from web.writing import Pen

router = APIRouter(prefix="/filings", dependencies=[Depends(shown_to_them)])

PAGE_SIZE = 50


@router.get("")
def filings(
    request: Request,
    rooms: InRooms,
    visitor: Looker,
    before: int | None = None,
    number: str = "",
) -> Response:
    with rooms.database.look() as session:
        lines = _lines(session, rooms, visitor.language, before, number.strip())
    return painter_of(request).page(
        request,
        "filings.html",
        visitor=visitor,
        here="filings",
        filings=lines,
        number=number,
        older=lines[-1].id if len(lines) == PAGE_SIZE else None,
    )


@router.get("/{filing_id}", dependencies=[Depends(Shows("filing_id", looking.filing))])
def filing(
    request: Request,
    rooms: InRooms,
    visitor: Looker,
    filing_id: int,
    page: int | None = None,
) -> Response:
    painter = painter_of(request)
    pen = Pen(painter.texts, visitor.language)
    with rooms.database.look() as session:
        found = find_filing(session, filing_id)
        definition = rooms.library.of(found)
        fields = session.scalars(select(Field).where(Field.filing_id == found.id))
        entries = standing(found.entries)
        return painter.page(
            request,
            "filing.html",
            visitor=visitor,
            here="filings",
            filing=heading(rooms.library, found, entries, visitor.language),
            pullable=_pullable(entries) if visitor.may_review else [],
            withdrawable=_withdrawable(entries) if visitor.may_review else [],
            pages=[asdict(one) for one in page_views(found)],
            first_page=page,
            findings=finding_views(
                findings_of(session, found),
                definition=definition,
                language=visitor.language,
            ),
            groups=value_groups(
                session, found, rooms.vault, definition=definition, pen=pen
            ),
            again_of=session.get(Filing, found.reentry_of_id)
            if found.reentry_of_id
            else None,
            letters=session.scalars(
                select(ReturnNotice)
                .where(ReturnNotice.filing_id == found.id)
                .order_by(ReturnNotice.id)
            ).all(),
            approvals=[
                (approval, stamps_of(session, approval, pen))
                for approval in session.scalars(
                    select(Approval)
                    .where(Approval.filing_id == found.id)
                    .order_by(Approval.id)
                )
            ],
            events=event_views(
                history(session, found),
                fields={field.id: field for field in fields},
                entries=found.entries,
                definition=definition,
                pen=pen,
            ),
            originals=[original_of(found.arrival)],
            said=notice(request, visitor),
        )


@router.post("/{filing_id}/entries/{entry_id}/pull-back")
def pull_back(
    rooms: InRooms, visitor: Reviewer, filing_id: int, entry_id: int
) -> Response:
    """Take an entry back into review before it is approved (引戻し)."""
    with rooms.database.begin() as session:
        entry = session.get(Entry, entry_id)
        if entry is None or entry.filing_id != filing_id:
            raise MissingError(f"Filing {filing_id} has no entry {entry_id}.")
        completion.pull_back(
            session,
            entry=entry,
            actor=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
    return RedirectResponse(f"/filings/{filing_id}?notice=pulled_back", 303)


@router.post("/{filing_id}/entries/{entry_id}/withdraw")
def withdraw(
    rooms: InRooms,
    visitor: Reviewer,
    filing_id: int,
    entry_id: int,
    paper: Annotated[str, Form(max_length=32)],
) -> Response:
    """End an entry that its submitter took back by a received paper (取下げ)."""
    with rooms.database.begin() as session:
        entry = session.get(Entry, entry_id)
        if entry is None or entry.filing_id != filing_id:
            raise MissingError(f"Filing {filing_id} has no entry {entry_id}.")
        number = paper.strip()
        received = session.scalar(
            select(Filing).where(
                Filing.receipt_number == number,
                Filing.site == entry.filing.site,
                Filing.id != filing_id,
            )
        )
        if received is None:
            raise MissingError(f"There is no other paper {number} at this site.")
        returns.withdraw(
            session,
            entry=entry,
            paper=received,
            actor=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
        )
    return RedirectResponse(f"/filings/{filing_id}?notice=withdrawn", 303)


def _withdrawable(entries: list[Entry]) -> list[Entry]:
    """Ready ones: an entry in review ends under the lease of who holds it."""
    return [entry for entry in entries if entry.state == EntryState.READY]


def _pullable(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if Act.PULL_BACK in acts_from(entry.state)]


def _lines(
    session: Session, rooms: Rooms, language: str, before: int | None, number: str
) -> list[FilingLine]:
    query = (
        select(Filing)
        .options(selectinload(Filing.entries))
        .order_by(Filing.id.desc())
        .limit(PAGE_SIZE)
    )
    if before is not None:
        query = query.where(Filing.id < before)
    if number:
        query = query.where(Filing.receipt_number.contains(number, autoescape=True))
    return [filing_line(one, rooms.library, language) for one in session.scalars(query)]
