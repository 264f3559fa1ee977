"""Where an approval stands on its route: who stamped, who is next, who may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import Role
from review.absences import absent_for
from review.roles import REVIEWERS
from storage.tables import (
    ApprovalRound,
    ApprovalRoute,
    Filing,
    RoundEnd,
    RouteStage,
    RouteStep,
)

# An approver may take what a reviewer may.
_TAKEN_BY = {Role.REVIEWER.value: REVIEWERS}


@dataclass(frozen=True, slots=True)
class Standing:
    """A route with the stamps that count; `steps` are by the id of their stage.

    Attributes:
        round: None as long as nobody took a step over what stands there now.
        taken: how many steps were ever taken in the round, void ones too.
    """

    route: ApprovalRoute
    round: ApprovalRound | None
    steps: dict[int, RouteStep]
    taken: int

    @property
    def next_stages(self) -> Sequence[RouteStage]:
        """The stages somebody may take now: those of the first open position."""
        waiting = [one for one in self.route.stages if one.id not in self.steps]
        first = min((one.position for one in waiting), default=0)
        return [one for one in waiting if one.position == first]

    @property
    def is_complete(self) -> bool:
        return not self.next_stages


@dataclass(frozen=True, slots=True)
class Seat:
    """A stage somebody may take; `for_person` is whom they stand in for (代決)."""

    stage: RouteStage
    for_person: str | None = None


def open_round(session: Session, filing: Filing) -> ApprovalRound | None:
    """The round of the filing that is not over, of which there is at most one."""
    return session.scalar(
        select(ApprovalRound).where(
            ApprovalRound.filing_id == filing.id, ApprovalRound.ended_at.is_(None)
        )
    )


def standing_of(found: ApprovalRound) -> Standing:
    counting = {one.stage_id: one for one in found.steps if one.void_at is None}
    return Standing(found.route, found, counting, len(found.steps))


def end_round(
    session: Session, filing: Filing, how: RoundEnd, *, now: datetime
) -> None:
    """Close the filing's round: its stamps count for nothing any more."""
    found = open_round(session, filing)
    if found is not None:
        found.ended_at, found.ended_as = now, how
        session.flush()


def seats(
    session: Session,
    stages: Iterable[RouteStage],
    *,
    person: str,
    role: Role,
    day: date,
) -> list[Seat]:
    """The stages this person may take, in their own right first."""
    own, stood_in = [], []
    away = absent_for(session, deputy=person, day=day)
    for stage in stages:
        if role not in _TAKEN_BY.get(stage.role, {stage.role}):
            continue
        if not stage.persons or person in stage.persons:
            own.append(Seat(stage))
        stood_in += [Seat(stage, one) for one in away if one in stage.persons]
    return own + stood_in


def has_part(found: ApprovalRound | None, seat: Seat, person: str) -> bool:
    """Tell whether they, or whom they stand in for, took another stage of the round."""
    people = {person, seat.for_person} - {None}
    return found is not None and any(
        step.stage_id != seat.stage.id and people & {step.person, step.for_person}
        for step in found.steps
    )
