"""Taking a stage of the route: looked through (審査), agreed (合議), or sent back.

A stamp counts for exactly the manifest its round was opened over; where anything
changes, a new round begins with nobody's stamp.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.model import Role
from review import guards
from review.acts import Act
from review.guards import Attempt
from review.proposal import Proposal, proposal
from review.refusals import (
    ManifestChangedError,
    NotYourStageError,
    RouteOpenError,
    StepTakenError,
    TwiceOnRouteError,
)
from review.rounds import (
    Seat,
    Standing,
    end_round,
    has_part,
    open_round,
    seats,
    standing_of,
)
from review.routes import route_for
from review.transitions import hold_filing, move, permitted
from storage.clocks import office_day
from storage.manifest import stamped_bytes
from storage.tables import (
    ApprovalRound,
    Filing,
    RoundEnd,
    RouteStage,
    RouteStep,
    StageKind,
)
from storage.vault import Vault

_ACTS = {
    StageKind.REVIEW: Act.ENDORSE,
    StageKind.CONSULT: Act.AGREE,
    StageKind.DECIDE: Act.APPROVE,
}


def standing(
    session: Session, vault: Vault, proposed: Proposal, *, now: datetime
) -> Standing:
    """The route of what stands there now, with the stamps over exactly that."""
    found = open_round(session, proposed.entries[0].filing)
    if found is not None and found.manifest_sha256 == proposed.manifest_sha256:
        return standing_of(found)
    route = route_for(session, vault, proposed.entries, day=office_day(now))
    return Standing(route, None, {}, 0)


def endorse(
    session: Session,
    vault: Vault,
    *,
    filing: Filing,
    manifest_sha256: str,
    actor: str,
    role: Role,
    now: datetime,
    steps_seen: int | None = None,
) -> RouteStep:
    """Take the stage that waits for this person, short of deciding.

    Raises:
        ManifestChangedError, StepTakenError: it is not what they saw.
        OwnWorkError, NotYourStageError, TwiceOnRouteError: they may not.
        NotSettledError: something is open again.
    """
    hold_filing(session, filing)
    proposed = proposal(session, filing)
    stood = standing(session, vault, proposed, now=now)
    kind = _next_kind(stood)
    if kind is StageKind.DECIDE:
        raise RouteOpenError(
            f"Filing {filing.id} waits to be decided; nobody is left to look at it."
        )
    step = take(
        session,
        vault,
        filing=filing,
        proposed=proposed,
        manifest_sha256=manifest_sha256,
        kind=kind,
        actor=actor,
        role=role,
        now=now,
        steps_seen=steps_seen,
    )
    about = {"round": step.round_id, "step": step.id, "stage": step.stage_id}
    for entry in proposed.entries:
        move(session, entry, _ACTS[kind], actor=actor, role=role, now=now, about=about)
    return step


def take(
    session: Session,
    vault: Vault,
    *,
    filing: Filing,
    proposed: Proposal,
    manifest_sha256: str,
    kind: StageKind,
    actor: str,
    role: Role,
    now: datetime,
    steps_seen: int | None = None,
) -> RouteStep:
    """Stamp the next stage of this kind; the caller holds the filing."""
    for entry in proposed.entries:
        permitted(entry, _ACTS[kind], role=role)
        guards.four_eyes(Attempt(session, entry, _ACTS[kind], actor, role, reason=""))
    if proposed.manifest_sha256 != manifest_sha256:
        raise ManifestChangedError(
            f"Filing {filing.id} changed after you looked at it; "
            "look at it again before you approve it."
        )
    stood = standing(session, vault, proposed, now=now)
    if steps_seen is not None and steps_seen != stood.taken:
        raise StepTakenError(
            f"Somebody took a step on filing {filing.id} after you opened it; "
            "open it again to see who is next."
        )
    seat = _seat(session, stood, kind, actor=actor, role=role, now=now)
    found = stood.round or _opened(session, filing, stood, manifest_sha256, now=now)
    return _stamp(session, vault, found, seat, stood.taken + 1, actor=actor, now=now)


def step_back(
    session: Session,
    *,
    filing: Filing,
    position: int,
    actor: str,
    role: Role,
    reason: str,
    now: datetime,
) -> None:
    """Send it back to an earlier stage of the route (差戻し); the entries stay ready.

    Raises:
        RouteOpenError: nobody took a stage there yet.
    """
    hold_filing(session, filing)
    proposed = proposal(session, filing)
    found = open_round(session, filing)
    back = [
        step
        for step in (standing_of(found).steps.values() if found else ())
        if step.stage.position >= position
    ]
    if found is None or not any(step.stage.position == position for step in back):
        raise RouteOpenError(
            f"Nobody took that stage of filing {filing.id}; open it again."
        )
    about = {"round": found.id, "position": position}
    for entry in proposed.entries:
        move(
            session,
            entry,
            Act.STEP_BACK,
            actor=actor,
            role=role,
            now=now,
            reason=reason,
            about=about,
        )
    for step in back:
        step.void_at, step.void_by, step.void_why = now, actor, reason.strip()
    session.flush()


def _next_kind(stood: Standing) -> StageKind:
    return StageKind(stood.next_stages[0].kind)


def _seat(
    session: Session,
    stood: Standing,
    kind: StageKind,
    *,
    actor: str,
    role: Role,
    now: datetime,
) -> Seat:
    waiting: Sequence[RouteStage] = stood.next_stages
    if kind not in {StageKind(stage.kind) for stage in waiting}:
        raise RouteOpenError(
            "Other stages of the route come first: "
            f"{', '.join(stage.unit or stage.kind for stage in waiting)}."
        )
    found = seats(session, waiting, person=actor, role=role, day=office_day(now))
    if not found:
        raise NotYourStageError(
            f"It waits for {', '.join(stage.unit or stage.role for stage in waiting)}."
        )
    free = [seat for seat in found if not has_part(stood.round, seat, actor)]
    if not free:
        raise TwiceOnRouteError(
            f"{actor} took part in this round already; ask another person."
        )
    return free[0]


def _opened(
    session: Session,
    filing: Filing,
    stood: Standing,
    manifest_sha256: str,
    *,
    now: datetime,
) -> ApprovalRound:
    end_round(session, filing, RoundEnd.CHANGED, now=now)
    found = ApprovalRound(
        filing_id=filing.id,
        route=stood.route,
        manifest_sha256=manifest_sha256,
        opened_at=now,
    )
    session.add(found)
    session.flush()
    return found


def _stamp(
    session: Session,
    vault: Vault,
    found: ApprovalRound,
    seat: Seat,
    seq: int,
    *,
    actor: str,
    now: datetime,
) -> RouteStep:
    signature = vault.sign(
        stamped_bytes(
            manifest_sha256=found.manifest_sha256,
            stage=seat.stage.id,
            by=actor,
            for_person=seat.for_person,
            at=now,
        )
    )
    step = RouteStep(
        round=found,
        seq=seq,
        stage=seat.stage,
        person=actor,
        for_person=seat.for_person,
        on_day=office_day(now),
        at=now,
        key_id=signature.key_id,
        signature=signature.hex,
    )
    session.add(step)
    session.flush()
    return step
