"""What people decided about entries, and what leaves the house because of it."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.words import Words

if TYPE_CHECKING:
    from storage.tables.filings import Entry


class DeliveryState(StrEnum):
    PENDING = "pending"
    TAKEN = "taken"
    REGISTERED = "registered"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"


class ReturnSlip(Table):
    """An entry sent back to its submitter (返戻)."""

    __tablename__ = "return_slip"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(
        ForeignKey("return_notice.id"), index=True
    )
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Words())


class Approval(Table):
    """One person's signature over the manifest they saw (決裁)."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    # None only for those signed before there were routes.
    round_id: Mapped[int | None] = mapped_column(ForeignKey("approval_round.id"))
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    store_key: Mapped[str] = mapped_column(String(200))
    store_version: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class Touch(Table):
    """Who changed, waived or decided something on a filing: they cannot approve it."""

    __tablename__ = "touch"

    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(100), primary_key=True)


class Delivery(Table):
    """One record version on its way to one subscriber."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("entry_id", "subscriber"),
        one_of("state", DeliveryState),
        # What waits is few beside what was taken.
        Index("ix_delivery_state", "subscriber", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    subscriber: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.PENDING)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    # What this subscriber has of the version before, which this one puts right.
    corrects_id: Mapped[int | None] = mapped_column(
        ForeignKey("delivery.id"), index=True
    )

    entry: Mapped["Entry"] = relationship()
    corrects: Mapped["Delivery | None"] = relationship(remote_side="Delivery.id")
