"""How fields are settled: modes in force, what people keyed, what it proved."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of
from storage.tables.modes import Mode

# Stands for every form revision, or for every field of a form.
ANY = "*"

# An accepted reading is wrong at most this often, with 95 % certainty.
TARGET = 0.001


class ModeReason(StrEnum):
    """Why a mode was set: by a person, or by what was read and counted."""

    PERSON = "person"
    # The bound holds on the office's own paper.
    PROOF = "proof"
    # What was sampled says that it does not hold any more.
    BOUND = "bound"
    # The form's revision or the model that reads it is new here.
    READER = "reader"


class Source(StrEnum):
    """Why a reading was held against what a person keyed."""

    SHADOW = "shadow"
    SAMPLE = "sample"


class ModeRow(Table):
    """From a day on, fields of this kind are settled like this; never changed."""

    __tablename__ = "keying_mode"
    __table_args__ = (
        one_of("mode", Mode),
        one_of("why", ModeReason),
        CheckConstraint(
            f"why <> 'proof' OR (bound IS NOT NULL AND bound <= {TARGET})",
            name="proof_holds",
        ),
        Index("ix_keying_mode_form", "form", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    form: Mapped[str] = mapped_column(String(16))
    revision: Mapped[str] = mapped_column(String(16))
    # A kind of field: `office.name`, `insured.*.birth_date`, or ANY.
    field: Mapped[str] = mapped_column(String(100))
    mode: Mapped[str] = mapped_column(String(16))
    from_on: Mapped[date]
    why: Mapped[str] = mapped_column(String(16))
    set_by: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(Instant)
    # What was known when it was set.
    proven_n: Mapped[int | None]
    proven_errors: Mapped[int | None]
    bound: Mapped[float | None]


class SamplingRate(Table):
    """How many of a million accepted fields are keyed all the same; never changed."""

    __tablename__ = "sampling_rate"
    __table_args__ = (
        CheckConstraint("per_million BETWEEN 0 AND 1000000", name="rate_is_a_share"),
        Index("ix_sampling_rate_form", "form", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    form: Mapped[str] = mapped_column(String(16))
    per_million: Mapped[int]
    from_on: Mapped[date]
    set_by: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(Instant)


class Keying(Table):
    """What one person keyed without seeing what others or the machine said.

    The last turn settles a difference: that person sees both values, not whose.
    """

    __tablename__ = "keying"
    __table_args__ = (
        # Two keyers are two people, and whoever settles is neither of them.
        UniqueConstraint("field_id", "person"),
        UniqueConstraint("field_id", "turn"),
        CheckConstraint("turn BETWEEN 1 AND 3", name="three_turns_at_most"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("field.id"))
    turn: Mapped[int]
    person: Mapped[str] = mapped_column(String(100))
    version_id: Mapped[int] = mapped_column(ForeignKey("field_version.id"), unique=True)
    at: Mapped[datetime] = mapped_column(Instant)


class ReadingProof(Table):
    """Whether one accepted reading was right, as people keyed it; no value."""

    __tablename__ = "reading_proof"
    __table_args__ = (
        one_of("source", Source),
        Index("ix_reading_proof_kind", "form", "revision", "field", "reader"),
    )

    field_id: Mapped[int] = mapped_column(ForeignKey("field.id"), primary_key=True)
    form: Mapped[str] = mapped_column(String(16))
    revision: Mapped[str] = mapped_column(String(16))
    field: Mapped[str] = mapped_column(String(100))
    reader: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(16))
    correct: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant)


class KnownReader(Table):
    """The models that have read a kind of field here."""

    __tablename__ = "known_reader"

    form: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[str] = mapped_column(String(16), primary_key=True)
    field: Mapped[str] = mapped_column(String(100), primary_key=True)
    reader: Mapped[str] = mapped_column(String(200), primary_key=True)
    first_at: Mapped[datetime] = mapped_column(Instant)


class GroupCheck(Table):
    """What a person said about one reading, or one cell of it, among many alike."""

    __tablename__ = "group_check"
    __table_args__ = (UniqueConstraint("version_id", "cell"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("field_version.id"))
    # 0 is the whole field, 1 its first cell.
    cell: Mapped[int]
    correct: Mapped[bool]
    person: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
