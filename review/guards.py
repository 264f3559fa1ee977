"""What must hold, besides state and role, before an act is allowed."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import Role
from review.acts import Act
from review.contractors import is_unchecked
from review.doubt import WORTH_A_LOOK, open_points
from review.refusals import (
    BundleOpenError,
    InspectionOpenError,
    NotSettledError,
    OwnWorkError,
    ReasonMissingError,
    RouteOpenError,
)
from review.rounds import open_round, standing_of
from storage import balance
from storage.tables import Entry, EntryState, Touch


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at an act: by whom, on what, and why."""

    session: Session
    entry: Entry
    act: Act
    actor: str
    role: Role
    reason: str


Guard = Callable[[Attempt], None]


def always(attempt: Attempt) -> None:
    """Nothing more is asked for."""


def balanced(attempt: Attempt) -> None:
    """The entry's bundle holds what was declared, or a person said why not."""
    bundle = attempt.entry.filing.bundle
    if bundle is None:
        return
    weight = balance.settle(attempt.session, bundle)
    if not weight.passes:
        raise BundleOpenError(
            f"Bundle {bundle.number or bundle.id} of entry {attempt.entry.n} does not "
            "balance yet; sort it at the desk or say there why it may pass: "
            f"{', '.join(weight.issues) or 'its pages are still being read'}.",
            points=weight.issues,
        )


def nothing_to_see(attempt: Attempt) -> None:
    """No field is doubtful, no error or warning is open, no page failed."""
    balanced(attempt)
    _refuse_open(attempt, open_points_at(attempt, WORTH_A_LOOK))


def nothing_open(attempt: Attempt) -> None:
    """Every doubtful field is settled, every error gone or waived."""
    balanced(attempt)
    _refuse_open(attempt, open_points(attempt.session, attempt.entry))


def reason_given(attempt: Attempt) -> None:
    """Whoever is told of the act must learn why."""
    if not attempt.reason.strip():
        raise ReasonMissingError(
            f"To {attempt.act.replace('_', ' ')} entry {attempt.entry.n}, "
            "write down the reason."
        )


def four_eyes(attempt: Attempt) -> None:
    """Nothing is open, and the person did not work on the filing."""
    if attempt.session.get(Touch, (attempt.entry.filing_id, attempt.actor)):
        raise OwnWorkError(
            f"{attempt.actor} worked on filing {attempt.entry.filing_id} and cannot "
            "approve it; ask another approver."
        )
    if is_unchecked(attempt.session, attempt.entry.filing_id):
        raise InspectionOpenError(
            f"A contractor's work on filing {attempt.entry.filing_id} was not checked "
            "yet; check its lot first."
        )
    nothing_open(attempt)


def followed(attempt: Attempt) -> None:
    """The whole route was taken for the version that follows it."""
    entry = attempt.entry
    later = select(Entry.id).where(
        Entry.filing_id == entry.filing_id,
        Entry.n == entry.n,
        Entry.version > entry.version,
        Entry.state == EntryState.READY,
        Entry.approval_id.is_not(None),
    )
    if attempt.session.scalar(later) is None:
        raise NotSettledError(
            f"Entry {entry.n} of filing {entry.filing_id} stays in force until a "
            "correction of it is approved.",
            points=["correction"],
        )


def route_taken(attempt: Attempt) -> None:
    """Four eyes, and every stage of the route took what stands there."""
    four_eyes(attempt)
    found = open_round(attempt.session, attempt.entry.filing)
    if found is None or not standing_of(found).is_complete:
        raise RouteOpenError(
            f"Filing {attempt.entry.filing_id} has not taken its whole route; "
            "open it again to see who is next."
        )


def open_points_at(attempt: Attempt, severities: frozenset[str]) -> list[str]:
    return open_points(attempt.session, attempt.entry, severities=severities)


def _refuse_open(attempt: Attempt, points: list[str]) -> None:
    if points:
        raise NotSettledError(
            f"Entry {attempt.entry.n} of filing {attempt.entry.filing_id} still has "
            f"open points; settle, waive or return them first: {', '.join(points)}.",
            points=points,
        )
