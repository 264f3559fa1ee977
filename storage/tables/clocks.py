"""When an entry is due, what stopped its clock, and the days an office is closed."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forms.standards import Channel, EndsAt
from storage.columns import Id, Instant, Table, one_of
from storage.words import Words

# The due date of what has none, or whose clock stands still.
NEVER_DUE = date(9999, 12, 31)


class ClockEnd(StrEnum):
    """What ended a clock; only the first two are what a standard speaks of."""

    APPROVAL = "approval"
    DELIVERY = "delivery"
    WITHDRAWAL = "withdrawal"
    DISSOLUTION = "dissolution"


class Stop(StrEnum):
    """Why a clock stands still."""

    # 返戻: the paper is with its submitter.
    RETURN = "return"
    # 照会: somebody outside was asked.
    INQUIRY = "inquiry"
    # 追送待ち: a paper is to follow.
    ATTACHMENT = "attachment"


class Clock(Table):
    """How long one entry may take, and how long it took.

    `due_on` is kept, not computed by who asks: a queue of any length is sorted by it.
    """

    __tablename__ = "clock"
    __table_args__ = (
        one_of("channel", Channel),
        one_of("ends", EndsAt),
        one_of("ended_by", ClockEnd),
        CheckConstraint(
            "(business_days IS NULL) <> (months IS NULL)", name="term_has_one_unit"
        ),
        CheckConstraint(
            "(ended_on IS NULL) = (ended_by IS NULL) "
            "AND (ended_on IS NULL) = (net_days IS NULL) "
            "AND (ended_on IS NULL) = (gross_days IS NULL)",
            name="end_is_told_whole",
        ),
        Index("ix_clock_ended_on", "ended_on", "site"),
        Index("ix_clock_received_on", "received_on", "site"),
        Index(
            "ix_clock_running",
            "site",
            "due_on",
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("entry.id"), primary_key=True, autoincrement=False
    )
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    form: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(16))
    received_on: Mapped[date]
    # Where the term stands in the standards, as they were then.
    standard: Mapped[str] = mapped_column(String(100))
    business_days: Mapped[int | None]
    months: Mapped[int | None]
    ends: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    # It goes on with the paper that comes again after a return.
    resumes: Mapped[bool] = mapped_column(default=True, server_default=text("TRUE"))
    # NEVER_DUE while a stop has no end.
    due_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_by: Mapped[str | None] = mapped_column(String(16))
    # Business days from receipt to the end, without and with the stops.
    net_days: Mapped[int | None]
    gross_days: Mapped[int | None]
    on_time: Mapped[bool | None]
    # Filled fields, the form's head with the first entry: what keying would have cost.
    fields: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    stops: Mapped[list["ClockStop"]] = relationship(order_by="ClockStop.id")


class ClockStop(Table):
    """A time in which a clock stood still; its last day may be known beforehand."""

    __tablename__ = "clock_stop"
    __table_args__ = (
        one_of("reason", Stop),
        CheckConstraint("until_on >= since_on", name="stop_goes_forward"),
        # Two open ones could not tell which of them a resumption ends.
        Index(
            "uq_clock_stop_open",
            "entry_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        Index("ix_clock_stop_entry_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("clock.entry_id"))
    reason: Mapped[str] = mapped_column(String(16))
    since_on: Mapped[date]
    until_on: Mapped[date | None]


class OfficeDay(Table):
    """A day on which an office works otherwise than the calendar says."""

    __tablename__ = "office_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    # The empty code stands for every site.
    site: Mapped[str] = mapped_column(String(16), primary_key=True)
    opened: Mapped[bool]
    note: Mapped[str] = mapped_column(Words())
    set_by: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(Instant)
