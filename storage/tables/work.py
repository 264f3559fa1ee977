"""What there is to do, and who is at it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of


class WorkState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DEAD = "dead"


class Work(Table):
    """Something to do; claimed under a lease, finished only under its fence."""

    __tablename__ = "work"
    __table_args__ = (
        one_of("state", WorkState),
        # One open row per thing to do, whoever asks for it and how often.
        Index(
            "uq_work_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_work_next",
            "kind",
            "priority",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        # The same for one site, so that a small site never walks a large one's rows.
        Index(
            "ix_work_next_at_site",
            "kind",
            "site",
            "priority",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[int] = mapped_column(Id)
    site: Mapped[str] = mapped_column(String(16))
    # Lower is earlier.
    priority: Mapped[int] = mapped_column(default=100)
    due_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16), default=WorkState.OPEN)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str | None] = mapped_column(String(100))
    fence: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
