"""Files for receivers that fetch files: where they go, and what went in each."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.tables.decisions import Delivery


class ExportState(StrEnum):
    # Its number, its entries and its hash are fixed; it may lie there already.
    PLANNED = "planned"
    PLACED = "placed"


class FileEnd(StrEnum):
    """What became of a file that lay there."""

    # Its receiver took it away.
    FETCHED = "fetched"
    # It lay there too long, and we took it away.
    EXPIRED = "expired"


class ExpiryEnd(StrEnum):
    """What a person said of entries whose file was not fetched."""

    # They go out in the next file.
    REISSUE = "reissue"
    # The host has them all the same.
    REGISTERED = "registered"


class BlockEnd(StrEnum):
    """What a person said of an entry that could not be written."""

    # Written with the substitute in place of what the receiver cannot read.
    SUBSTITUTE = "substitute"
    # Registered in the host by hand; no file says it.
    BY_HAND = "by_hand"


class ExportDestination(Table):
    """Which approved entries go into files for one receiver, and how."""

    __tablename__ = "export_destination"
    __table_args__ = (
        CheckConstraint(
            "(closed_at IS NULL) OR (next_at IS NULL)", name="closed_has_no_next"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    form: Mapped[str] = mapped_column(String(16))
    of_site: Mapped[str | None] = mapped_column(ForeignKey("site.code"))
    # The whole of what its file said: delivery.exports.terms.
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Entries approved before are none of its work.
    since: Mapped[datetime] = mapped_column(Instant)
    # When the next file is made, where there is anything for it.
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(100))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # The last entry of before that was put in; None once all were.
    backlog_after: Mapped[int | None] = mapped_column(Id)

    @property
    def subscriber(self) -> str:
        """As whom it gets its deliveries; no queue can be called so."""
        return f"export:{self.name}"


class ExportFile(Table):
    """One file: its number counts up without a gap for each destination."""

    __tablename__ = "export_file"
    __table_args__ = (
        one_of("state", ExportState),
        UniqueConstraint("destination_id", "number"),
        CheckConstraint(
            "number > 0 AND rows > 0 AND size > 0", name="it_says_something"
        ),
        CheckConstraint(
            "(state = 'placed') = (placed_at IS NOT NULL)", name="place_has_its_time"
        ),
        # The receiver gets them in order: one at a time is on its way.
        Index(
            "uq_export_file_planned",
            "destination_id",
            unique=True,
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    destination_id: Mapped[int] = mapped_column(ForeignKey("export_destination.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    rows: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    made_on: Mapped[date]
    planned_at: Mapped[datetime] = mapped_column(Instant)
    placed_at: Mapped[datetime | None] = mapped_column(Instant)

    destination: Mapped[ExportDestination] = relationship()
    items: Mapped[list["ExportItem"]] = relationship(
        back_populates="file", order_by="ExportItem.line"
    )
    end: Mapped["ExportEnd | None"] = relationship(back_populates="file")


class ExportItem(Table):
    """One entry in one file: by which versions of its fields its line is written."""

    __tablename__ = "export_item"
    __table_args__ = (
        # An entry goes out once, but for files that are issued again: a trigger.
        UniqueConstraint("file_id", "line"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("export_file.id"))
    line: Mapped[int]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    # By flat name the number of the version that was decided.
    versions: Mapped[dict[str, int]] = mapped_column(JSON)
    # Names of columns in which a substitute stands.
    substituted: Mapped[list[str]] = mapped_column(JSON)

    file: Mapped[ExportFile] = relationship(back_populates="items")
    delivery: Mapped[Delivery] = relationship()


class ExportEnd(Table):
    """What became of a file whose time was over; begun before anything is removed."""

    __tablename__ = "export_end"
    __table_args__ = (
        one_of("how", FileEnd),
        one_of("settled_how", ExpiryEnd),
        CheckConstraint(
            "(settled_how IS NULL) = (settled_at IS NULL) "
            "AND (settled_how IS NULL) = (settled_by IS NULL) "
            "AND (settled_how IS NULL OR done_at IS NOT NULL)",
            name="settled_by_somebody",
        ),
        CheckConstraint("how = 'expired' OR done_at IS NOT NULL", name="done_at_once"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("export_file.id"), unique=True)
    how: Mapped[str] = mapped_column(String(16))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    # Nothing of it lies there from then on.
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_how: Mapped[str | None] = mapped_column(String(16))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(100))

    file: Mapped[ExportFile] = relationship(back_populates="end")


class ExportSealing(Table):
    """What a worker was about to lay as an encrypted file; each comes out otherwise."""

    __tablename__ = "export_sealing"
    __table_args__ = (UniqueConstraint("file_id", "sha256"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("export_file.id"))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)


class ExportBlock(Table):
    """An entry that cannot be written as its receiver reads, until it is settled."""

    __tablename__ = "export_block"
    __table_args__ = (
        one_of("how", BlockEnd),
        UniqueConstraint("delivery_id"),
        CheckConstraint(
            "(how IS NULL) = (settled_at IS NULL) "
            "AND (how IS NULL) = (settled_by IS NULL)",
            name="settled_by_somebody",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    # Names of columns with a character that cannot be written.
    columns: Mapped[list[str]] = mapped_column(JSON)
    # Whether its receiver would take it with substitutes.
    may_substitute: Mapped[bool] = mapped_column(server_default=true())
    found_at: Mapped[datetime] = mapped_column(Instant)
    how: Mapped[str | None] = mapped_column(String(16))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(100))

    delivery: Mapped[Delivery] = relationship()

    @property
    def may_go_out(self) -> bool:
        """Whether a person may let it out: as it is, or as it was corrected since."""
        return self.may_substitute or self.delivery.changed_at > self.found_at
