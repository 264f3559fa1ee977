"""What stands to be approved now: the ready entries of one filing, as one manifest."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from review.refusals import NothingReadyError
from storage.manifest import build
from storage.tables import Entry, EntryState, Filing


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


def _manifest(session: Session, entries: Sequence[Entry]) -> bytes:
    """One manifest for one signature: those of all entries it covers."""
    parts = [json.loads(build(session, entry)) for entry in entries]
    return rfc8785.dumps({"entries": parts, "manifest": 1})
