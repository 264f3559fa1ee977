"""Checking contractors' work by lots (検品): a sample is looked at, by the office.

A lot is one contractor's filings of one day and form. More wrong ones in its sample
than were agreed on send all of it back into review; until then nothing of it is
approved, which the database refuses too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Role
from review import queue
from review.acts import Act
from review.contractors import is_contractor
from review.lots import sample_size
from review.refusals import (
    InspectorForbiddenError,
    LotOverError,
    NothingReadyError,
    RoleForbidsError,
)
from review.roles import REVIEWERS
from review.transitions import move
from storage import audit
from storage.tables import (
    ContractorWork,
    Entry,
    EntryState,
    Filing,
    Inspection,
    InspectionState,
    Verdict,
)
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Batch:
    """Work that waits to be drawn from: whose, of which day and form, how much."""

    contractor: str
    day: date
    form: str
    filings: int


@dataclass(frozen=True, slots=True)
class Inspector:
    """Whoever checks, at this moment."""

    name: str
    role: Role
    now: datetime


def batches(session: Session) -> Sequence[Batch]:
    """What waits to be checked and is ready, the oldest day first."""
    rows = session.execute(
        select(
            ContractorWork.person,
            ContractorWork.day,
            Filing.form,
            func.count(ContractorWork.id),
        )
        .join(Filing, Filing.id == ContractorWork.filing_id)
        .where(ContractorWork.inspection_id.is_(None), _all_ready())
        .group_by(ContractorWork.person, ContractorWork.day, Filing.form)
        .order_by(ContractorWork.day, ContractorWork.person, Filing.form)
    ).all()
    return [Batch(*row) for row in rows]


def draw(
    session: Session,
    vault: Vault,
    *,
    contractor: str,
    day: date,
    form: str,
    allowed: int,
    by: Inspector,
) -> Inspection:
    """Make a lot of what waits, and draw its sample: always the same of the same.

    Raises:
        InspectorForbiddenError: it is their own work, or they have a contract too.
        NothingReadyError: nothing of it waits any more.
    """
    _demand_inspector(session, contractor, by)
    works = session.scalars(
        select(ContractorWork)
        .join(Filing, Filing.id == ContractorWork.filing_id)
        .where(
            ContractorWork.inspection_id.is_(None),
            ContractorWork.person == contractor,
            ContractorWork.day == day,
            Filing.form == form,
            _all_ready(),
        )
        .order_by(ContractorWork.filing_id)
        .with_for_update(of=ContractorWork)
    ).all()
    if not works:
        raise NothingReadyError("Nothing of this contractor's work waits any more.")
    ranked = sorted(works, key=lambda one: vault.blind_index(f"check/{one.id}"))
    found = Inspection(
        contractor=contractor,
        day=day,
        form=form,
        allowed=allowed,
        opened_by=by.name,
        opened_at=by.now,
    )
    session.add(found)
    for one in ranked[: sample_size(len(ranked))]:
        one.drawn = True
    for one in works:
        one.inspection = found
    session.flush()
    drawn = sum(one.drawn for one in works)
    _tell(session, found, "drawn", by, filings=len(works), sample=drawn)
    return found


def judge(
    session: Session,
    found: Inspection,
    *,
    filing_id: int,
    verdict: Verdict,
    reason: str,
    by: Inspector,
) -> None:
    """Say whether a drawn filing is right; the last word on the sample ends the lot.

    Raises:
        InspectorForbiddenError: it is their own work, or they have a contract too.
        LotOverError: it ended.
        MissingError: the filing is not in its sample.
    """
    session.refresh(found, with_for_update=True)
    _demand_inspector(session, found.contractor, by)
    if found.state != InspectionState.OPEN:
        raise LotOverError(f"Lot {found.id} is {found.state} already.")
    drawn = [one for one in found.works if one.drawn]
    work = next((one for one in drawn if one.filing_id == filing_id), None)
    if work is None:
        raise MissingError(f"Filing {filing_id} is not in the sample.")
    if verdict is Verdict.WRONG and not reason.strip():
        raise WrongCallError("Say what is wrong with it.")
    work.verdict, work.judged_by = verdict, by.name
    session.flush()
    _tell(session, found, verdict.value, by, filing=filing_id)
    wrong = sum(one.verdict == Verdict.WRONG for one in drawn)
    if wrong > found.allowed:
        _end(session, found, InspectionState.RETURNED, by)
        _send_back(session, found, reason, by)
    elif all(one.verdict is not None for one in drawn):
        _end(session, found, InspectionState.PASSED, by)


def _all_ready() -> ColumnElement[bool]:
    """Nothing of the filing is still being worked on."""
    working = select(Entry.filing_id).where(
        Entry.state.in_([EntryState.READ, EntryState.IN_REVIEW])
    )
    ready = select(Entry.filing_id).where(Entry.state == EntryState.READY)
    return Filing.id.in_(ready) & Filing.id.not_in(working)


def _demand_inspector(session: Session, contractor: str, by: Inspector) -> None:
    if by.role not in REVIEWERS:
        raise RoleForbidsError("Work is checked by reviewers and approvers.")
    if by.name == contractor or is_contractor(session, by.name):
        raise InspectorForbiddenError(
            "A contractor's work is checked by somebody of the office."
        )


def _send_back(session: Session, found: Inspection, reason: str, by: Inspector) -> None:
    numbers = {one.filing_id for one in found.works}
    entries = session.scalars(
        select(Entry)
        .where(Entry.filing_id.in_(numbers), Entry.state == EntryState.READY)
        .order_by(Entry.id)
    ).all()
    for entry in entries:
        move(
            session,
            entry,
            Act.REJECT,
            actor=by.name,
            role=by.role,
            now=by.now,
            reason=reason,
            about={"inspection": found.id},
        )
        queue.put_in_queue(session, entry, now=by.now)


def _end(
    session: Session, found: Inspection, how: InspectionState, by: Inspector
) -> None:
    found.state, found.ended_at = how, by.now
    session.flush()
    _tell(session, found, how.value, by)


def _tell(
    session: Session, found: Inspection, act: str, by: Inspector, **about: int
) -> None:
    audit.record(
        session,
        actor=by.name,
        act=f"inspection.{act}",
        subject_kind="inspection",
        subject_id=found.id,
        now=by.now,
        body=about,
    )
