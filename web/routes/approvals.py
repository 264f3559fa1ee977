"""Approval: what waits for it, what the approver looks at, and their three acts."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from review import absences, returns, roles, stamping
from review.approval import approve as sign
from review.proposal import Proposal, proposal
from review.refusals import NothingReadyError
from review.returning.notices import open_notice
from storage.tables import Entry, EntryState, Filing, LookUpReason, Touch
from web import looking
from web.looking import Shows
from web.painting import painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.approval import PAGE_SIZE, approval_lines, summary
from web.shown.filing import find_filing, findings_of, heading, value_groups
from web.shown.findings import finding_views
from web.shown.jobs import standing
from web.shown.judgement import judgement_views
from web.shown.lots import lot_to_judge
from web.shown.pages import page_views
from web.shown.route import RouteView, route_view
from web.visitors import (
    Approver,
    InRooms,
    Looker,
    Reviewer,
    Visitor,
    shown_to_them,
)
from web.writing import Pen

router = APIRouter(prefix="/approvals", dependencies=[Depends(shown_to_them)])


_SHOWS = Shows(
    "filing_id",
    looking.filing,
    work=LookUpReason.APPROVAL,
    workers=roles.REVIEWERS,
)

Reason = Annotated[str, Form(max_length=500)]


@router.get("")
def approvals(
    request: Request, rooms: InRooms, visitor: Looker, after: int = 0
) -> Response:
    pen = Pen(painter_of(request).texts, visitor.language)
    with rooms.database.look() as session:
        lines = approval_lines(
            session,
            person=visitor.name,
            library=rooms.library,
            pen=pen,
            after=after,
        )
        unread = len(absences.to_read(session, visitor.name))
    return painter_of(request).page(
        request,
        "approvals.html",
        visitor=visitor,
        here="approvals",
        filings=lines,
        unread=unread,
        later=lines[-1].id if len(lines) == PAGE_SIZE else None,
        said=notice(request, visitor),
    )


@router.get("/{filing_id}", dependencies=[Depends(_SHOWS)])
def approval_page(
    request: Request, rooms: InRooms, visitor: Looker, filing_id: int
) -> Response:
    painter = painter_of(request)
    pen = Pen(painter.texts, visitor.language)
    with rooms.database.look() as session:
        filing = find_filing(session, filing_id)
        definition = rooms.library.of(filing)
        proposed = _proposed(session, filing)
        entries = proposed.entries if proposed else ()
        route = _route(session, rooms, proposed, visitor, pen)
        groups = value_groups(
            session, filing, rooms.vault, definition=definition, pen=pen
        )
        seen = summary(
            session,
            rooms.vault,
            entries,
            groups=groups,
            definition=definition,
            pen=pen,
        )
        open_ones = [f for f in findings_of(session, filing) if f.waived_by is None]
        return painter.page(
            request,
            "approval.html",
            visitor=visitor,
            here="approvals",
            filing=heading(
                rooms.library, filing, standing(filing.entries), visitor.language
            ),
            pages=[asdict(one) for one in page_views(filing)],
            first_page=None,
            changed=seen.changed,
            unseen=seen.unseen,
            confirmed=seen.confirmed,
            waived=finding_views(
                seen.waived, definition=definition, language=visitor.language
            ),
            open_findings=finding_views(
                open_ones, definition=definition, language=visitor.language
            ),
            lot=lot_to_judge(session, filing, visitor.name),
            judgements=[
                view
                for entry in entries
                for view in judgement_views(
                    session, entry, definition=definition, language=visitor.language
                )
            ],
            manifest=proposed.manifest_sha256 if proposed else "",
            ready=len(entries),
            route=route,
            may_decide=visitor.may_approve and bool(entries),
            hindrance=_hindrance(session, filing, visitor, route, pen),
            said=notice(request, visitor),
        )


@router.post("/{filing_id}/endorse")
def endorse(
    rooms: InRooms,
    visitor: Reviewer,
    filing_id: int,
    manifest: Annotated[str, Form()],
    steps: Annotated[int | None, Form()] = None,
) -> Response:
    """Take a stage before the last: looked through (審査) or agreed (合議)."""
    with rooms.database.begin() as session:
        stamping.endorse(
            session,
            rooms.vault,
            filing=find_filing(session, filing_id),
            manifest_sha256=manifest,
            actor=visitor.name,
            role=visitor.role,
            now=rooms.clock(),
            steps_seen=steps,
        )
    return RedirectResponse(f"/approvals/{filing_id}?notice=endorsed", status_code=303)


@router.post("/{filing_id}/approve")
def approve(
    rooms: InRooms,
    visitor: Approver,
    filing_id: int,
    manifest: Annotated[str, Form()],
    steps: Annotated[int | None, Form()] = None,
) -> Response:
    with rooms.database.begin() as session:
        now = rooms.clock()
        sign(
            session,
            rooms.store,
            rooms.vault,
            filing=find_filing(session, filing_id),
            manifest_sha256=manifest,
            actor=visitor.name,
            role=visitor.role,
            now=now,
            retain_until=now + rooms.retention,
            deliver=rooms.deliver,
            steps_seen=steps,
        )
    return RedirectResponse(f"/filings/{filing_id}?notice=approved", status_code=303)


@router.post("/{filing_id}/send-back")
def send_back(
    rooms: InRooms,
    visitor: Approver,
    filing_id: int,
    reason: Reason,
    stage: Annotated[int, Form()] = 0,
) -> Response:
    """Back inside the office (差戻し): to an earlier stage, or to the reviewers."""
    if stage:
        return _step_back(rooms, visitor, filing_id, stage, reason)
    with rooms.database.begin() as session:
        for entry in _ready(session, filing_id):
            returns.send_back(
                session,
                entry=entry,
                actor=visitor.name,
                role=visitor.role,
                reason=reason,
                now=rooms.clock(),
            )
    return RedirectResponse("/approvals?notice=sent_back", status_code=303)


@router.post("/{filing_id}/return")
def return_to_submitter(
    rooms: InRooms, visitor: Approver, filing_id: int, reason: Reason
) -> Response:
    """Back to the submitter (返戻); its letter is written next."""
    with rooms.database.begin() as session:
        now = rooms.clock()
        slips = [
            returns.return_to_submitter(
                session,
                entry=entry,
                actor=visitor.name,
                role=visitor.role,
                reason=reason,
                now=now,
            )
            for entry in _ready(session, filing_id)
        ]
        filing = find_filing(session, filing_id)
        letter = open_notice(session, filing, slips, now=now).id
    return RedirectResponse(f"/returns/{letter}?notice=returned", status_code=303)


def _step_back(
    rooms: Rooms, visitor: Visitor, filing_id: int, stage: int, reason: str
) -> Response:
    with rooms.database.begin() as session:
        stamping.step_back(
            session,
            filing=find_filing(session, filing_id),
            position=stage,
            actor=visitor.name,
            role=visitor.role,
            reason=reason,
            now=rooms.clock(),
        )
    return RedirectResponse("/approvals?notice=sent_back", status_code=303)


def _proposed(session: Session, filing: Filing) -> Proposal | None:
    try:
        return proposal(session, filing)
    except NothingReadyError:
        return None


def _route(
    session: Session,
    rooms: Rooms,
    proposed: Proposal | None,
    visitor: Visitor,
    pen: Pen,
) -> RouteView | None:
    if proposed is None:
        return None
    return route_view(
        session, rooms.vault, proposed, visitor=visitor, now=rooms.clock(), pen=pen
    )


def _ready(session: Session, filing_id: int) -> list[Entry]:
    filing = find_filing(session, filing_id)
    ready = [entry for entry in filing.entries if entry.state == EntryState.READY]
    if not ready:
        raise NothingReadyError(f"No entry of filing {filing_id} is ready.")
    return ready


def _hindrance(
    session: Session,
    filing: Filing,
    visitor: Visitor,
    route: RouteView | None,
    pen: Pen,
) -> str:
    """Why this person can take no stage of the filing now, "" where they can."""
    if route is None:
        return pen.texts.say("approval.nothing_ready", pen.language)
    if not visitor.may_review or (not visitor.may_approve and not route.kind):
        return pen.texts.say("approval.not_approver", pen.language)
    if session.get(Touch, (filing.id, visitor.name)) is not None:
        return pen.texts.say("approval.own_work", pen.language)
    if route.has_part:
        return pen.texts.say("route.has_part", pen.language, stages=route.waits)
    if not route.kind:
        return pen.texts.say("route.waits", pen.language, stages=route.waits)
    return ""
