"""Approving: one person signs what they saw, and nothing else (決裁)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from kamizero import traces
from kamizero.model import Role
from review.acts import Act
from review.proposal import proposal
from review.recall import put_in_force
from review.rounds import end_round
from review.stamping import take
from review.transitions import hold_filing, move
from storage.clocks import end_clock
from storage.interfaces import Kept, ObjectStore
from storage.manifest import signed_bytes
from storage.tables import (
    Approval,
    ClockEnd,
    Entry,
    Filing,
    RoundEnd,
    RouteStep,
    StageKind,
)
from storage.traced import trace_of_filing
from storage.vault import Vault

MANIFESTS = "manifests"

Deliver = Callable[[Session, Entry], None]
"""Puts an approved entry out for those who wait for it, in the same transaction."""


def approve(
    session: Session,
    store: ObjectStore,
    vault: Vault,
    *,
    filing: Filing,
    manifest_sha256: str,
    actor: str,
    role: Role,
    now: datetime,
    retain_until: datetime,
    deliver: Deliver,
    steps_seen: int | None = None,
) -> Approval:
    """Take the last stage: sign the manifest that was seen, put its entries out.

    Raises:
        ManifestChangedError, StepTakenError: what stands there is not what they saw.
        OwnWorkError, NotYourStageError, TwiceOnRouteError: they may not.
        RouteOpenError: stages before are open.
        NotSettledError: something is open again.
    """
    parent = trace_of_filing(session, filing.id)
    with traces.span("approve", parent=parent, filing=filing.id):
        hold_filing(session, filing)
        proposed = proposal(session, filing)
        step = take(
            session,
            vault,
            filing=filing,
            proposed=proposed,
            manifest_sha256=manifest_sha256,
            kind=StageKind.DECIDE,
            actor=actor,
            role=role,
            now=now,
            steps_seen=steps_seen,
        )
        kept = store.put(proposed.manifest, prefix=MANIFESTS, retain_until=retain_until)
        approval = _sign(vault, filing, step, kept, now=now)
        session.add(approval)
        session.flush()
        for entry in proposed.entries:
            entry.approval_id = approval.id
            about = {"approval": approval.id, "manifest": kept.sha256, "step": step.id}
            put_in_force(session, vault, entry, actor=actor, role=role, now=now)
            move(
                session,
                entry,
                Act.APPROVE,
                actor=actor,
                role=role,
                now=now,
                about=about,
            )
            deliver(session, entry)
            end_clock(session, entry, by=ClockEnd.APPROVAL, now=now)
        end_round(session, filing, RoundEnd.DECIDED, now=now)
        return approval


def _sign(
    vault: Vault, filing: Filing, step: RouteStep, kept: Kept, *, now: datetime
) -> Approval:
    signed = signed_bytes(manifest_sha256=kept.sha256, by=step.person, at=now)
    signature = vault.sign(signed)
    return Approval(
        filing_id=filing.id,
        round_id=step.round_id,
        manifest_sha256=kept.sha256,
        store_key=kept.key,
        store_version=kept.version,
        by=step.person,
        at=now,
        key_id=signature.key_id,
        signature=signature.hex,
    )
