"""How long originals stay: their files, what holds them, and how they go."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.tables.receiving import Original
from storage.words import Words


class Measure(StrEnum):
    """What is done with a file at its end (保存期間満了時の措置)."""

    DESTROY = "destroy"
    TRANSFER = "transfer"


class HoldKind(StrEnum):
    """Why nothing may be destroyed although its time has come."""

    DISCLOSURE = "disclosure"
    REVIEW_REQUEST = "review_request"
    LITIGATION = "litigation"
    AUDIT = "audit"


class DestructionKind(StrEnum):
    FILE = "file"
    # 誤収受: the paper was never ours.
    MISDIRECTED = "misdirected"
    # The image is of no use, and the paper was scanned again.
    MIS_SCAN = "mis_scan"


class DestructionState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DESTROYED = "destroyed"
    WITHDRAWN = "withdrawn"


class RecordFile(Table):
    """Originals of one class and year that end together (法人文書ファイル)."""

    __tablename__ = "record_file"
    __table_args__ = (
        UniqueConstraint("site", "class_code", "schedule", "fiscal_year"),
        one_of("measure", Measure),
        CheckConstraint("starts_on <= ends_on", name="ends_after_it_starts"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    class_code: Mapped[str] = mapped_column(String(32))
    # The revision of the schedule that said so, by its first day.
    schedule: Mapped[date]
    name: Mapped[str] = mapped_column(String(200))
    fiscal_year: Mapped[int]
    years: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    # After it no My Number is in the record; none where that is as long as the file.
    my_number_ends_on: Mapped[date | None]
    measure: Mapped[str] = mapped_column(String(16))
    # The role that approves its destruction.
    approver: Mapped[str] = mapped_column(String(32))
    # Days the paper waits after the decision. A file made before this was written
    # down lets it wait for the longest a schedule can say.
    paper_days: Mapped[int] = mapped_column(server_default=text("3650"))
    # What every page of a scan has at least, before it may be the legal original.
    image_dpi: Mapped[int] = mapped_column(server_default=text("200"))
    image_depth: Mapped[int] = mapped_column(server_default=text("24"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)


class FiledOriginal(Table):
    """An original in its file, from when its class is known."""

    __tablename__ = "filed_original"

    original_id: Mapped[int] = mapped_column(
        ForeignKey("original.id"), primary_key=True
    )
    record_file_id: Mapped[int] = mapped_column(
        ForeignKey("record_file.id"), index=True
    )
    filed_at: Mapped[datetime] = mapped_column(Instant)

    original: Mapped[Original] = relationship()
    record_file: Mapped[RecordFile] = relationship()


class Hold(Table):
    """A reason to destroy nothing, on a file or on single originals, until lifted."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("kind", HoldKind),
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) "
            "AND (lifted_at IS NULL) = (lifted_why IS NULL)",
            name="lifting_says_who_and_why",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Words())
    # None where it is on single originals.
    record_file_id: Mapped[int | None] = mapped_column(
        ForeignKey("record_file.id"), index=True
    )
    set_by: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(Instant)
    lifted_by: Mapped[str | None] = mapped_column(String(100))
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_why: Mapped[str | None] = mapped_column(Words())

    record_file: Mapped[RecordFile | None] = relationship()
    originals: Mapped[list["HeldOriginal"]] = relationship()


class HeldOriginal(Table):
    """One original a hold is on by itself."""

    __tablename__ = "held_original"

    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), primary_key=True)
    original_id: Mapped[int] = mapped_column(
        ForeignKey("original.id"), primary_key=True, index=True
    )


class Destruction(Table):
    """A proposal to destroy, its approval by another person, and its certificate."""

    __tablename__ = "destruction"
    __table_args__ = (
        one_of("kind", DestructionKind),
        one_of("state", DestructionState),
        CheckConstraint(
            "(kind = 'file') = (record_file_id IS NOT NULL)", name="file_is_named"
        ),
        CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by", name="two_people"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'destroyed') OR approved_by IS NOT NULL",
            name="approval_says_who",
        ),
        CheckConstraint(
            "(state = 'destroyed') = (certificate_sha256 IS NOT NULL)",
            name="destruction_is_certified",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    kind: Mapped[str] = mapped_column(String(16))
    record_file_id: Mapped[int | None] = mapped_column(
        ForeignKey("record_file.id"), index=True
    )
    state: Mapped[str] = mapped_column(String(16), default=DestructionState.PROPOSED)
    reason: Mapped[str] = mapped_column(Words())
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(String(100))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(String(100))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    destroyed_by: Mapped[str | None] = mapped_column(String(100))
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)
    certificate_sha256: Mapped[str | None] = mapped_column(String(64))
    store_key: Mapped[str | None] = mapped_column(String(200))
    store_version: Mapped[str | None] = mapped_column(String(200))

    record_file: Mapped[RecordFile | None] = relationship()
    originals: Mapped[list["DoomedOriginal"]] = relationship(
        order_by="DoomedOriginal.original_id"
    )


class DoomedOriginal(Table):
    """One original of a proposal: what it was, and when it went.

    Its bytes may be gone from `begun_at` on; only `destroyed_at` says that they are.
    """

    __tablename__ = "doomed_original"
    __table_args__ = (
        # One proposal at a time; those of withdrawn ones do not count.
        Index(
            "uq_doomed_original_original_id",
            "original_id",
            unique=True,
            sqlite_where=text("NOT void"),
            postgresql_where=text("NOT void"),
        ),
        CheckConstraint(
            "destroyed_at IS NULL OR begun_at IS NOT NULL", name="begins_before_it_ends"
        ),
    )

    destruction_id: Mapped[int] = mapped_column(
        ForeignKey("destruction.id"), primary_key=True
    )
    original_id: Mapped[int] = mapped_column(
        ForeignKey("original.id"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Id)
    received_on: Mapped[date]
    void: Mapped[bool] = mapped_column(default=False, server_default=text("FALSE"))
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)

    original: Mapped[Original] = relationship()


class Designation(Table):
    """The dated act that says which is the legal original (正本の指定)."""

    __tablename__ = "designation"
    __table_args__ = (one_of("medium", ["paper", "image", "electronic"]),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("original.id"), index=True)
    medium: Mapped[str] = mapped_column(String(16))
    # The decision it rests on, by number and date.
    ground: Mapped[str] = mapped_column(Words(200))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
