"""Ways out other than approval: back inside, back to the submitter, withdrawn."""

from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.model import Role
from review import queue
from review.acts import Act
from review.refusals import WrongClaimError
from review.transitions import hold_entry, move
from storage import work
from storage.clocks import end_clock, stop_clock
from storage.tables import ClockEnd, Entry, EntryState, Filing, ReturnSlip, Stop
from storage.work import Claim

SENT_BACK = "sent_back:"


def send_back(
    session: Session,
    *,
    entry: Entry,
    actor: str,
    role: Role,
    reason: str,
    now: datetime,
) -> None:
    """Give the entry back to the reviewers, inside the office (差戻し).

    The reason stands among the entry's reasons until it is approved.
    """
    move(session, entry, Act.SEND_BACK, actor=actor, role=role, now=now, reason=reason)
    entry.reasons = [*entry.reasons, f"{SENT_BACK}{reason.strip()}"]
    queue.put_in_queue(session, entry, now=now)


def return_to_submitter(
    session: Session,
    *,
    entry: Entry,
    actor: str,
    role: Role,
    reason: str,
    now: datetime,
    claim: Claim | None = None,
) -> ReturnSlip:
    """End the entry and send it back to its submitter with a slip (返戻).

    An entry in review is returned under its lease only, so that nobody works on it.
    """
    _leave_queue(session, entry, claim, now=now)
    move(session, entry, Act.RETURN, actor=actor, role=role, now=now, reason=reason)
    stop_clock(session, entry, reason=Stop.RETURN, actor=actor, now=now)
    slip = ReturnSlip(entry_id=entry.id, by=actor, at=now, reason=reason.strip())
    session.add(slip)
    session.flush()
    return slip


def withdraw(
    session: Session,
    *,
    entry: Entry,
    paper: Filing,
    actor: str,
    role: Role,
    now: datetime,
    claim: Claim | None = None,
) -> None:
    """End the entry because its submitter took it back by a received paper (取下げ)."""
    _leave_queue(session, entry, claim, now=now)
    move(
        session,
        entry,
        Act.WITHDRAW,
        actor=actor,
        role=role,
        now=now,
        reason=paper.receipt_number,
        about={"paper": paper.id},
    )
    end_clock(session, entry, by=ClockEnd.WITHDRAWAL, now=now)


def _leave_queue(
    session: Session, entry: Entry, claim: Claim | None, *, now: datetime
) -> None:
    hold_entry(session, entry)
    if entry.state != EntryState.IN_REVIEW:
        return
    if claim is None:
        raise WrongClaimError(
            f"Entry {entry.n} of filing {entry.filing_id} is in review; open it first."
        )
    queue.hold(session, claim, entry, now=now)
    work.finish(session, claim, now=now)
