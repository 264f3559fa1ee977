"""What fields say, in versions that stay and values that can be erased."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forms.headings import Heading
from kamizero.model import FieldState
from storage.columns import Id, Instant, Table, one_of
from storage.tables.cards import Card
from storage.tables.filings import Filing
from storage.tables.modes import Mode

# The entry number of what stands in the head of a form.
HEAD = 0


class Purpose(StrEnum):
    AS_WRITTEN = "as_written"
    AS_DECIDED = "as_decided"


class AuthorKind(StrEnum):
    ENGINE = "engine"
    PERSON = "person"
    ROBOT = "robot"


class Field(Table):
    """One field of one filing; what it says stands in its versions."""

    __tablename__ = "field"
    __table_args__ = (
        UniqueConstraint("filing_id", "name"),
        one_of("mode", Mode),
        one_of("heading", Heading),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    # The entry number the field belongs to; HEAD for the head of the form.
    entry_n: Mapped[int]
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    sensitive: Mapped[bool]
    # Under which heading of the index it is found; None for what nobody looks for.
    heading: Mapped[str | None] = mapped_column(String(8))
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"))
    box_px: Mapped[list[float]] = mapped_column(JSON)
    # Who must say what is written in it; decided when the filing is routed.
    mode: Mapped[str] = mapped_column(
        String(16), default=Mode.OCR, server_default=Mode.OCR
    )
    # A My Number stands in it though none belongs there.
    misplaced_number: Mapped[bool] = mapped_column(
        default=False, server_default=text("FALSE")
    )
    # Drawn to be keyed although its reading was accepted.
    sampled: Mapped[bool] = mapped_column(default=False, server_default=text("FALSE"))
    as_written_id: Mapped[int | None] = mapped_column(
        ForeignKey("field_version.id", use_alter=True)
    )
    # None where what is decided is what is written.
    as_decided_id: Mapped[int | None] = mapped_column(
        ForeignKey("field_version.id", use_alter=True)
    )
    # What a robot found elsewhere that is not in force: a person answers it.
    suggested_id: Mapped[int | None] = mapped_column(
        ForeignKey("field_version.id", use_alter=True)
    )

    filing: Mapped[Filing] = relationship(back_populates="fields")
    as_written: Mapped["FieldVersion | None"] = relationship(
        foreign_keys=[as_written_id], post_update=True
    )
    as_decided: Mapped["FieldVersion | None"] = relationship(
        foreign_keys=[as_decided_id], post_update=True
    )
    suggested: Mapped["FieldVersion | None"] = relationship(
        foreign_keys=[suggested_id], post_update=True
    )


class FieldVersion(Table):
    """One answer to what a field says; never changed, only followed by another."""

    __tablename__ = "field_version"
    __table_args__ = (
        UniqueConstraint("field_id", "seq"),
        one_of("purpose", Purpose),
        one_of("author_kind", AuthorKind),
        one_of("state", FieldState),
        CheckConstraint(
            "purpose <> 'as_decided' OR ground IS NOT NULL", name="decision_has_ground"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("field.id"))
    seq: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(16))
    author_kind: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float | None]
    accepted: Mapped[bool] = mapped_column(default=False)
    chosen_by: Mapped[str | None] = mapped_column(String(100))
    grounds: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Why what is processed differs from what is written (補正).
    ground: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # HMAC-SHA-256(value, salt); outlives the value, proves it, does not reveal it.
    commitment: Mapped[str] = mapped_column(String(64))

    field: Mapped[Field] = relationship(foreign_keys=[field_id])
    value: Mapped["FieldValue | None"] = relationship(back_populates="version")


class FieldValue(Table):
    """The value of one version: the row that erasing removes, salt and cards with it.

    `body` is the JSON of value, text and candidates; sealed as AES-GCM bytes in
    `sealed` and absent from `body` where the field is sensitive.
    """

    __tablename__ = "field_value"
    __table_args__ = (
        CheckConstraint(
            "(body IS NULL) <> (sealed IS NULL)", name="value_is_open_or_sealed"
        ),
    )

    version_id: Mapped[int] = mapped_column(
        ForeignKey("field_version.id"), primary_key=True
    )
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sealed: Mapped[bytes | None]
    key_id: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[bytes]

    version: Mapped[FieldVersion] = relationship(back_populates="value")
    # The database itself takes them away with the value.
    cards: Mapped[list[Card]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
