"""What happened to a filing, in order, for the page that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from storage.tables import Approval, AuditEvent, Field, FieldVersion, Filing


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; it names versions, it quotes none."""

    at: datetime
    actor: str
    act: str
    subject_kind: str
    subject_id: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Version:
    """One answer to what a field says."""

    at: datetime
    actor: str
    author_kind: str
    field_name: str
    purpose: str
    state: str
    version_id: int
    ground: str | None


def history(session: Session, filing: Filing) -> list[Event | Version]:
    """Events and field versions of the filing, oldest first."""
    lines: list[Event | Version] = [*_events(session, filing)]
    lines.extend(_versions(session, filing))
    return sorted(lines, key=lambda line: line.at)


def _events(session: Session, filing: Filing) -> list[Event]:
    rows = session.scalars(
        select(AuditEvent)
        .where(
            tuple_(AuditEvent.subject_kind, AuditEvent.subject_id).in_(
                _subjects(session, filing)
            )
        )
        .order_by(AuditEvent.id)
    )
    return [
        Event(
            at=row.at,
            actor=row.actor,
            act=row.act,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            body=row.body,
        )
        for row in rows
    ]


def _subjects(session: Session, filing: Filing) -> list[tuple[str, str]]:
    approvals = session.scalars(
        select(Approval.id).where(Approval.filing_id == filing.id)
    )
    return [
        ("arrival", str(filing.arrival_id)),
        ("filing", str(filing.id)),
        *(("entry", str(entry.id)) for entry in filing.entries),
        *(("approval", str(approval)) for approval in approvals),
    ]


def _versions(session: Session, filing: Filing) -> list[Version]:
    rows = session.execute(
        select(FieldVersion, Field.name)
        .join(Field, Field.id == FieldVersion.field_id)
        .where(Field.filing_id == filing.id)
        .order_by(FieldVersion.id)
    )
    return [
        Version(
            at=version.at,
            actor=version.author,
            author_kind=version.author_kind,
            field_name=name,
            purpose=version.purpose,
            state=version.state,
            version_id=version.id,
            ground=(version.ground or {}).get("kind"),
        )
        for version, name in rows
    ]
