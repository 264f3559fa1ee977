"""Approving: one person signs what they saw, and nothing else (決裁)."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import Role
from review.acts import Act
from review.guards import Attempt
from review.refusals import ManifestChangedError, NothingReadyError
from review.transitions import hold_filing, move, permitted
from storage.interfaces import Kept, ObjectStore
from storage.manifest import build, signed_bytes
from storage.tables import Approval, Entry, EntryState, Filing
from storage.vault import Vault

MANIFESTS = "manifests"

Deliver = Callable[[Session, Entry], None]
"""Puts an approved entry out for those who wait for it, in the same transaction."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an approver is asked to sign: the ready entries of one filing."""

    entries: tuple[Entry, ...]
    manifest: bytes

    @property
    def manifest_sha256(self) -> str:
        return hashlib.sha256(self.manifest).hexdigest()


def proposal(session: Session, filing: Filing) -> Proposal:
    """What stands to be approved now; entries in review or returned stay so.

    Raises:
        NothingReadyError: no entry of the filing is ready.
    """
    entries = session.scalars(
        select(Entry)
        .where(Entry.filing_id == filing.id, Entry.state == EntryState.READY)
        .order_by(Entry.n)
    ).all()
    if not entries:
        raise NothingReadyError(
            f"No entry of filing {filing.id} waits for approval; load it again."
        )
    return Proposal(tuple(entries), _manifest(session, entries))


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
) -> Approval:
    """Sign the manifest the approver saw, and put its entries out.

    Raises:
        ManifestChangedError: what stands there now is not what they saw.
        OwnWorkError: they worked on the filing.
        NotSettledError: something is open again.
    """
    proposed = _proposal_to(session, filing, actor=actor, role=role)
    if proposed.manifest_sha256 != manifest_sha256:
        raise ManifestChangedError(
            f"Filing {filing.id} changed after you looked at it; "
            "look at it again before you approve it."
        )
    kept = store.put(proposed.manifest, prefix=MANIFESTS, retain_until=retain_until)
    approval = _sign(vault, filing, kept, actor=actor, now=now)
    session.add(approval)
    session.flush()
    for entry in proposed.entries:
        entry.approval_id = approval.id
        about = {"approval": approval.id, "manifest": kept.sha256}
        move(session, entry, Act.APPROVE, actor=actor, role=role, now=now, about=about)
        deliver(session, entry)
    return approval


def _proposal_to(
    session: Session, filing: Filing, *, actor: str, role: Role
) -> Proposal:
    """What stands to be approved, once it is sure that this person may."""
    hold_filing(session, filing)
    proposed = proposal(session, filing)
    for entry in proposed.entries:
        attempt = Attempt(session, entry, Act.APPROVE, actor, role, reason="")
        permitted(entry, Act.APPROVE, role=role).guard(attempt)
    return proposed


def _sign(
    vault: Vault, filing: Filing, kept: Kept, *, actor: str, now: datetime
) -> Approval:
    signed = signed_bytes(manifest_sha256=kept.sha256, by=actor, at=now)
    signature = vault.sign(signed)
    return Approval(
        filing_id=filing.id,
        manifest_sha256=kept.sha256,
        store_key=kept.key,
        store_version=kept.version,
        by=actor,
        at=now,
        key_id=signature.key_id,
        signature=signature.hex,
    )


def _manifest(session: Session, entries: Sequence[Entry]) -> bytes:
    """One manifest for one signature: those of all entries it covers."""
    parts = [json.loads(build(session, entry)) for entry in entries]
    return rfc8785.dumps({"entries": parts, "manifest": 1})
