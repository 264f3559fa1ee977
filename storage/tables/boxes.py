"""Boxes of paper: what lies in them, who looked at it, and how a whole box goes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    column,
    table,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.words import Words


class SheetAct(StrEnum):
    """Where one sheet goes apart from its bundle."""

    MOVED = "moved"
    OUT = "out"
    BACK = "back"


class DisposalState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DESTROYED = "destroyed"
    WITHDRAWN = "withdrawn"


class PaperBox(Table):
    """A box that paper lies in; bundles are put into it by `custody`."""

    __tablename__ = "paper_box"
    __table_args__ = (UniqueConstraint("site", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    code: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(100))
    # Since when its paper is destroyed; nothing is put into it any more.
    gone_at: Mapped[datetime | None] = mapped_column(Instant)


class SheetMove(Table):
    """One side of a sheet that left its bundle or came back: the newest row tells."""

    __tablename__ = "sheet_move"
    __table_args__ = (
        one_of("act", SheetAct),
        CheckConstraint(
            "(act = 'out') = (paper_box_id IS NULL)", name="what_stays_lies_in_a_box"
        ),
        CheckConstraint("length(reason) > 0", name="move_says_why"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), index=True)
    # The bundle it was in then.
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"))
    act: Mapped[str] = mapped_column(String(16))
    # The box it lies in now; None once it is out of the house.
    paper_box_id: Mapped[int | None] = mapped_column(
        ForeignKey("paper_box.id"), index=True
    )
    reason: Mapped[str] = mapped_column(Words(200))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(100))


class BoxCheck(Table):
    """A person held sheets of a box against their images (画質確認)."""

    __tablename__ = "box_check"
    __table_args__ = (
        CheckConstraint("looked_at > 0", name="somebody_looked"),
        CheckConstraint("unlike BETWEEN 0 AND looked_at", name="unlike_were_seen"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    paper_box_id: Mapped[int] = mapped_column(ForeignKey("paper_box.id"), index=True)
    # Sheets that were held against their images, and those that are not alike.
    looked_at: Mapped[int]
    unlike: Mapped[int]
    # The newest custody and move before it: what came into the box later is unchecked.
    last_custody: Mapped[int] = mapped_column(Id)
    last_move: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(100))


class PaperDisposal(Table):
    """A proposal to destroy the paper of a box, its approval, and its certificate."""

    __tablename__ = "paper_disposal"
    __table_args__ = (
        one_of("state", DisposalState),
        CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by", name="two_people"
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'destroyed') OR approved_by IS NOT NULL",
            name="approval_says_who",
        ),
        CheckConstraint(
            "(state = 'destroyed') = (certificate_sha256 IS NOT NULL) "
            "AND (state <> 'destroyed' OR way IS NOT NULL)",
            name="destruction_is_certified",
        ),
        # One proposal at a time; withdrawn ones do not count.
        Index(
            "uq_paper_disposal_paper_box_id",
            "paper_box_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    paper_box_id: Mapped[int] = mapped_column(ForeignKey("paper_box.id"))
    state: Mapped[str] = mapped_column(String(16), default=DisposalState.PROPOSED)
    reason: Mapped[str] = mapped_column(Words())
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(String(100))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(String(100))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    # The list that goes with the box, as it was printed last.
    listed_by: Mapped[str | None] = mapped_column(String(100))
    listed_at: Mapped[datetime | None] = mapped_column(Instant)
    list_sha256: Mapped[str | None] = mapped_column(String(64))
    # How it was destroyed: shredded here, dissolved by a company.
    way: Mapped[str | None] = mapped_column(Words(200))
    destroyed_by: Mapped[str | None] = mapped_column(String(100))
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)
    certificate_sha256: Mapped[str | None] = mapped_column(String(64))
    store_key: Mapped[str | None] = mapped_column(String(200))
    store_version: Mapped[str | None] = mapped_column(String(200))

    box: Mapped[PaperBox] = relationship()
    papers: Mapped[list["DisposedPaper"]] = relationship(
        order_by="DisposedPaper.page_id"
    )


class DisposedPaper(Table):
    """One side of a sheet that lay in the box when it was proposed."""

    __tablename__ = "disposed_paper"

    disposal_id: Mapped[int] = mapped_column(
        ForeignKey("paper_disposal.id"), primary_key=True
    )
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundle.id"))
    original_id: Mapped[int] = mapped_column(ForeignKey("original.id"))


# The view that says of each side of a sheet in a box what keeps its paper; triggers
# and pages ask the same one.
PAPER_IN_BOX = table(
    "paper_in_box",
    column("paper_box_id", Id),
    column("page_id", Id),
    column("bundle_id", Id),
    column("original_id", Id),
    column("lent", Boolean),
    column("undecided", Boolean),
    column("is_image", Boolean),
    column("stays_until", Date),
    column("held", Boolean),
)
