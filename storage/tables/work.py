"""What there is to do, and who is at it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of
from storage.tables.clocks import NEVER_DUE


class WorkState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DEAD = "dead"


def _open(name: str, *columns: str) -> Index:
    """An index over what is still to do: what is done only grows."""
    is_open = text("state = 'open'")
    return Index(name, *columns, sqlite_where=is_open, postgresql_where=is_open)


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
        _open("ix_work_next", "kind", "priority", "deadline", "id"),
        # The same for one site, so that a small site never walks a large one's rows,
        # and for one form; then the other orders in which people look at a queue.
        _open("ix_work_next_at_site", "kind", "site", "priority", "deadline", "id"),
        _open("ix_work_next_of_form", "kind", "form", "priority", "deadline", "id"),
        _open("ix_work_deadline", "kind", "deadline", "id"),
        _open("ix_work_doubt", "kind", "doubt", "id"),
        _open("ix_work_age", "kind", "id"),
        _open("ix_work_leased", "kind", "lease_until"),
        _open("ix_work_reserved", "kind", "reserved_for", "priority"),
        Index(
            "ix_work_traced",
            "subject",
            "id",
            sqlite_where=text("trace IS NOT NULL"),
            postgresql_where=text("trace IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[int] = mapped_column(Id)
    site: Mapped[str] = mapped_column(String(16))
    # Lower is earlier.
    priority: Mapped[int] = mapped_column(default=100)
    # Not handed out before.
    due_at: Mapped[datetime] = mapped_column(Instant)
    # The day it must be done by; among equals the earlier comes first.
    deadline: Mapped[date] = mapped_column(
        default=NEVER_DUE, server_default=NEVER_DUE.isoformat()
    )
    # Of a filing's form, where the work is about one.
    form: Mapped[str | None] = mapped_column(String(16))
    # How many points of it were open when it was put here.
    doubt: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # Whom alone it is handed out to.
    reserved_for: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16), default=WorkState.OPEN)
    attempts: Mapped[int] = mapped_column(default=0)
    # Attempts that ended because store, database or authority was down: nobody's fault.
    excused: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_at: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str | None] = mapped_column(String(100))
    fence: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    # What the attempt took that finished it.
    seconds: Mapped[float | None]
    # The span in which it was asked for (W3C traceparent), where spans are traced.
    trace: Mapped[str | None] = mapped_column(String(55))
