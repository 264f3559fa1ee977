"""Who may bring papers by machine, and what they have brought so far."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of


class Device(Table):
    """A scanner or program that logs in at the doors with a password."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    password_hash: Mapped[str] = mapped_column(Text)
    # Bytes it may bring within 24 hours; None is no limit.
    daily_bytes: Mapped[int | None] = mapped_column(Id)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    added_at: Mapped[datetime] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(default=True)


class UploadState(StrEnum):
    """OPEN is being sent or was cut off; WHOLE was answered and waits for the intake.

    Only what was never answered, or what the sender itself gave up, is DISCARDED.
    """

    OPEN = "open"
    WHOLE = "whole"
    TAKEN = "taken"
    DISCARDED = "discarded"


class Upload(Table):
    """One file a sender transfers through a door, from its first byte to its job."""

    __tablename__ = "upload"
    __table_args__ = (
        one_of("state", UploadState),
        Index("ix_upload_sender", "sender", "door", "begun_at"),
        Index("ix_upload_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Names its bytes while they wait, and the upload to those who send over HTTP.
    token: Mapped[str] = mapped_column(String(64), unique=True)
    door: Mapped[str] = mapped_column(String(32))
    sender: Mapped[str] = mapped_column(String(100))
    site: Mapped[str] = mapped_column(String(16))
    # What comes in one session is one job; None is a job of its own, taken at once.
    session: Mapped[str | None] = mapped_column(String(100))
    # What the sender calls it: data, never a path of this machine.
    name: Mapped[str] = mapped_column(Text)
    # Declared by the sender before the first byte, where its protocol can.
    size: Mapped[int | None] = mapped_column(Id)
    # What else it declared: received_on, sheets, sides.
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(16), default=UploadState.OPEN)
    # Bytes the sender was told are safe; None before the first such answer.
    answered: Mapped[int | None] = mapped_column(Id)
    # The sender fell silent at its end, so that it may have been cut off there.
    doubtful: Mapped[bool] = mapped_column(default=False)
    # How often the intake began with it: what stops the program must end some day.
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(32))
    sha256: Mapped[str | None] = mapped_column(String(64))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
