"""What happened, and the chain that proves it; append-only, no personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table


class AuditEvent(Table):
    """Something that happened; append-only, no personal data."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index("ix_audit_event_subject", "subject_kind", "subject_id"),)


class AuditSeal(Table):
    """The chain over the events, linked in id order by one sealer."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Table):
    """A sealed head as it was written to the object store."""

    __tablename__ = "audit_head"

    seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    store_key: Mapped[str] = mapped_column(String(200))
    store_version: Mapped[str] = mapped_column(String(200))
