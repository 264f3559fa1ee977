"""What the office must judge about an entry (審査項目), and on which page it rests."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table


class Judgement(Table):
    """One point of an entry, open until a person ticks it.

    The database refuses an entry that would pass while one is open.
    """

    __tablename__ = "judgement"
    __table_args__ = (
        UniqueConstraint("entry_id", "point"),
        CheckConstraint(
            "(judged_by IS NULL) = (judged_at IS NULL) "
            "AND (judged_by IS NULL) = (page_id IS NULL)",
            name="tick_names_its_page",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    # The id of the point in the definition of the form.
    point: Mapped[str] = mapped_column(String(64))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    judged_by: Mapped[str | None] = mapped_column(String(100))
    judged_at: Mapped[datetime | None] = mapped_column(Instant)
