"""Approving over the API: for a person's own tools, never for a robot."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from kamizero.model import Scope
from review.approval import approve
from review.proposal import proposal
from review.roles import APPROVERS
from review.transitions import hold_filing
from storage.tables import Filing
from web.api.callers import Caller, InRooms, Needs, OnlyPeople
from web.api.once import Answer, InOnce, Note
from web.refusals import PreconditionError, PreconditionNeededError
from web.rooms import Rooms
from web.shown.filing import find_filing

router = APIRouter(tags=["approvals"])


class ApprovalWanted(BaseModel):
    """The manifest that was looked at; approving fails if it is not the one now."""

    manifest_sha256: str


@router.get(
    "/filings/{filing_id}/proposal",
    dependencies=[Depends(Needs(Scope.FILINGS_READ))],
)
def get_proposal(rooms: InRooms, filing_id: int) -> Mapping[str, Any]:
    """What an approval would sign now."""
    with rooms.database.look() as session:
        proposed = proposal(session, find_filing(session, filing_id))
        return {
            "manifest_sha256": proposed.manifest_sha256,
            "entries": [entry.n for entry in proposed.entries],
        }


@router.post("/filings/{filing_id}/approval", status_code=201)
def approve_filing(
    rooms: InRooms,
    caller: Annotated[Caller, Depends(OnlyPeople(APPROVERS))],
    once: InOnce,
    filing_id: int,
    wanted: ApprovalWanted,
    if_match: Annotated[str, Header()] = "",
) -> Response:
    """Sign what was looked at; four eyes hold here as on the page.

    `If-Match` is the ETag of the filing: without it the answer is 428, and 412 where
    the filing is another by now.
    """
    request = {"approve": filing_id, "manifest": wanted.manifest_sha256}
    return once.run(
        request, lambda note: _approve(rooms, caller, filing_id, wanted, if_match, note)
    )


def _approve(
    rooms: Rooms,
    caller: Caller,
    filing_id: int,
    wanted: ApprovalWanted,
    if_match: str,
    note: Note,
) -> Answer:
    now = rooms.clock()
    with rooms.database.begin() as session:
        filing = find_filing(session, filing_id)
        # Locked first, or it may change between the comparison and the signature.
        hold_filing(session, filing)
        _check_version(filing, if_match)
        signed = approve(
            session,
            rooms.store,
            rooms.vault,
            filing=filing,
            manifest_sha256=wanted.manifest_sha256,
            actor=caller.name,
            role=caller.role,
            now=now,
            retain_until=now + rooms.retention,
            deliver=rooms.deliver,
        )
        return note(session, (201, _told(session, filing, signed.id)))


def _check_version(filing: Filing, if_match: str) -> None:
    seen = {one.strip() for one in if_match.split(",") if one.strip()}
    if not seen:
        raise PreconditionNeededError(
            f"Send `If-Match` with the ETag of filing {filing.id} as you saw it."
        )
    if seen.isdisjoint({"*", f'"{filing.version}"'}):
        raise PreconditionError(
            f"Filing {filing.id} is at version {filing.version} now; fetch it again."
        )


def _told(session: Session, filing: Filing, approval: int) -> dict[str, Any]:
    session.flush()
    return {
        "id": approval,
        "filing": filing.id,
        "version": filing.version,
        "entries": [e.n for e in filing.entries if e.approval_id == approval],
    }
