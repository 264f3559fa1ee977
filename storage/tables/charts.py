"""Readings of the test chart (テストチャート), by scanner and day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table


class ChartReading(Table):
    """The smallest print that somebody could read on a scan of the chart."""

    __tablename__ = "chart_reading"
    __table_args__ = (
        CheckConstraint("points BETWEEN 1 AND 72", name="points_are_of_print"),
        Index("ix_chart_reading_site_scanner_day", "site", "scanner", "day"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    # As jobs name it: the device, or the person who scanned.
    scanner: Mapped[str] = mapped_column(String(100))
    day: Mapped[date]
    points: Mapped[int]
    # The scan of the chart, which is kept as everything else that came in.
    original_id: Mapped[int] = mapped_column(ForeignKey("original.id"))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
