"""What the ledger said, day by day, and what of it is closed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table
from storage.words import Words


class LedgerRun(Table):
    """The ledger of the whole house as one business day found it."""

    __tablename__ = "ledger_run"

    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    balances: Mapped[bool]
    # How many differences there are of each kind.
    differences: Mapped[dict[str, int]] = mapped_column(JSON)


class LedgerDay(Table):
    """A day on which jobs came in at a site, and its account once closed (締め).

    The row of a day comes with its first job, by a trigger, and stays.
    """

    __tablename__ = "ledger_day"
    __table_args__ = (
        CheckConstraint(
            "(closed_at IS NULL) = (account IS NULL) "
            "AND (closed_at IS NULL) = (footing IS NULL) "
            "AND (closed_at IS NULL) = (laws IS NULL) "
            "AND (closed_at IS NULL) = (held_at IS NULL)",
            name="closing_is_whole",
        ),
    )

    site: Mapped[str] = mapped_column(ForeignKey("site.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # By which laws, and for whom entries are put out.
    laws: Mapped[str | None] = mapped_column(String(100))
    # The counts of every law: storage.ledger.report.
    account: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The rows it was drawn up from: storage.ledger.footing.
    footing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # When it was last held against the rows.
    held_at: Mapped[datetime | None] = mapped_column(Instant)
    # It did not hold when it was; it is held anew each time until it does.
    fails: Mapped[bool] = mapped_column(default=False, server_default=text("FALSE"))
    # Who took the day for what is there now, the last time it did not hold, and why.
    accepted_by: Mapped[str | None] = mapped_column(String(100))
    accepted_why: Mapped[str | None] = mapped_column(Words())


class LedgerReopening(Table):
    """Something that a closed day stands on changed since: it is drawn up anew.

    Triggers write these rows, in the transaction that changes it; they go when the day
    is closed again. Rows are only added, so that nobody waits for another.
    """

    __tablename__ = "ledger_reopening"
    __table_args__ = (Index("ix_ledger_reopening_site_day", "site", "day"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    day: Mapped[date]
    # The table whose row changed.
    what: Mapped[str] = mapped_column(String(32))
