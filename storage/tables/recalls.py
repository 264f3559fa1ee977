"""Recalls: a value found wrong after it was approved, and the version that mends it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.tables.answers import HostRefusal
from storage.tables.fields import Field, FieldVersion
from storage.tables.figures import ErrorCase
from storage.tables.filings import Entry


class RecallState(StrEnum):
    # The former version stays in force until the new one is approved.
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    DROPPED = "dropped"


class Recall(Table):
    """One approved entry, the version that follows it, and what it mends."""

    __tablename__ = "recall"
    __table_args__ = (
        one_of("state", RecallState),
        CheckConstraint("new_entry_id <> entry_id", name="version_is_another"),
        CheckConstraint("(case_id IS NULL) <> (refusal_id IS NULL)", name="one_cause"),
        CheckConstraint(
            "(state = 'proposed') = (ended_at IS NULL)", name="end_has_its_time"
        ),
        CheckConstraint(
            "(state = 'in_force') = (receivers IS NOT NULL)", name="force_names_whom"
        ),
        # One at a time, or the second would rest on what the first changes.
        Index(
            "uq_recall_open",
            "entry_id",
            unique=True,
            sqlite_where=text("state <> 'dropped'"),
            postgresql_where=text("state <> 'dropped'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # What it mends: an error in the register, or what a host refuses.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("error_case.id"), index=True)
    refusal_id: Mapped[int | None] = mapped_column(
        ForeignKey("host_refusal.id"), index=True
    )
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    new_entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), unique=True)
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16), default=RecallState.PROPOSED)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # Who get the new version: the ledger holds what was put out against them.
    receivers: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))

    case: Mapped[ErrorCase | None] = relationship()
    refusal: Mapped[HostRefusal | None] = relationship()
    entry: Mapped[Entry] = relationship(foreign_keys=[entry_id])
    new_entry: Mapped[Entry] = relationship(foreign_keys=[new_entry_id])
    changes: Mapped[list["RecallChange"]] = relationship(
        order_by="RecallChange.field_id"
    )


class RecallChange(Table):
    """One field of a recall, and the version that is in force once it is approved."""

    __tablename__ = "recall_change"

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("field.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("field_version.id"), unique=True)

    field: Mapped[Field] = relationship()
    version: Mapped[FieldVersion] = relationship()
