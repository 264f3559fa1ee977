"""Filings approved together (ロット): a sample is looked at, one error returns all."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of

_IS_OPEN = text("is_open")


class LotState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    RETURNED = "returned"
    DISSOLVED = "dissolved"


class Verdict(StrEnum):
    """What a look at a drawn filing found."""

    RIGHT = "right"
    WRONG = "wrong"


class ApprovalLot(Table):
    """Filings of one form that one approver looks at by sample and signs at once."""

    __tablename__ = "approval_lot"
    __table_args__ = (
        one_of("state", LotState),
        CheckConstraint(
            "(state = 'approved') = (signature IS NOT NULL)", name="approval_is_signed"
        ),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="end_has_a_time"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    form: Mapped[str] = mapped_column(String(16))
    opened_by: Mapped[str] = mapped_column(String(100))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16), default=LotState.OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    manifest_sha256: Mapped[str | None] = mapped_column(String(64))
    store_key: Mapped[str | None] = mapped_column(String(200))
    store_version: Mapped[str | None] = mapped_column(String(200))
    key_id: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str | None] = mapped_column(String(128))

    members: Mapped[list["LotMember"]] = relationship(
        back_populates="lot", order_by="LotMember.filing_id"
    )


class LotMember(Table):
    """One filing of a lot, as it stood when the lot was drawn."""

    __tablename__ = "lot_member"
    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("verdict IS NULL OR drawn", name="only_drawn_are_judged"),
        Index(
            "uq_lot_member_open",
            "filing_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("approval_lot.id"), primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    drawn: Mapped[bool]
    verdict: Mapped[str | None] = mapped_column(String(16))
    is_open: Mapped[bool] = mapped_column(default=True)

    lot: Mapped[ApprovalLot] = relationship(back_populates="members")
