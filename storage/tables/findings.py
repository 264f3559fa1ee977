"""What the rules said about a filing."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kamizero.model import Severity
from storage.columns import Id, Instant, Table, one_of
from storage.words import Words


class FindingRow(Table):
    """What a rule said at the last check of the filing."""

    __tablename__ = "finding"
    __table_args__ = (
        one_of("severity", Severity),
        CheckConstraint(
            "(waived_by IS NULL) = (waived_why IS NULL)", name="waiver_says_why"
        ),
        # People look for everything that one rule objects to.
        Index("ix_finding_rule", "rule", "filing_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    # HEAD for a finding about the head of the form.
    entry_n: Mapped[int]
    rule: Mapped[str] = mapped_column(String(100))
    severity: Mapped[str] = mapped_column(String(16))
    fields: Mapped[list[str]] = mapped_column(JSON)
    message_ja: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
    record: Mapped[str | None] = mapped_column(Text)
    # Another filing that the finding speaks of.
    about_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"))
    waived_by: Mapped[str | None] = mapped_column(String(100))
    waived_why: Mapped[str | None] = mapped_column(Words())
    waived_at: Mapped[datetime | None] = mapped_column(Instant)
