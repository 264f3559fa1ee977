"""The notice that goes with a returned filing (返戻): checked by another, then sent."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.tables.decisions import ReturnSlip
from storage.tables.filings import Filing


class AddresseeKind(StrEnum):
    """Where the address comes from: the register, the paper itself, or a hand."""

    OFFICE = "office"
    INSURED = "insured"
    TYPED = "typed"


class Posting(StrEnum):
    """How papers leave the office."""

    POST = "post"
    WINDOW = "window"


class ReturnNotice(Table):
    """One letter to one addressee about the returned entries of one filing.

    The address and what was written by hand lie sealed in the row and go with it.
    `content_digest` is keyed: who checks signs what they saw, and it tells nothing.
    """

    __tablename__ = "return_notice"
    __table_args__ = (
        one_of("addressee_kind", AddresseeKind),
        one_of("way", Posting),
        CheckConstraint("checked_by <> prepared_by", name="another_person_checks"),
        CheckConstraint(
            "(prepared_by IS NULL) = (content_digest IS NULL) "
            "AND (prepared_by IS NULL) = (sealed IS NULL)",
            name="preparing_says_all",
        ),
        CheckConstraint(
            "(checked_by IS NULL) = (checked_digest IS NULL) "
            "AND (checked_by IS NULL OR checked_digest = content_digest)",
            name="checked_is_what_stands",
        ),
        CheckConstraint(
            "sent_on IS NULL OR (checked_by IS NOT NULL AND sent_by IS NOT NULL "
            "AND way IS NOT NULL AND due_on IS NOT NULL)",
            name="sent_after_the_check",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    addressee_kind: Mapped[str | None] = mapped_column(String(16))
    sealed: Mapped[bytes | None]
    key_id: Mapped[str | None] = mapped_column(String(64))
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    # The pages that go back with the letter.
    enclosures: Mapped[list[int]] = mapped_column(JSON, default=list)
    content_digest: Mapped[str | None] = mapped_column(String(64))
    prepared_by: Mapped[str | None] = mapped_column(String(100))
    prepared_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_by: Mapped[str | None] = mapped_column(String(100))
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_digest: Mapped[str | None] = mapped_column(String(64))
    sent_by: Mapped[str | None] = mapped_column(String(100))
    sent_on: Mapped[date | None]
    way: Mapped[str | None] = mapped_column(String(16))
    due_on: Mapped[date | None] = mapped_column(index=True)
    reminded_on: Mapped[date | None]

    filing: Mapped[Filing] = relationship()
    slips: Mapped[list[ReturnSlip]] = relationship(order_by="ReturnSlip.id")

    @property
    def sealed_place(self) -> str:
        """What the seal is bound to."""
        return f"return_notice/{self.id}"
