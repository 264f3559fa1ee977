"""Paper goes box by box: proposed, approved by another person, listed, certified.

The database refuses every step for which something keeps the box; what does is told
here in words first.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from kamizero.errors import ConflictError, ForbiddenError, MissingError, WrongCallError
from kamizero.model import Role
from storage import audit
from storage.database import Database
from storage.interfaces import ObjectStore
from storage.retention import boxes
from storage.retention.boxes import Keeps, Side
from storage.retention.clock import demand_clock
from storage.retention.destruction import CERTIFICATE_RETENTION, CERTIFICATES
from storage.retention.holds import demand_words
from storage.tables import (
    DisposalState,
    DisposedPaper,
    PaperBox,
    PaperDisposal,
)

DESTROYED = "paper.destroyed"

_WORDS = {
    Keeps.LENT: "is lent",
    Keeps.UNCHECKED: "was not held against its images",
    Keeps.UNDECIDED: "is not decided",
    Keeps.PAPER_COUNTS: "is the legal original still",
    Keeps.WAITS: "waits",
    Keeps.HELD: "is under a hold",
}


def propose(
    session: Session, box: PaperBox, *, reason: str, by: str, now: datetime
) -> PaperDisposal:
    """Propose that the paper of a whole box be destroyed; the box is closed with that.

    Raises:
        ConflictError: something keeps it, or it was proposed already.
    """
    demand_words(reason)
    demand_clock(session, now)
    if boxes.open_disposal(session, box) is not None:
        raise ConflictError(f"Box {box.code} was proposed already.")
    sides = boxes.sides_in(session, box)
    _demand_free(session, box, sides, now=now)
    found = PaperDisposal(
        site=box.site,
        paper_box_id=box.id,
        state=DisposalState.PROPOSED,
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(found)
    _flush(session)
    session.add_all(
        DisposedPaper(
            disposal_id=found.id,
            page_id=side.page.id,
            bundle_id=side.bundle.id,
            original_id=side.original_id,
        )
        for side in sides
    )
    _flush(session)
    _record(
        session, found, "paper.proposed", by=by, now=now, sheets=boxes.sheets_of(sides)
    )
    return found


def approve(
    session: Session, disposal_id: int, *, by: str, role: Role, now: datetime
) -> PaperDisposal:
    """Approve what another person proposed.

    Raises:
        ForbiddenError: it is one's own proposal, or another role approves it.
        ConflictError: the box changed since, or something keeps it now.
    """
    demand_clock(session, now)
    found = _locked(session, disposal_id)
    _demand_state(found, DisposalState.PROPOSED)
    if found.proposed_by == by:
        raise ForbiddenError("Another person approves what you proposed.")
    wanted = approver_of(session, found)
    if role is not wanted:
        raise ForbiddenError(f"A {wanted} approves this destruction.")
    _demand_listed(session, found, now=now)
    found.state = DisposalState.APPROVED
    found.approved_by, found.approved_at = by, now
    _flush(session)
    _record(session, found, "paper.approved", by=by, now=now)
    return found


def withdraw(
    session: Session, disposal_id: int, *, by: str, now: datetime
) -> PaperDisposal:
    """Take a proposal back, approved or not; the box is open again."""
    found = _locked(session, disposal_id)
    if found.state not in (DisposalState.PROPOSED, DisposalState.APPROVED):
        raise ConflictError("This proposal is over already.")
    found.state = DisposalState.WITHDRAWN
    found.withdrawn_by, found.withdrawn_at = by, now
    _flush(session)
    _record(session, found, "paper.withdrawn", by=by, now=now)
    return found


def write_list(
    session: Session,
    disposal_id: int,
    *,
    printed: Callable[[PaperDisposal, Sequence[Side]], bytes],
    by: str,
    now: datetime,
) -> bytes:
    """Print the list that goes with the box; which one it was is kept.

    Raises:
        ConflictError: it is not approved, or something keeps the box now.
    """
    found = _locked(session, disposal_id)
    _demand_state(found, DisposalState.APPROVED)
    sides = _demand_listed(session, found, now=now)
    data = printed(found, sides)
    found.listed_by, found.listed_at = by, now
    found.list_sha256 = hashlib.sha256(data).hexdigest()
    _flush(session)
    _record(session, found, "paper.listed", by=by, now=now, list=found.list_sha256)
    return data


def destroy(
    database: Database,
    store: ObjectStore,
    disposal_id: int,
    *,
    way: str,
    by: str,
    now: datetime,
) -> PaperDisposal:
    """Write down that the box is destroyed; done before the shredder is switched on.

    May be asked for again: it is written once.

    Args:
        way: how, and by whom: shredded here, dissolved by a company.

    Raises:
        ConflictError: it is not approved or listed, or something keeps the box now.
    """
    if not 1 <= len(way.strip()) <= 200:
        raise WrongCallError("Say how it is destroyed, in at most 200 characters.")
    with database.look() as session:
        found = disposal_of(session, disposal_id)
        if found.state == DisposalState.DESTROYED:
            return found
        demand_clock(session, now)
        _demand_state(found, DisposalState.APPROVED)
        sides = _demand_listed(session, found, now=now)
        if found.list_sha256 is None:
            raise ConflictError("Print its list first; it goes with the box.")
        data = certificate_of(found, sides, way=way.strip(), by=by, now=now)
    kept = store.put(
        data, prefix=CERTIFICATES, retain_until=now + CERTIFICATE_RETENTION
    )
    with database.begin() as session:
        found = _locked(session, disposal_id)
        if found.state == DisposalState.DESTROYED:
            return disposal_of(session, disposal_id)
        found.way, found.destroyed_by, found.destroyed_at = way.strip(), by, now
        found.certificate_sha256 = kept.sha256
        found.store_key, found.store_version = kept.key, kept.version
        found.state = DisposalState.DESTROYED
        _flush(session)
        found.box.gone_at = now
        _flush(session)
        _record(session, found, DESTROYED, by=by, now=now, certificate=kept.sha256)
        return disposal_of(session, disposal_id)


def certificate_of(
    found: PaperDisposal, sides: Sequence[Side], *, way: str, by: str, now: datetime
) -> bytes:
    """What paper was destroyed, when and by whom; canonical, nobody's name on it."""
    sheets: dict[int, set[boxes.Sheet]] = {}
    for side in sides:
        sheets.setdefault(side.bundle.id, set()).add(side.sheet)
    body: dict[str, Any] = {
        "paper_disposal": found.id,
        "site": found.site,
        "box": {"id": found.box.id, "code": found.box.code, "place": found.box.place},
        "proposed": {"by": found.proposed_by, "at": found.proposed_at.isoformat()},
        "approved": {
            "by": found.approved_by,
            "at": found.approved_at.isoformat() if found.approved_at else None,
        },
        "list_sha256": found.list_sha256,
        "destroyed": {"by": by, "at": now.isoformat(), "way": way},
        "bundles": [
            {"id": bundle, "sheets": len(found)} for bundle, found in sheets.items()
        ],
        "pages": [side.page.id for side in sides],
    }
    return rfc8785.dumps(body)


