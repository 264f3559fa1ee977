"""What the office counts of its own work: time spent, and errors made."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of
from storage.words import Words


class Effort(Table):
    """How long somebody had an entry in hand before they finished it.

    Nobody is named: the time of the office is counted, not that of a person.
    """

    __tablename__ = "effort"
    __table_args__ = (
        CheckConstraint("seconds >= 0 AND fields >= 0", name="effort_is_no_debt"),
        Index("ix_effort_day", "day", "site"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    form: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    seconds: Mapped[int]
    # How many fields the person said something about.
    fields: Mapped[int]


class ErrorKind(StrEnum):
    """The classes in which errors of processing are published (事務処理誤り)."""

    # 確認・決定誤り
    DECISION = "decision"
    # 入力誤り
    INPUT = "input"
    # 誤送付・誤送信・誤交付
    MISDELIVERY = "misdelivery"
    # 未処理・処理遅延
    DELAY = "delay"
    # 書類の紛失
    LOSS = "loss"
    # 説明誤り
    EXPLANATION = "explanation"
    OTHER = "other"


class ErrorOrigin(StrEnum):
    """Where it was made."""

    OFFICE = "office"
    CENTRE = "centre"
    CONTRACTOR = "contractor"
    MUNICIPALITY = "municipality"
    SYSTEM = "system"
    OTHER = "other"


class ErrorCause(StrEnum):
    """What led to it."""

    OVERLOOKED = "overlooked"
    MISREAD = "misread"
    MISTYPED = "mistyped"
    UNCHECKED = "unchecked"
    MISUNDERSTOOD = "misunderstood"
    HANDOVER = "handover"
    SYSTEM = "system"
    OTHER = "other"


class ErrorEffect(StrEnum):
    """What it did to whom it concerns."""

    NONE = "none"
    OVERPAID = "overpaid"
    UNDERPAID = "underpaid"
    DISCLOSED = "disclosed"
    LATE = "late"
    OTHER = "other"


class FoundBy(StrEnum):
    """Who noticed it."""

    OFFICE = "office"
    CUSTOMER = "customer"


class ErrorCase(Table):
    """One error of processing, with what it did and what was done about it."""

    __tablename__ = "error_case"
    __table_args__ = (
        one_of("kind", ErrorKind),
        one_of("origin", ErrorOrigin),
        one_of("cause", ErrorCause),
        one_of("effect", ErrorEffect),
        one_of("found_by", FoundBy),
        CheckConstraint("amount_yen >= 0", name="amount_is_no_debt"),
        CheckConstraint("found_on >= happened_on", name="found_after_it_happened"),
        CheckConstraint("closed_on >= found_on", name="closed_after_it_was_found"),
        Index("ix_error_case_found_on", "found_on", "site"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    kind: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16))
    cause: Mapped[str] = mapped_column(String(16))
    effect: Mapped[str] = mapped_column(String(16))
    amount_yen: Mapped[int | None] = mapped_column(Id)
    found_by: Mapped[str] = mapped_column(String(16))
    happened_on: Mapped[date]
    found_on: Mapped[date]
    closed_on: Mapped[date | None]
    # The entry it was made on, where it was made on one.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    what: Mapped[str] = mapped_column(Words())
    remedy: Mapped[str] = mapped_column(Words())
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
