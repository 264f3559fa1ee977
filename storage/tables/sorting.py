"""What people do with paper before it is read: sorting acts, boxes, the register."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of
from storage.tables.receiving import Submitter
from storage.words import Words


class SortingAct(Table):
    """One act at the scanning desk, with what it changed, so that it can be undone."""

    __tablename__ = "sorting_act"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(100))
    act: Mapped[str] = mapped_column(String(32))
    # "page:7" or "bundle:3" -> the columns that changed.
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class CustodyAct(StrEnum):
    PUT = "put"
    LENT = "lent"
    BACK = "back"


class Custody(Table):
    """Where the paper of a bundle is: the newest row tells."""

    __tablename__ = "custody"
    __table_args__ = (one_of("act", CustodyAct),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    paper_box_id: Mapped[int | None] = mapped_column(
        ForeignKey("paper_box.id"), index=True
    )
    # As they were called then: a box may be moved later.
    box: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(100))
    # Who has it, while it is lent.
    holder: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(100))


class Way(StrEnum):
    WINDOW = "window"
    POST = "post"


class ReceivedPaper(Table):
    """Paper that came over the window or by post, before it is scanned (受付簿)."""

    __tablename__ = "received_paper"
    __table_args__ = (
        one_of("way", Way),
        one_of("submitter", Submitter),
        CheckConstraint(
            "(closed_why IS NULL) = (closed_by IS NULL) "
            "AND (closed_why IS NULL OR bundle_id IS NULL)",
            name="closed_says_why",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    way: Mapped[str] = mapped_column(String(16))
    received_on: Mapped[date]
    submitter: Mapped[str | None] = mapped_column(String(16))
    sheets: Mapped[int | None]
    # What the envelope says of itself: a postal tracking number, a counter number.
    mark: Mapped[str] = mapped_column(Text, default="")
    registered_at: Mapped[datetime] = mapped_column(Instant)
    registered_by: Mapped[str] = mapped_column(String(100))
    # The bundle it was scanned as; until then it may be lost.
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"))
    # Why it is not looked for although nobody scanned it: handed back, not ours.
    closed_why: Mapped[str | None] = mapped_column(Words())
    closed_by: Mapped[str | None] = mapped_column(String(100))
