"""What the chain of events says was kept, read, changed and approved still stands.

Whoever holds every key can make a value, its commitment, a manifest and a signature
that fit each other; they do not fit the event of that time, which the chain holds.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.originals import KEPT, ORIGINAL, UNTIL
from storage.proofs.report import MISSING, Tally
from storage.tables import (
    Approval,
    AuditEvent,
    Entry,
    Field,
    FieldVersion,
    Original,
)
from storage.values import READ, reading_digest

APPROVED = "entry.approve"
FILING = "filing"


def hear(session: Session, events: Sequence[AuditEvent], tally: Tally) -> None:
    """Hold what some events say against the rows of now."""
    _promises(session, events, tally)
    _approvals(session, events, tally)
    _changes(session, events, tally)
    _readings(session, events, tally)


def prove_told(database: Database, tally: Tally) -> None:
    """No original and no approval is there that no event tells of."""
    with database.look() as session:
        for sha256 in session.scalars(
            select(Original.sha256)
            .outerjoin(
                AuditEvent,
                (AuditEvent.subject_kind == ORIGINAL)
                & (AuditEvent.subject_id == Original.sha256)
                & (AuditEvent.act == KEPT),
            )
            .where(AuditEvent.id.is_(None))
            .order_by(Original.id)
        ):
            tally.differs(ORIGINAL, sha256, expected="an event", found=MISSING)
        told = (
            select(Entry.approval_id)
            .join(
                AuditEvent,
                (AuditEvent.subject_kind == "entry")
                & (AuditEvent.subject_id == cast(Entry.id, String))
                & (AuditEvent.act == APPROVED),
            )
            .where(Entry.approval_id.is_not(None))
        )
        untold = select(Approval.id).where(Approval.id.not_in(told))
        for key in session.scalars(untold.order_by(Approval.id)):
            tally.differs("approval", key, expected="an event", found=MISSING)


def _promises(session: Session, events: Sequence[AuditEvent], tally: Tally) -> None:
    """Until when originals must be kept: the latest that was ever said."""
    said: dict[str, datetime] = {}
    for event in events:
        until = _moment(event.body.get(UNTIL))
        if event.subject_kind == ORIGINAL and until is not None:
            said[event.subject_id] = max(said.get(event.subject_id, until), until)
    rows = (
        select(Original.sha256, Original.retain_until)
        .where(Original.sha256.in_(said))
        .order_by(Original.id)
    )
    for sha256, until in session.execute(rows):
        if until < said[sha256]:
            tally.differs(
                ORIGINAL,
                sha256,
                expected=f"kept until {said[sha256]:%Y-%m-%d}",
                found=f"kept until {until:%Y-%m-%d}",
            )


def _approvals(session: Session, events: Sequence[AuditEvent], tally: Tally) -> None:
    said = {
        event.body["approval"]: (event.actor, event.body.get("manifest"))
        for event in events
        if event.act == APPROVED and "approval" in event.body
    }
    rows = select(Approval.id, Approval.by, Approval.manifest_sha256).where(
        Approval.id.in_(said)
    )
    found = {key: (by, manifest) for key, by, manifest in session.execute(rows)}
    for key, (by, manifest) in said.items():
        if key not in found:
            tally.differs("approval", key, expected="a row", found=MISSING)
        elif found[key] != (by, manifest):
            tally.differs(
                "approval",
                key,
                expected=f"{manifest} approved by {by}",
                found=" approved by ".join(reversed(found[key])),
            )


def _changes(session: Session, events: Sequence[AuditEvent], tally: Tally) -> None:
    """What people wrote, by its commitment."""
    said = {
        event.body["field_version"]: event.body["commitment"]
        for event in events
        if {"field_version", "commitment"} <= event.body.keys()
    }
    rows = select(FieldVersion.id, FieldVersion.commitment).where(
        FieldVersion.id.in_(said)
    )
    found = {key: commitment for key, commitment in session.execute(rows)}
    for key, commitment in said.items():
        if found.get(key) != commitment:
            tally.differs(
                "field_version",
                key,
                expected=commitment,
                found=found.get(key, MISSING),
            )


def _readings(session: Session, events: Sequence[AuditEvent], tally: Tally) -> None:
    """What the machine read first, all fields of a filing in one digest."""
    said = {
        int(event.subject_id): event.body["values"]
        for event in events
        if event.act == READ and "values" in event.body
    }
    rows = (
        select(Field.filing_id, FieldVersion.id, FieldVersion.commitment)
        .join(Field, Field.id == FieldVersion.field_id)
        .where(Field.filing_id.in_(said), FieldVersion.seq == 1)
    )
    read: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for filing, key, commitment in session.execute(rows):
        read[filing].append((key, commitment))
    for filing, digest in said.items():
        found = reading_digest(read[filing])
        if found != digest:
            tally.differs(FILING, filing, expected=f"readings {digest}", found=found)


def _moment(said: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
