"""Filings, their pages, and the persons on them."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kamizero.model import FilingKind, PageKind, Standing
from storage.columns import Id, Instant, Table, one_of
from storage.tables.receiving import Arrival, Bundle

if TYPE_CHECKING:
    from storage.tables.decisions import Approval
    from storage.tables.fields import Field
    from storage.tables.findings import FindingRow


class FilingStep(StrEnum):
    """How far the machine is with a filing; what people do is the entry's state."""

    READING = "reading"
    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"


class EntryState(StrEnum):
    READ = "read"
    IN_REVIEW = "in_review"
    READY = "ready"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class AttachmentKind(StrEnum):
    """What an attached paper is (添付書類)."""

    RESIDENCE_RECORD = "residence_record"
    POWER_OF_ATTORNEY = "power_of_attorney"
    IDENTITY = "identity"
    INSURANCE_CARD = "insurance_card"
    CARD_NOT_RETURNED = "card_not_returned"
    PENSION_BOOK = "pension_book"
    INCOME_PROOF = "income_proof"
    WAGE_LEDGER = "wage_ledger"
    BANK_BOOK = "bank_book"
    OTHER = "other"
    # 総括票 of a medium.
    MEDIA_SUMMARY = "media_summary"


class Copy(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"


class Disposal(StrEnum):
    """What happens to the paper once it is scanned."""

    KEEP = "keep"
    GIVE_BACK = "give_back"
    FORWARD = "forward"


class Filing(Table):
    """Pages of one filed form and its attachments (届書)."""

    __tablename__ = "filing"
    __table_args__ = (
        one_of("kind", FilingKind),
        one_of("step", FilingStep),
        Index("ix_filing_site_id", "site", "id"),
        Index("ix_filing_received_on_id", "received_on", "id"),
        Index("ix_filing_form_id", "form", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    receipt_number: Mapped[str] = mapped_column(String(32), unique=True)
    arrival_id: Mapped[int] = mapped_column(ForeignKey("arrival.id"), index=True)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    form: Mapped[str] = mapped_column(String(16))
    revision: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16), default=FilingKind.NEW)
    received_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(Instant)
    step: Mapped[str] = mapped_column(String(16), default=FilingStep.READING)
    # The returned filing that this one brings again.
    reentry_of_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"))
    # Since when its pages are other filings', after they were sorted anew.
    dissolved_at: Mapped[datetime | None] = mapped_column(Instant)
    # The version of the rules it was checked by last.
    rules: Mapped[str | None] = mapped_column(String(32))
    # Counts up with every act of a person, so that a page can say what it saw.
    version: Mapped[int] = mapped_column(default=1)

    arrival: Mapped[Arrival] = relationship()
    bundle: Mapped[Bundle | None] = relationship()
    pages: Mapped[list["Page"]] = relationship(
        back_populates="filing",
        order_by="Page.position, Page.arrival_id, Page.number",
    )
    entries: Mapped[list["Entry"]] = relationship(
        back_populates="filing", order_by="Entry.n, Entry.version"
    )
    fields: Mapped[list["Field"]] = relationship(
        back_populates="filing", order_by="Field.position"
    )
    findings: Mapped[list["FindingRow"]] = relationship(
        viewonly=True,
        foreign_keys="FindingRow.filing_id",
        order_by="FindingRow.id",
    )


class Page(Table):
    """One side of one sheet; a page that failed stays visible as failed."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("arrival_id", "number"),
        one_of("kind", PageKind),
        one_of("standing", Standing),
        one_of("attachment", AttachmentKind),
        one_of("copy", Copy),
        one_of("disposal", Disposal),
        CheckConstraint(
            "(kind = 'failed') = (error_code IS NOT NULL)", name="failure_says_why"
        ),
        CheckConstraint(
            "(standing = 'replaced') = (replaced_by_id IS NOT NULL)",
            name="replacement_is_there",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    arrival_id: Mapped[int] = mapped_column(ForeignKey("arrival.id"))
    number: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    dpi: Mapped[float]
    depth: Mapped[int]
    # None until the page was looked at.
    kind: Mapped[str | None] = mapped_column(String(16))
    form: Mapped[str | None] = mapped_column(String(16))
    revision: Mapped[str | None] = mapped_column(String(16))
    form_page: Mapped[int | None]
    # What the separator sheet's code says, where the page is one.
    separator: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    quality: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"), index=True)
    # The order in the bundle, where people may change it.
    position: Mapped[int | None]
    # The page on the front of the same sheet; a front names itself.
    front_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    standing: Mapped[str] = mapped_column(
        String(16), default=Standing.VALID, server_default=Standing.VALID
    )
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    # Who said what kind of page it is, where a person did.
    typed_by: Mapped[str | None] = mapped_column(String(100))
    # Clockwise degrees to upright, where a person turned it.
    turned: Mapped[int | None]
    attachment: Mapped[str | None] = mapped_column(String(24))
    copy: Mapped[str | None] = mapped_column(String(16))
    disposal: Mapped[str | None] = mapped_column(String(16))
    # An earlier page that seems to be a scan of the same side.
    twin_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    fingerprint: Mapped[str | None] = mapped_column(String(512))
    # Areas (px) beside the fields that may hold a My Number; None where nobody sought.
    numbers: Mapped[list[list[float]] | None] = mapped_column(JSON(none_as_null=True))

    arrival: Mapped[Arrival] = relationship(back_populates="pages")
    filing: Mapped[Filing | None] = relationship(back_populates="pages")


class Entry(Table):
    """One person on one filing, in one version (件)."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("filing_id", "n", "version"),
        one_of("state", EntryState),
        CheckConstraint(
            "state <> 'approved' OR approval_id IS NOT NULL", name="approval_is_signed"
        ),
        Index("ix_entry_state_id", "state", "id"),
        # One version of an entry is in force, or two records would be delivered.
        Index(
            "uq_entry_in_force",
            "filing_id",
            "n",
            unique=True,
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    n: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default=EntryState.READ)
    # True where no person had to look at it before it became ready.
    straight_through: Mapped[bool] = mapped_column(default=False)
    # Why people must look at it, as short codes.
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))

    filing: Mapped[Filing] = relationship(back_populates="entries")
    approval: Mapped["Approval | None"] = relationship()
