"""What a reviewer does to the item on their desk, each act saved at once."""

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, StaleFenceError, WrongCallError
from kamizero.model import FieldState
from review import completion, correction, queue, returns, undo
from review.grounds import (
    AttachmentPage,
    Ground,
    Inquiry,
    OfficeAssigned,
    Record,
    Register,
)
from review.hand import Hand
from review.item import ReviewItem, findings_shown, item
from review.returning.notices import open_notice
from storage.tables import Entry, FindingRow
from web.claims import claim_with, hand_of
from web.painting import painter_of
from web.rooms import Rooms
from web.shown.fields import field_views, flags
from web.shown.pages import turns_of
from web.shown.task import views_of
from web.visitors import Approver, InRooms, Reviewer, Visitor, shown_to_them
from web.writing import Pen, from_typed

router = APIRouter(prefix="/review/{entry_id}", dependencies=[Depends(shown_to_them)])


class Fenced(BaseModel):
    """Every act shows the fence of the lease it is done under."""

    fence: int


class GroundGiven(BaseModel):
    """Why the decided value differs from the written one."""

    ground: Literal["inquiry", "attachment", "register", "office_assigned"]
    whom: str = Field(default="", max_length=100)
    on: date | None = None
    at: time | None = None
    answer: str = Field(default="", max_length=300)
    page: int = 0
    record: Record | None = None


class FieldAnswer(Fenced):
    """What a person says about one field."""

    act: Literal["accept", "settle", "decide", "undo"]
    value: str = Field(default="", max_length=1000)
    state: FieldState = FieldState.READ
    expected_version: int
    ground: GroundGiven | None = None


class Waiver(Fenced):
    """Which finding is let pass, and why; findings are rewritten, so no id."""

    rule: str
    fields: list[str]
    reason: str = Field(max_length=500)


@router.post("/fields/{name}")
def answer_field(
    request: Request,
    rooms: InRooms,
    visitor: Reviewer,
    entry_id: int,
    name: str,
    answer: FieldAnswer,
) -> Mapping[str, Any]:
    """Save what is said about one field, and look at the whole entry again."""
    with rooms.database.begin() as session:
        hand = hand_of(session, rooms, visitor, entry_id=entry_id, fence=answer.fence)
        before = flags(findings_shown(session, hand.entry))
        _act(session, rooms, hand, name, answer)
        rooms.recheck(session, hand.entry.filing)
        shown = item(session, rooms.vault, hand.entry, unmask=True)
        after = flags(shown.findings)
        moved = {
            one
            for one in before.keys() | after.keys()
            if before.get(one) != after.get(one)
        }
        return _told(request, rooms, visitor, hand, shown, changed={name, *moved})


@router.post("/waivers")
def waive(
    request: Request, rooms: InRooms, visitor: Reviewer, entry_id: int, waiver: Waiver
) -> Mapping[str, Any]:
    """Let the entry pass in spite of one finding."""
    with rooms.database.begin() as session:
        hand = hand_of(session, rooms, visitor, entry_id=entry_id, fence=waiver.fence)
        finding = _finding(session, hand.entry, waiver)
        correction.waive(session, hand=hand, finding=finding, why=waiver.reason)
        session.flush()
        shown = item(session, rooms.vault, hand.entry, unmask=True)
        return _told(request, rooms, visitor, hand, shown, changed=set(waiver.fields))


@router.post("/lease", status_code=204)
def extend(rooms: InRooms, visitor: Reviewer, entry_id: int, body: Fenced) -> None:
    with rooms.database.look() as session:
        claim = claim_with(session, visitor.name, entry_id=entry_id, fence=body.fence)
    queue.extend(rooms.database, claim, now=rooms.clock())


@router.post("/release", status_code=204)
def release(
    rooms: InRooms,
    visitor: Reviewer,
    entry_id: int,
    fence: Annotated[int, Form()],
) -> Response:
    """Give the item back; harmless where it is done or somebody else's by now."""
    try:
        with rooms.database.begin() as session:
            claim = claim_with(session, visitor.name, entry_id=entry_id, fence=fence)
            queue.release(session, claim, now=rooms.clock())
    except StaleFenceError:
        # The page that left was late: the item has gone on without it.
        return Response(status_code=204)
    return Response(status_code=204)