def approver_of(session: Session, found: PaperDisposal) -> Role:
    """The role that the files of all papers in the box name; else the stricter one."""
    sides = boxes.sides_in(session, found.box)
    named = {file.approver for file in boxes.files_of(session, sides)}
    return Role.APPROVER if named == {Role.APPROVER} else Role.RECORDS_MANAGER


def disposal_of(session: Session, disposal_id: int) -> PaperDisposal:
    """A proposal with its box and papers, of use after the session. MissingError."""
    found = session.get(
        PaperDisposal,
        disposal_id,
        options=[selectinload(PaperDisposal.box), selectinload(PaperDisposal.papers)],
        populate_existing=True,
    )
    if found is None:
        raise MissingError(f"There is no proposal {disposal_id} to destroy paper.")
    return found


def _locked(session: Session, disposal_id: int) -> PaperDisposal:
    found = session.get(PaperDisposal, disposal_id, with_for_update=True)
    if found is None:
        raise MissingError(f"There is no proposal {disposal_id} to destroy paper.")
    return found


def _demand_state(found: PaperDisposal, state: DisposalState) -> None:
    if found.state != state:
        raise ConflictError(f"This proposal is {found.state}, not {state}.")


def _demand_listed(
    session: Session, found: PaperDisposal, *, now: datetime
) -> Sequence[Side]:
    """What is in the box, if it is what was proposed and may go."""
    sides = boxes.sides_in(session, found.box)
    if {side.page.id for side in sides} != {one.page_id for one in found.papers}:
        raise ConflictError("The box has changed since. Withdraw and propose it anew.")
    _demand_free(session, found.box, sides, now=now)
    return sides


def _demand_free(
    session: Session, box: PaperBox, sides: Sequence[Side], *, now: datetime
) -> None:
    if not sides:
        raise ConflictError(f"Nothing lies in box {box.code}.")
    kept = boxes.what_keeps(session, box, sides, now=now)
    if kept:
        raise ConflictError(
            f"Box {box.code} stays: "
            + "; ".join(_in_words(reason) for reason in kept)
            + ". It goes as a whole, or sheets are taken out first."
        )


def _in_words(reason: boxes.Reason) -> str:
    until = f" until {reason.until}" if reason.until else ""
    return f"{reason.sheets} sheets: paper {_WORDS[reason.keeps]}{until}"


def _flush(session: Session) -> None:
    """Let the guards of the database speak. Raises ConflictError."""
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            "The box changed, or a hold, its time or its state forbids that its paper "
            "goes now."
        ) from error


def _record(
    session: Session,
    found: PaperDisposal,
    act: str,
    *,
    by: str,
    now: datetime,
    **body: Any,
) -> None:
    audit.record(
        session,
        actor=by,
        act=act,
        subject_kind="paper_disposal",
        subject_id=found.id,
        now=now,
        body={"box": found.paper_box_id, **body},
    )
