"""Who is told of events, and each event on its way to one of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    # It said that it wants nothing more (410), or a person stopped it for a while.
    DISABLED = "disabled"
    ENDED = "ended"


class MessageState(StrEnum):
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    GIVEN_UP = "given_up"


class Subscription(Table):
    """One receiver of events; its secrets are sealed."""

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("state", SubscriptionState),
        CheckConstraint("position >= 0", name="position_counts_up"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    # Types of events, `*` at the end for all that begin so.
    types: Mapped[list[str]] = mapped_column(JSON)
    # None for events of every site, and those of none.
    of_site: Mapped[str | None] = mapped_column(ForeignKey("site.code"))
    state: Mapped[str] = mapped_column(String(16))
    # A code: why it is disabled.
    why: Mapped[str | None] = mapped_column(String(64))
    # The last sealed event that was looked at.
    position: Mapped[int] = mapped_column(Id)
    # Since which event it is told.
    since: Mapped[int] = mapped_column(Id)
    key_id: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(100))

    @property
    def sealed_place(self) -> str:
        """What the seal is bound to."""
        return f"subscription/{self.name}"


class EventMessage(Table):
    """One event on its way to one receiver, until it is acknowledged."""

    __tablename__ = "event_message"
    __table_args__ = (
        one_of("state", MessageState),
        UniqueConstraint("subscription_id", "seq"),
        # What waits is few beside what was told.
        Index(
            "ix_event_message_waiting",
            "subscription_id",
            "seq",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        # Whether an earlier one of the same subject waits.
        Index(
            "ix_event_message_subject",
            "subscription_id",
            "subject",
            "seq",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        CheckConstraint(
            "(state = 'acknowledged') = (acknowledged_at IS NOT NULL)",
            name="acknowledgement_has_its_time",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"))
    # The event's place in the chain, and the event.
    seq: Mapped[int] = mapped_column(ForeignKey("audit_seal.seq"))
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"))
    # Messages of one subject are told in their order.
    subject: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    # The status of the last answer, None where there was none.
    last_status: Mapped[int | None]

    subscription: Mapped[Subscription] = relationship()
