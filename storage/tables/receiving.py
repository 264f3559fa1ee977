"""What came in: jobs, their arrivals, and the bytes as received."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of

if TYPE_CHECKING:
    from storage.tables.filings import Page


class ArrivalState(StrEnum):
    TAKEN = "taken"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Site(Table):
    """Where filings are received and worked (拠点)."""

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Job(Table):
    """What one door delivered at once."""

    __tablename__ = "job"
    __table_args__ = (one_of("sides", ["1", "2"]),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    door: Mapped[str] = mapped_column(String(32))
    operator: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    received_on: Mapped[date]
    declared_sheets: Mapped[int | None]
    sides: Mapped[str] = mapped_column(String(1), default="1")

    arrivals: Mapped[list["Arrival"]] = relationship(
        back_populates="job", order_by="Arrival.seq"
    )


class Original(Table):
    """Immutable bytes as received; the legal original unless `legal_medium` differs."""

    __tablename__ = "original"
    __table_args__ = (one_of("legal_medium", ["paper", "image", "electronic"]),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(Id)
    media_type: Mapped[str] = mapped_column(String(100))
    store_key: Mapped[str] = mapped_column(String(200))
    store_version: Mapped[str] = mapped_column(String(200))
    stored_at: Mapped[datetime] = mapped_column(Instant)
    retain_until: Mapped[datetime] = mapped_column(Instant)
    legal_medium: Mapped[str] = mapped_column(String(16), default="paper")


class Arrival(Table):
    """One act of receiving one file; the same bytes may arrive twice (受付)."""

    __tablename__ = "arrival"
    __table_args__ = (
        UniqueConstraint("job_id", "seq"),
        one_of("state", ArrivalState),
        CheckConstraint(
            "(state = 'refused') = (error_code IS NOT NULL)", name="refusal_says_why"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    seq: Mapped[int]
    original_id: Mapped[int] = mapped_column(ForeignKey("original.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    first_arrival_id: Mapped[int | None] = mapped_column(ForeignKey("arrival.id"))

    job: Mapped[Job] = relationship(back_populates="arrivals")
    original: Mapped[Original] = relationship()
    pages: Mapped[list["Page"]] = relationship(
        back_populates="arrival", order_by="Page.number"
    )


class Bundle(Table):
    """Separator sheet to separator sheet: the unit that is balanced (束)."""

    __tablename__ = "bundle"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    number: Mapped[str] = mapped_column(String(32))
    site: Mapped[str] = mapped_column(String(16))
    scheme: Mapped[str] = mapped_column(String(32))
    form: Mapped[str] = mapped_column(String(16))
    declared_sheets: Mapped[int | None]
    declared_entries: Mapped[int | None]
    received_on: Mapped[date | None]