@router.post("/finish", status_code=204)
def finish(rooms: InRooms, visitor: Reviewer, entry_id: int, body: Fenced) -> None:
    """Send the entry on to approval."""
    with rooms.database.begin() as session:
        hand = hand_of(session, rooms, visitor, entry_id=entry_id, fence=body.fence)
        completion.finish(session, hand=hand, recheck=rooms.recheck)


@router.post("/return")
def return_to_submitter(
    rooms: InRooms,
    visitor: Approver,
    entry_id: int,
    fence: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=500)],
) -> Mapping[str, int]:
    """Back to the submitter (返戻); tells which letter is to be written next."""
    with rooms.database.begin() as session:
        hand = hand_of(session, rooms, visitor, entry_id=entry_id, fence=fence)
        slip = returns.return_to_submitter(
            session,
            entry=hand.entry,
            actor=visitor.name,
            role=visitor.role,
            reason=reason,
            now=hand.now,
            claim=hand.claim,
        )
        return {
            "letter": open_notice(session, hand.entry.filing, [slip], now=hand.now).id
        }


def _act(
    session: Session, rooms: Rooms, hand: Hand, name: str, answer: FieldAnswer
) -> None:
    target: dict[str, Any] = {
        "hand": hand,
        "field_name": name,
        "expected_version": answer.expected_version,
    }
    if answer.act == "accept":
        correction.accept(session, rooms.vault, **target)
        return
    if answer.act == "undo":
        undo.undo(session, rooms.vault, **target)
        return
    definition = rooms.library.of(hand.entry.filing)
    target |= {
        "definition": definition,
        "value": from_typed(definition.field(name), answer.value),
        "state": answer.state,
    }
    if answer.act == "settle":
        correction.settle(session, rooms.vault, **target)
    else:
        correction.decide(session, rooms.vault, ground=_ground(answer), **target)


def _ground(answer: FieldAnswer) -> Ground:
    given = answer.ground
    if given is None:
        raise WrongCallError("A decision needs a ground.")
    match given.ground:
        case "inquiry":
            if given.on is None or given.at is None:
                raise WrongCallError("Say on which day and at what time you asked.")
            return Inquiry(
                whom=given.whom, on=given.on, at=given.at, answer=given.answer
            )
        case "attachment":
            return AttachmentPage(page_id=given.page)
        case "register":
            if given.record is None:
                raise WrongCallError("Say which record you looked at.")
            return Register(record=given.record)
        case "office_assigned":
            return OfficeAssigned()


def _finding(session: Session, entry: Entry, waiver: Waiver) -> FindingRow:
    rows = session.scalars(
        select(FindingRow).where(
            FindingRow.filing_id == entry.filing_id,
            FindingRow.rule == waiver.rule,
            FindingRow.waived_by.is_(None),
        )
    )
    for row in rows:
        if row.fields == waiver.fields:
            return row
    raise MissingError(f"The finding {waiver.rule} is gone; nothing is left to waive.")


def _told(
    request: Request,
    rooms: Rooms,
    visitor: Visitor,
    hand: Hand,
    shown: ReviewItem,
    *,
    changed: set[str],
) -> Mapping[str, Any]:
    """What the page must show anew."""
    painter = painter_of(request)
    definition = rooms.library.of(hand.entry.filing)
    pen = Pen(painter.texts, visitor.language)
    fields = field_views(
        [field for field in shown.fields if field.name in changed],
        shown.findings,
        definition=definition,
        turns=turns_of(hand.entry.filing),
        pen=pen,
    )
    findings = views_of(shown, definition, pen, visitor.role)
    html = painter.paint(
        request, "_findings.html", visitor=visitor, task={"findings": findings}
    )
    return {"fields": fields, "findings": html}
