"""What came in: jobs, their arrivals, and the bytes as received."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

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

from storage.columns import Id, Instant, Table, one_of
from storage.tables.media import Medium
from storage.words import FileName, Words

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
    # Which one counts before the law; a `designation` says since when it is another.
    legal_medium: Mapped[str] = mapped_column(String(16), default="paper")
    # Whether the store was told of a hold; holds themselves are rows.
    store_hold: Mapped[bool] = mapped_column(
        default=False, server_default=text("FALSE")
    )


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
    source: Mapped[str] = mapped_column(FileName())
    state: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    first_arrival_id: Mapped[int | None] = mapped_column(ForeignKey("arrival.id"))
    # The medium it came on, of which it is a file even where it has no pages.
    medium_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    # Counted when it came in; whatever becomes of its pages, so many there are.
    page_count: Mapped[int | None]

    job: Mapped[Job] = relationship(back_populates="arrivals")
    original: Mapped[Original] = relationship()
    pages: Mapped[list["Page"]] = relationship(
        back_populates="arrival", order_by="Page.number"
    )


class BundleKind(StrEnum):
    """What the sheet on top of a bundle says it is."""

    BUNDLE = "bundle"
    # A returned filing (返戻) that comes again.
    REENTRY = "reentry"
    # Papers that come after the filing they belong to (追送).
    LATE = "late"
    # No sheet lies on top: nothing was declared, or the sheet was not recognised.
    PLAIN = "plain"
    # A disc or an e-filing: a table of records, its summary and other papers.
    MEDIA = "media"


class Balance(StrEnum):
    """Whether what was found is what was declared (枚数・件数)."""

    OPEN = "open"
    BALANCED = "balanced"
    EXPLAINED = "explained"


class Submitter(StrEnum):
    """Who filed (提出者)."""

    EMPLOYER = "employer"
    LABOUR_ATTORNEY = "labour_attorney"
    MUNICIPALITY = "municipality"
    PERSON = "person"
    PROXY = "proxy"


class Batch(Table):
    """What a batch cover declares about all bundles behind it."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    number: Mapped[str] = mapped_column(String(32))
    site: Mapped[str] = mapped_column(String(16))
    declared_bundles: Mapped[int]
    declared_sheets: Mapped[int]


def _of_some(name: str, column: str, wanted: str) -> Index:
    """An index over the few bundles that are asked for by this column."""
    where = text(wanted)
    return Index(name, column, sqlite_where=where, postgresql_where=where)


class Bundle(Table):
    """Separator sheet to separator sheet: the unit that is balanced (束)."""

    __tablename__ = "bundle"
    __table_args__ = (
        one_of("kind", BundleKind),
        one_of("balance", Balance),
        one_of("submitter", Submitter),
        one_of("medium", Medium),
        CheckConstraint(
            "(kind = 'media') = (medium IS NOT NULL)", name="media_say_which"
        ),
        CheckConstraint(
            "(balance = 'explained') = (explained_why IS NOT NULL)",
            name="explanation_says_why",
        ),
        Index("ix_bundle_number", "site", "number", "received_on"),
        _of_some("ix_bundle_batch_id", "batch_id", "batch_id IS NOT NULL"),
        _of_some("ix_bundle_reference", "reference", "reference IS NOT NULL"),
        _of_some("ix_bundle_media_number", "number", "kind = 'media'"),
        _of_some("ix_bundle_sorting", "id", "sorting"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    kind: Mapped[str] = mapped_column(
        String(16), default=BundleKind.BUNDLE, server_default=BundleKind.BUNDLE
    )
    # Empty where no separator sheet lies on top.
    number: Mapped[str] = mapped_column(String(32))
    site: Mapped[str] = mapped_column(String(16))
    scheme: Mapped[str] = mapped_column(String(32))
    form: Mapped[str] = mapped_column(String(16))
    declared_sheets: Mapped[int | None]
    declared_entries: Mapped[int | None]
    received_on: Mapped[date | None]
    # The receipt number of the filing that a re-entry or a late paper belongs to.
    reference: Mapped[str | None] = mapped_column(String(32))
    submitter: Mapped[str | None] = mapped_column(String(16))
    # Of a medium: how it came, and what its summary (総括票) declares; `number` is its
    # 媒体番号 or 到達番号, and records are counted by form code.
    medium: Mapped[str | None] = mapped_column(String(16))
    declared_offices: Mapped[int | None]
    declared_records: Mapped[dict[str, int] | None] = mapped_column(JSON)
    # Papers without a sheet on top that lie before the first one that has it.
    uncovered: Mapped[bool] = mapped_column(default=False, server_default=text("FALSE"))
    # True while its pages wait to be made into filings again.
    sorting: Mapped[bool] = mapped_column(default=False, server_default=text("FALSE"))
    balance: Mapped[str] = mapped_column(
        String(16), default=Balance.OPEN, server_default=Balance.OPEN
    )
    explained_why: Mapped[str | None] = mapped_column(Words())
    explained_by: Mapped[str | None] = mapped_column(String(100))
    # What did not balance when it was explained: an explanation covers nothing else.
    explained_for: Mapped[list[str] | None] = mapped_column(JSON)
