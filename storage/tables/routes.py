"""The way an approval takes through an office (決裁経路), and how far each one is.

What a route says is never changed: another version of it is added from a later day.
The database itself refuses steps out of order and anybody's second part in a round.
"""

from datetime import date, datetime
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

from kamizero.model import Role
from storage.columns import Id, Instant, Table, one_of
from storage.words import Words

_IS_OPEN = text("ended_at IS NULL")
_STANDS = text("void_at IS NULL")


class StageKind(StrEnum):
    """What is done at a stage: looked through (審査), agreed (合議), decided (決裁)."""

    REVIEW = "review"
    CONSULT = "consult"
    DECIDE = "decide"


class RoundEnd(StrEnum):
    """Why a round is over; only the first is an approval."""

    DECIDED = "decided"
    SENT_BACK = "send_back"
    PULLED_BACK = "pull_back"
    RETURNED = "return"
    WITHDRAWN = "withdraw"
    DISSOLVED = "dissolve"
    # Something else stands there now than what the stages saw.
    CHANGED = "changed"


class ApprovalRoute(Table):
    """One version of a route, in force from a day on; the latest of a code counts."""

    __tablename__ = "approval_route"
    __table_args__ = (
        UniqueConstraint("code", "in_force_from"),
        CheckConstraint(
            '"over" = 0 OR amount_field IS NOT NULL', name="limit_names_its_amount"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    name_ja: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    # None for every form.
    form: Mapped[str | None] = mapped_column(String(16))
    # The item of an entry that is compared, such as bonus_total.
    amount_field: Mapped[str | None] = mapped_column(String(100))
    over: Mapped[int] = mapped_column(Id, default=0)
    in_force_from: Mapped[date]
    # The rule by which somebody below decides in the end (専決).
    delegated_by: Mapped[str | None] = mapped_column(String(200))

    stages: Mapped[list["RouteStage"]] = relationship(
        order_by="RouteStage.position, RouteStage.id"
    )


class RouteStage(Table):
    """One stage of a route; those of one position are passed in any order (合議)."""

    __tablename__ = "route_stage"
    __table_args__ = (one_of("kind", StageKind), one_of("role", Role))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("approval_route.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    unit: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(32))
    # Who may take it; everybody of the role where it is empty.
    persons: Mapped[list[str]] = mapped_column(JSON)


class Absence(Table):
    """Days on which a deputy decides for somebody (代決)."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("person <> deputy", name="deputy_is_another"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(String(100), index=True)
    deputy: Mapped[str] = mapped_column(String(100), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)


class ApprovalRound(Table):
    """One run of a filing's ready entries along a route, over one manifest (起案)."""

    __tablename__ = "approval_round"
    __table_args__ = (
        one_of("ended_as", RoundEnd),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name="end_says_which"
        ),
        Index(
            "uq_approval_round_open",
            "filing_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("approval_route.id"))
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_as: Mapped[str | None] = mapped_column(String(16))

    route: Mapped[ApprovalRoute] = relationship()
    steps: Mapped[list["RouteStep"]] = relationship(
        back_populates="round", order_by="RouteStep.seq"
    )


class RouteStep(Table):
    """One person's stamp at one stage; it stays, though sending back makes it void."""

    __tablename__ = "route_step"
    __table_args__ = (
        # Two people who saw the same state cannot both take the next step.
        UniqueConstraint("round_id", "seq"),
        CheckConstraint("for_person <> person", name="deputy_is_another"),
        CheckConstraint(
            "(void_at IS NULL) = (void_by IS NULL) "
            "AND (void_at IS NULL) = (void_why IS NULL)",
            name="void_says_why",
        ),
        Index(
            "uq_route_step_stands",
            "round_id",
            "stage_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("approval_round.id"))
    seq: Mapped[int]
    stage_id: Mapped[int] = mapped_column(ForeignKey("route_stage.id"))
    person: Mapped[str] = mapped_column(String(100))
    # Whom a deputy stood in for (代決).
    for_person: Mapped[str | None] = mapped_column(String(100))
    # The day in the office, by which absences count.
    on_day: Mapped[date]
    at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    # When whoever was away read what was done in their place (後閲).
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    void_at: Mapped[datetime | None] = mapped_column(Instant)
    void_by: Mapped[str | None] = mapped_column(String(100))
    void_why: Mapped[str | None] = mapped_column(Words())

    round: Mapped[ApprovalRound] = relationship(back_populates="steps")
    stage: Mapped[RouteStage] = relationship()
