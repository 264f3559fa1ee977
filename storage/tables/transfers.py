"""Transfer of a record file to an archive (移管), until the archive has received it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.tables.retention import RecordFile
from storage.words import Words


class TransferState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    PACKED = "packed"
    RECEIVED = "received"
    WITHDRAWN = "withdrawn"


class Transfer(Table):
    """A proposal to transfer a file, its package, and the archive's receipt."""

    __tablename__ = "transfer"
    __table_args__ = (
        one_of("state", TransferState),
        CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by", name="two_people"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'packed', 'received') "
            "OR approved_by IS NOT NULL",
            name="approval_says_who",
        ),
        CheckConstraint(
            "state NOT IN ('packed', 'received') OR package_sha256 IS NOT NULL",
            name="package_has_a_hash",
        ),
        CheckConstraint(
            "(state = 'received') = (receipt IS NOT NULL)", name="receipt_is_there"
        ),
        # One transfer at a time; withdrawn ones do not count.
        Index(
            "uq_transfer_record_file_id",
            "record_file_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_file_id: Mapped[int] = mapped_column(ForeignKey("record_file.id"))
    state: Mapped[str] = mapped_column(String(16), default=TransferState.PROPOSED)
    # The archive that takes it over.
    archive: Mapped[str] = mapped_column(Words(200))
    reason: Mapped[str] = mapped_column(Words())
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(String(100))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(String(100))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    packed_by: Mapped[str | None] = mapped_column(String(100))
    packed_at: Mapped[datetime | None] = mapped_column(Instant)
    # The SHA-256 of the list of everything in the package.
    package_sha256: Mapped[str | None] = mapped_column(String(64))
    # What the archive's receipt says of itself: number and day.
    receipt: Mapped[str | None] = mapped_column(Words(200))
    received_on: Mapped[date | None]
    receipt_by: Mapped[str | None] = mapped_column(String(100))
    receipt_at: Mapped[datetime | None] = mapped_column(Instant)

    record_file: Mapped[RecordFile] = relationship()
    originals: Mapped[list["TransferredOriginal"]] = relationship(
        order_by="TransferredOriginal.original_id"
    )


class TransferredOriginal(Table):
    """One original of the file as it was proposed."""

    __tablename__ = "transferred_original"

    transfer_id: Mapped[int] = mapped_column(
        ForeignKey("transfer.id"), primary_key=True
    )
    original_id: Mapped[int] = mapped_column(
        ForeignKey("original.id"), primary_key=True
    )
