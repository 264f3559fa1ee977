"""Discs and e-filing: what a medium is, and what its files say and hold."""

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Table, one_of


class Medium(StrEnum):
    """How a table of records came."""

    # CD or DVD (電子媒体), told by its 媒体番号.
    DISC = "disc"
    # 電子申請, told by its 到達番号.
    E_FILING = "e_filing"


class MediaRole(StrEnum):
    TABLE = "table"
    # 総括票.
    SUMMARY = "summary"


class MediaFile(Table):
    """What was counted in the table of a medium, or is declared by its summary.

    Counts and form codes alone: what the rows say of persons stays in the original.
    """

    __tablename__ = "media_file"
    __table_args__ = (one_of("role", MediaRole),)

    arrival_id: Mapped[int] = mapped_column(ForeignKey("arrival.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    # 媒体通番 and 作成年月日 of a table.
    serial: Mapped[str | None] = mapped_column(String(3))
    made_on: Mapped[date | None]
    # Offices by the table's own header; `offices` are those that stand in it.
    offices_said: Mapped[int | None]
    offices: Mapped[int | None]
    # Form code -> records.
    records: Mapped[dict[str, int]] = mapped_column(JSON)
