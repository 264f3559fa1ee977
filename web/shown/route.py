"""The route of an approval as its page shows it: who stamped, who is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.proposal import Proposal
from review.rounds import Seat, Standing, has_part, seats, standing_of
from review.stamping import standing
from storage.clocks import office_day
from storage.tables import (
    Approval,
    ApprovalRound,
    Filing,
    RouteStage,
    StageKind,
    Touch,
)
from storage.vault import Vault
from web.visitors import Visitor
from web.writing import Pen


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage; `state` is done, next or later."""

    position: int
    kind: str
    label: str
    persons: str
    state: str
    who: str
    for_person: str
    at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class RouteView:
    """A route with its stamps, and what this visitor may do on it.

    Attributes:
        kind: of the stage this visitor may take now, "" where there is none.
        for_person: whom they would stand in for.
        waits: the stages it waits at, in words.
        has_part: they took a stage of this round already.
        back_to: earlier stages it can be sent back to, by position.
    """

    name: str
    delegated_by: str
    drafters: str
    stages: Sequence[StageView]
    taken: int
    kind: str
    for_person: str
    waits: str
    has_part: bool
    back_to: Sequence[StageView]


def route_view(
    session: Session,
    vault: Vault,
    proposed: Proposal,
    *,
    visitor: Visitor,
    now: datetime,
    pen: Pen,
) -> RouteView:
    """The route of what stands there now."""
    stood = standing(session, vault, proposed, now=now)
    waiting = stood.next_stages
    found = seats(
        session,
        waiting,
        person=visitor.name,
        role=visitor.role,
        day=office_day(now),
    )
    free = [seat for seat in found if not has_part(stood.round, seat, visitor.name)]
    seat = free[0] if free else None
    stages = stage_views(stood, pen)
    return RouteView(
        name=stood.route.name_ja if pen.language == "ja" else stood.route.name_en,
        delegated_by=stood.route.delegated_by or "",
        drafters=_drafters(session, proposed.entries[0].filing, pen),
        stages=stages,
        taken=stood.taken,
        kind=_kind(seat),
        for_person=(seat.for_person or "") if seat else "",
        waits="・".join(view.label for view in stages if view.state == "next"),
        has_part=bool(found) and not free,
        back_to=[view for view in stages if view.state == "done"],
    )


def stage_views(stood: Standing, pen: Pen) -> list[StageView]:
    waiting = {stage.id for stage in stood.next_stages}
    return [
        _stage(stood, stage, stage.id in waiting, pen) for stage in stood.route.stages
    ]


def stamps_of(session: Session, approval: Approval, pen: Pen) -> list[StageView]:
    """Who stamped the stages of the route that an approval took."""
    found = session.get(ApprovalRound, approval.round_id) if approval.round_id else None
    return stage_views(standing_of(found), pen) if found else []


def stage_label(stage: RouteStage, pen: Pen) -> str:
    """`審査 適用課`."""
    kind = pen.texts.say(f"stage.{stage.kind}", pen.language)
    return f"{kind} {stage.unit}".strip()


def _stage(stood: Standing, stage: RouteStage, is_next: bool, pen: Pen) -> StageView:
    step = stood.steps.get(stage.id)
    return StageView(
        position=stage.position,
        kind=stage.kind,
        label=stage_label(stage, pen),
        persons=", ".join(stage.persons)
        or pen.texts.say(f"role.{stage.role}", pen.language),
        state="done" if step else "next" if is_next else "later",
        who=step.person if step else "",
        for_person=(step.for_person or "") if step else "",
        at=step.at if step else None,
        read_at=step.read_at if step else None,
    )


def _kind(seat: Seat | None) -> str:
    return StageKind(seat.stage.kind).value if seat else ""


def _drafters(session: Session, filing: Filing, pen: Pen) -> str:
    people = session.scalars(
        select(Touch.person).where(Touch.filing_id == filing.id).order_by(Touch.person)
    ).all()
    return ", ".join(people) or pen.texts.say("filing.machine", pen.language)
