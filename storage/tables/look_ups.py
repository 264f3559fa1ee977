"""Why somebody looked at papers, and which pages they saw of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of
from storage.words import Words


class LookUpReason(StrEnum):
    """Why papers are looked at; the first ones are the work itself."""

    TASK = "task"
    APPROVAL = "approval"
    RETURN = "return"
    SORTING = "sorting"
    PROGRAM = "program"
    # From here on somebody says it.
    INQUIRY = "inquiry"
    CORRECTION = "correction"
    DISCLOSURE = "disclosure"
    AUDIT = "audit"
    FAULT = "fault"
    OTHER = "other"


class LookedAt(StrEnum):
    """What a reason opens."""

    FILING = "filing"
    BUNDLE = "bundle"
    PAGE = "page"
    ORIGINAL = "original"


class LookUp(Table):
    """A reason that opened papers to one visit: a session, or a key's day."""

    __tablename__ = "look_up"
    __table_args__ = (
        UniqueConstraint("visit", "subject_kind", "subject_id"),
        one_of("reason", LookUpReason),
        one_of("subject_kind", LookedAt),
        CheckConstraint("reason <> 'other' OR note <> ''", name="other_is_said"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    visit: Mapped[str] = mapped_column(String(64))
    who: Mapped[str] = mapped_column(String(100))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(String(16))
    # Free words may say more than an event may hold for ever.
    note: Mapped[str] = mapped_column(Words(300), default="")
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class PageLook(Table):
    """A page whose picture one visit was shown."""

    __tablename__ = "page_look"

    visit: Mapped[str] = mapped_column(String(64), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), primary_key=True)
