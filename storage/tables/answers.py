"""What hosts answered: lists that were read back, and entries that they refuse."""

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
from storage.tables.exports import ExportDestination
from storage.words import FileName, Words


class RefusalEnd(StrEnum):
    """What became of an entry that a host refuses."""

    # A later version of it is approved, and goes to the host in its place.
    CORRECTED = "corrected"
    # Somebody registered it in the host, or nothing is to be registered any more.
    CLOSED = "closed"


class HostRefusal(Table):
    """A host refuses an entry: it is back with the reviewers until it is settled."""

    __tablename__ = "host_refusal"
    __table_args__ = (
        one_of("how", RefusalEnd),
        UniqueConstraint("delivery_id"),
        CheckConstraint(
            "(how IS NULL) = (settled_at IS NULL) "
            "AND (how IS NULL) = (settled_by IS NULL)",
            name="settled_by_somebody",
        ),
        Index(
            "ix_host_refusal_open",
            "id",
            sqlite_where=text("how IS NULL"),
            postgresql_where=text("how IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    # Who said so: a robot, a person, or the destination whose list does.
    by: Mapped[str] = mapped_column(String(100))
    # The host's own; "" where it gave none.
    code: Mapped[str] = mapped_column(Words(64))
    # May name a person: it goes with what was read from the filing.
    message: Mapped[str] = mapped_column(Words(500))
    # Flat names of the fields it is about, as far as they are known.
    fields: Mapped[list[str]] = mapped_column(JSON)
    how: Mapped[str | None] = mapped_column(String(16))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(100))

    delivery: Mapped[Delivery] = relationship()


class AnswerList(Table):
    """One list that was read back; broken, nothing of it was used."""

    __tablename__ = "answer_list"
    __table_args__ = (
        # The same file is read once, however often it is found.
        UniqueConstraint("destination_id", "mark"),
        CheckConstraint("(broken IS NULL) OR (lines = 0)", name="broken_has_no_lines"),
        CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL) "
            "AND (broken IS NOT NULL OR settled_at IS NULL)",
            name="settled_by_somebody",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    destination_id: Mapped[int] = mapped_column(ForeignKey("export_destination.id"))
    mark: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(FileName(200))
    sha256: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime] = mapped_column(Instant)
    lines: Mapped[int]
    # A code of what is wrong with it, with line and column.
    broken: Mapped[str | None] = mapped_column(String(16))
    broken_line: Mapped[int | None]
    broken_column: Mapped[str | None] = mapped_column(Words(100))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(100))

    destination: Mapped[ExportDestination] = relationship()


class AnswerState(StrEnum):
    WAITING = "waiting"
    REGISTERED = "registered"
    REJECTED = "rejected"
    # It says what was known before.
    REPEATED = "repeated"
    # It fits nothing: somebody says what becomes of it.
    UNMATCHED = "unmatched"
    SETTLED = "settled"


class AnswerLine(Table):
    """One line of a list, and what became of it."""

    __tablename__ = "answer_line"
    __table_args__ = (
        one_of("state", AnswerState),
        UniqueConstraint("list_id", "line"),
        CheckConstraint(
            "state NOT IN ('registered', 'rejected', 'repeated') "
            "OR delivery_id IS NOT NULL",
            name="said_of_something",
        ),
        CheckConstraint(
            "(state IN ('unmatched', 'settled')) = (why IS NOT NULL)",
            name="unmatched_says_why",
        ),
        CheckConstraint(
            "(state = 'settled') = (settled_by IS NOT NULL)", name="settled_by_somebody"
        ),
        Index(
            "ix_answer_line_open",
            "state",
            sqlite_where=text("state IN ('waiting', 'unmatched')"),
            postgresql_where=text("state IN ('waiting', 'unmatched')"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("answer_list.id"))
    line: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default=AnswerState.WAITING)
    # What the host wrote, numbers covered; empty once it is of no more use.
    said: Mapped[dict[str, str]] = mapped_column(JSON)
    delivery_id: Mapped[int | None] = mapped_column(
        ForeignKey("delivery.id"), index=True
    )
    why: Mapped[str | None] = mapped_column(String(16))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(100))

    of_list: Mapped[AnswerList] = relationship()
    delivery: Mapped[Delivery | None] = relationship()
