"""Queues of work for robots, and each time one of them began to register."""

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
from storage.tables.decisions import Delivery
from storage.words import Words


class LostLease(StrEnum):
    """What becomes of an entry whose robot was lost after it said `committing`."""

    # The host takes the same registration twice as one.
    RETRY = "retry"
    # Nobody knows whether it is registered: somebody looks before anybody repeats it.
    DOUBT = "doubt"


class QueueStep(StrEnum):
    """Where on its way an entry comes to the robots of a queue."""

    # Approved, to be registered in a host.
    REGISTER = "register"
    # In review: they look up elsewhere what the paper leaves open.
    SUGGEST = "suggest"


class Outcome(StrEnum):
    """How a registration that was begun came out."""

    UNDER_WAY = "under_way"
    IN_DOUBT = "in_doubt"
    REGISTERED = "registered"
    REJECTED = "rejected"
    NOT_REGISTERED = "not_registered"


class RobotQueue(Table):
    """Which entries are the work of one kind of robot, and on what terms."""

    __tablename__ = "robot_queue"
    __table_args__ = (
        one_of("on_lost_lease", LostLease),
        one_of("step", QueueStep),
        CheckConstraint(
            "(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR opens < closes)",
            name="hours_are_a_span",
        ),
        CheckConstraint("lease_seconds BETWEEN 5 AND 86400", name="lease_is_a_day"),
        CheckConstraint("max_attempts BETWEEN 1 AND 100", name="attempts_end"),
        CheckConstraint(
            "(step = 'suggest') = (writes IS NOT NULL)", name="step_has_fields"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Also the subscriber of its deliveries.
    name: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    step: Mapped[str] = mapped_column(
        String(16), default=QueueStep.REGISTER, server_default=QueueStep.REGISTER
    )
    # None where entries of every form, or of every site, are its work.
    form: Mapped[str | None] = mapped_column(String(16))
    of_site: Mapped[str | None] = mapped_column(ForeignKey("site.code"))
    on_lost_lease: Mapped[str] = mapped_column(String(16))
    lease_seconds: Mapped[int]
    max_attempts: Mapped[int]
    # Office time, HH:MM; None where the host never sleeps.
    opens: Mapped[str | None] = mapped_column(String(5))
    closes: Mapped[str | None] = mapped_column(String(5))
    business_days: Mapped[bool]
    # Names of fields that `complete` must bring back from the host's screen.
    must_show: Mapped[list[str]] = mapped_column(JSON)
    # Flat names of what robots of the step `suggest` may say something about.
    writes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    # Entries approved before are none of its work.
    since: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(100))
    # From then on nothing new comes in and nothing is handed out.
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # The last entry of before that was put in; None once all were.
    backlog_after: Mapped[int | None] = mapped_column(Id)

    @property
    def subscriber(self) -> str:
        """As whom it gets its deliveries."""
        return self.name


class Registration(Table):
    """One robot at the point of no return with one delivery, and how it came out."""

    __tablename__ = "registration"
    __table_args__ = (
        one_of("outcome", Outcome),
        UniqueConstraint("delivery_id", "fence"),
        # One that may have happened at a time: the guard against a second one.
        Index(
            "uq_registration_live",
            "delivery_id",
            unique=True,
            sqlite_where=text("outcome IN ('under_way', 'in_doubt', 'registered')"),
            postgresql_where=text("outcome IN ('under_way', 'in_doubt', 'registered')"),
        ),
        CheckConstraint(
            "(outcome = 'under_way') = (ended_at IS NULL)", name="end_has_its_time"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    fence: Mapped[int]
    by: Mapped[str] = mapped_column(String(100))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(16))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # Who said how it came out, where it was in doubt.
    settled_by: Mapped[str | None] = mapped_column(String(100))
    # The number the host gave it.
    host_number: Mapped[str | None] = mapped_column(Words(64))
    # A code: why it is in doubt, or the host's own for its refusal.
    code: Mapped[str | None] = mapped_column(Words(64))
    # Names of fields that the host's screen showed otherwise.
    differs: Mapped[list[str]] = mapped_column(JSON)

    delivery: Mapped[Delivery] = relationship()
