"""What people ask about an entry they put aside, and what they are answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of
from storage.words import Words


class Wait(StrEnum):
    """What a parked entry waits for."""

    # Somebody outside was asked (照会).
    ANSWER = "answer"
    # A paper is to follow (追送).
    ATTACHMENT = "attachment"
    RETURN = "return"
    # Somebody in the office was asked.
    COLLEAGUE = "colleague"
    OTHER = "other"


class Question(Table):
    """Why an entry was put aside, whom it was asked of, and until when it waits."""

    __tablename__ = "question"
    __table_args__ = (
        one_of("wait", Wait),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name="answer_has_author"
        ),
        Index("ix_question_entry_id", "entry_id"),
        Index(
            "ix_question_open",
            "asked_of",
            "until",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    wait: Mapped[str] = mapped_column(String(16))
    # A person of the office, or whoever outside was asked, in the asker's words.
    asked_of: Mapped[str] = mapped_column(Words(100))
    note: Mapped[str] = mapped_column(Words())
    asked_by: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(Words())
    # Whoever opened the entry again answers for it, with or without words.
    answered_by: Mapped[str | None] = mapped_column(String(100))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
